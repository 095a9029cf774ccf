// PyTorch's names for what `torch.nn.functional` has for pictures and tables of vectors, where a
// call differs by more than spelling.
// What an entry says: Names in names.ts.

import type { Names } from "../names.js";

const operands = "input, weight, bias";
const convolution = `${operands}, { stride, padding, dilation, groups }`;
const transposed = `${operands}, { stride, padding, output_padding, groups, dilation }`;
const window = "self, kernel_size";
const maxPool = `${window}, { stride, padding, dilation, ceil_mode, return_indices }`;
const avgPool = `${window}, { stride, padding, ceil_mode, count_include_pad, divisor_override }`;
const table = "input, weight";
const lookUp = "padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse";
const bags = "offsets, mode, per_sample_weights, include_last_offset";

/** The call of a function with arguments. */
const call = (name: string, given: string): string => `functional.${name}(${given})`;

/** What there is for signals, pictures and volumes, with a number in its name. */
const ofEachRank = (rank: 1 | 2 | 3): Names => ({
  [`nn.functional.conv${rank}d`]: call(`conv${rank}d`, convolution),
  [`nn.functional.conv_transpose${rank}d`]: call(`convTranspose${rank}d`, transposed),
  [`nn.functional.max_pool${rank}d`]: call(`maxPool${rank}d`, maxPool),
  [`nn.functional.avg_pool${rank}d`]: call(`avgPool${rank}d`, avgPool),
  [`nn.functional.adaptive_max_pool${rank}d(self, output_size, return_indices)`]: call(
    `adaptiveMaxPool${rank}d`,
    "self, output_size, { return_indices }",
  ),
});

export const pictureNames: Names = {
  ...ofEachRank(1),
  ...ofEachRank(2),
  ...ofEachRank(3),
  "nn.functional.unfold(self, kernel_size, dilation, padding, stride)":
    "functional.unfold(self, kernel_size, { dilation, padding, stride })",
  "nn.functional.pad": "pad(self, pad, { mode, value })",
  "nn.functional.interpolate(input, size, scale_factor, mode, align_corners)":
    "functional.interpolate(input, { size, scale_factor, mode, align_corners })",
  "nn.functional.upsample_nearest(input, size, scale_factor)":
    "functional.upsampleNearest(input, { size, scale_factor })",
  "nn.functional.upsample_bilinear(input, size, scale_factor)":
    "functional.upsampleBilinear(input, { size, scale_factor })",
  "nn.functional.grid_sample(input, grid, mode, padding_mode, align_corners)":
    "functional.gridSample(input, grid, { mode, padding_mode, align_corners })",
  "nn.functional.embedding(input, weight)": call("embedding", `${table}, { ${lookUp} }`),
  "nn.functional.embedding_bag(input, weight)": call(
    "embeddingBag",
    `${table}, { ${lookUp}, ${bags} }`,
  ),
};
