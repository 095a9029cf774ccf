/**
 * Indexing, PyTorch's square brackets: `x.at(...)` for `x[...]`, `x.setAt([...], value)` for
 * `x[...] = value`. What an index means: locate.ts. What is taken and written by other ways to name
 * elements: gather.ts and scatter.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { broadcasts, formatShape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { tensor } from "./create.js";
import type { Operand } from "./define.js";
import { replacement, write } from "./inplace.js";
import { locate } from "./locate.js";
import type { Index } from "./locate.js";
import { indexedPlace, readPlace, shapeOf, writePlace } from "./place.js";
import { shaped } from "./typed.js";

export type { Index } from "./locate.js";

/**
 * The part of a tensor at an index, PyTorch's `x[...]`. A view for positions, slices, `null` and
 * `"..."`; a copy where tensors, lists or masks choose elements. A position outside is an
 * IndexError that names it, the dimension and the size.
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * x.at(0) // tensor([1., 2., 3.])
 * x.at("...", -1) // tensor([3., 6.])
 * x.at(slice(), [0, 2]) // tensor([[1., 3.],
 * //         [4., 6.]])
 * x.at(x.gt(2)) // tensor([3., 4., 5., 6.])
 */
export const at = shaped<"at", "at", [...index: Index[]]>(
  (x: Tensor, ...index: Index[]): Tensor => {
    const { view, indexed } = locate("at", x, index);
    if (indexed.length === 0) return view;
    return readPlace(indexedPlace("at", view, indexed));
  },
);

/**
 * Writes into the part of a tensor at an index, PyTorch's `x[...] = value`; `value` is broadcast to
 * that part. Returns the tensor. Where a position is named twice, one of its values stays.
 * @example
 * zeros([2, 3]).setAt([0, slice(1)], 5) // tensor([[0., 5., 5.],
 * //         [0., 0., 0.]])
 * zeros([3]).setAt([[0, 2]], tensor([7, 8])) // tensor([7., 0., 8.])
 */
export const setAt = (x: Tensor, index: readonly Index[], value: Operand): Tensor => {
  if (!Array.isArray(index)) {
    throw new ArgumentError(
      "setAt: the index must come in a list, for example x.setAt([0, slice(1)], 5).",
    );
  }
  const { view, indexed } = locate("setAt", x, index as readonly Index[]);
  const values =
    typeof value === "object" ? checkTensor("setAt", value) : tensor(value, { dtype: x.dtype });
  const place = indexed.length === 0 ? null : indexedPlace("setAt", view, indexed);
  const part = place === null ? view.shape : shapeOf(place);
  if (!broadcasts(values.shape, part)) {
    throw new ShapeError(
      `setAt: a value of shape ${formatShape(values.shape)} does not fit the part that is ` +
        `indexed, of shape ${formatShape(part)}; give a number, or a tensor that broadcasts to it.`,
    );
  }
  const result = place === null ? values : writePlace(place, values.to(x.dtype), "put");
  write("setAt", view, replacement(view, result.to(x.dtype)));
  return x;
};
