/**
 * The public names of `@nabla/nn`, nothing else. The functions are in functional/, as in PyTorch's
 * `torch.nn.functional`.
 */
export * as functional from "./functional/index.js";
