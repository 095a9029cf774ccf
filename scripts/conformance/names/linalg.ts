// PyTorch's names for what `torch.linalg` has, where a call differs by more than spelling. What an
// entry says: Names in names.ts.

import { cross } from "nabla";
import type { Tensor } from "nabla";

import type { Names } from "../names.js";

export const linalgNames: Names = {
  "linalg.cross(self, other, dim)": (a: Tensor, b: Tensor, dim = -1) => cross(a, b, dim),
};
