// PyTorch's names for what `torch.nn.functional` has, where a call differs by more than spelling.
// What an entry says: Names in names.ts.

import type { Names } from "../names.js";

export const functionalNames: Names = {};
