// Small programs that were run in PyTorch, written for Nabla: each must come to the same results.
// Those that need networks are run in packages/nn. Tests of our own: autograd.test.ts.

import { autogradPrograms } from "./autograd-programs.js";
import { morePrograms } from "./programs.js";
import { comparePrograms } from "./recorded-programs.js";

comparePrograms(
  { ...autogradPrograms, ...morePrograms },
  {
    // There is no gradFn to look at; the graph is read with graphOf of @nabla/core/inspect.
    "repr-grad-fn": ["leaf", "mul", "sum", "view"],
    // Python's own.
    "clone-grad": ["numpy"],
    // Here backward() of a variance that is NaN gives NaN; in PyTorch a shape was wrong.
    "var-one-element": ["backward_error"],
  },
);
