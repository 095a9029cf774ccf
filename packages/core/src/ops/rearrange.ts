/**
 * Other arrangements of the same elements, made of movements: first those that are views, then
 * those that copy. Read first: ops/movement.ts. Cutting into parts: ops/split.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { checkList, checkShape, formatShape, normalizeDim, normalizeDims } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { create, tensor } from "./create.js";
import { lineUp } from "./host/recurrence.js";
import { embed, viewStep } from "./inplace.js";
import { cat } from "./join.js";
import { diagonal } from "./movement.js";
import { indexedPlace, readPlace } from "./place.js";
import { kept, shaped } from "./typed.js";
import { movement } from "./view.js";

export { pad } from "./pad.js";

/**
 * The elements in the shape of another tensor; a view, see `view`.
 * @example
 * arange(4).viewAs(zeros([2, 2])).shape // [ 2, 2 ]
 */
export const viewAs = (x: Tensor, other: Tensor): Tensor =>
  checkTensor("viewAs", x).view(checkTensor("viewAs", other).shape);

/**
 * The elements in the shape of another tensor, see `reshape`.
 * @example
 * arange(4).reshapeAs(zeros([2, 2])).shape // [ 2, 2 ]
 */
export const reshapeAs = (x: Tensor, other: Tensor): Tensor =>
  checkTensor("reshapeAs", x).reshape(checkTensor("reshapeAs", other).shape);

/**
 * The elements repeated to the shape of another tensor, without a copy; see `expand`.
 * @example
 * tensor([1, 2]).expandAs(zeros([2, 2])) // tensor([[1., 2.],
 * //         [1., 2.]])
 */
export const expandAs = (x: Tensor, other: Tensor): Tensor =>
  checkTensor("expandAs", x).expand(checkTensor("expandAs", other).shape);

/**
 * The elements repeated to a shape, without a copy; `expand` by another name.
 * @example
 * tensor([1, 2]).broadcastTo([2, 2]) // tensor([[1., 2.],
 * //         [1., 2.]])
 */
export const broadcastTo = shaped<"broadcastTo", "expand", [shape: Shape]>(
  (x: Tensor, shape: Shape): Tensor => checkTensor("broadcastTo", x).expand(shape),
);

/**
 * The `length` elements from `start` on along a dimension; a view. A part that is not wholly inside
 * is an ArgumentError.
 * @example
 * arange(6).narrow(0, 2, 3) // tensor([2., 3., 4.])
 */
export const narrow = shaped<
  "narrow",
  "narrow",
  [dim: number, start: number | Tensor, length: number]
>((x: Tensor, dim: number, start: number | Tensor, length: number): Tensor => {
  const size = checkTensor("narrow", x).size(dim);
  const given = typeof start === "number" ? start : checkTensor("narrow", start).item();
  const from = given < 0 ? given + size : given;
  const whole = Number.isInteger(from) && Number.isInteger(length);
  if (!whole || from < 0 || length < 0 || from + length > size) {
    throw new ArgumentError(
      `narrow: there are no ${String(length)} elements from ${String(given)} on in dimension ` +
        `${dim} of shape ${formatShape(x.shape)}, which has size ${size}.`,
    );
  }
  return x.slice(dim, from, from + length);
});

/**
 * One dimension as several, whose sizes multiply to its own; one of them may be -1 and is worked
 * out. A view.
 * @example
 * zeros([2, 6]).unflatten(1, [2, -1]).shape // [ 2, 2, 3 ]
 */
export const unflatten = shaped<"unflatten", "unflatten", [dim: number, sizes: Shape]>(
  (x: Tensor, dim: number, sizes: Shape): Tensor => {
    const { shape } = checkTensor("unflatten", x);
    const at = normalizeDim("unflatten", dim, shape.length);
    checkList("unflatten", sizes);
    const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
    const open = sizes.filter((size) => size === -1).length;
    const size = shape[at] ?? 1;
    const fits = open === 0 ? known === size : open === 1 && known > 0 && size % known === 0;
    if (!fits || sizes.length === 0 || shape.length === 0) {
      throw new ShapeError(
        `unflatten: dimension ${at} of shape ${formatShape(shape)} cannot be cut into ` +
          `${formatShape(sizes)}: the sizes must multiply to ${size}; one of them may be -1.`,
      );
    }
    const whole = sizes.map((part) => (part === -1 ? size / known : part));
    return x.reshape([...shape.slice(0, at), ...whole, ...shape.slice(at + 1)]);
  },
);

/**
 * Dimensions, one or several, moved to other places, while the others keep their order; a view.
 * @example
 * zeros([2, 3, 5]).movedim(0, -1).shape // [ 3, 5, 2 ]
 * zeros([2, 3, 5]).movedim([0, 1], [2, 0]).shape // [ 3, 5, 2 ]
 */
export const movedim = (
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor => {
  const rank = checkTensor("movedim", x).shape.length;
  const places = (dims: number | readonly number[]): number[] => {
    const list = typeof dims === "number" ? [dims] : dims;
    checkList("movedim", list);
    if (list.length > 0) normalizeDims("movedim", list, rank);
    return list.map((dim) => normalizeDim("movedim", dim, rank));
  };
  const [from, to] = [places(source), places(destination)];
  if (from.length !== to.length) {
    throw new ArgumentError(
      `movedim: ${from.length} dimensions cannot go to ${to.length} places; name as many places ` +
        "as dimensions, for example x.movedim([0, 1], [1, 2]).",
    );
  }
  if (rank === 0) return x.permute([]);
  const others = x.shape.map((_, dim) => dim).filter((dim) => !from.includes(dim));
  const order = x.shape.map((_, place) => {
    const moved = to.indexOf(place);
    return moved >= 0 ? from[moved]! : others.shift()!;
  });
  return x.permute(order);
};

/**
 * Two dimensions exchanged; `transpose` by another name.
 * @example
 * zeros([2, 3]).swapaxes(0, 1).shape // [ 3, 2 ]
 */
export const swapaxes = shaped<"swapaxes", "transpose", [axis0: number, axis1: number]>(
  (x: Tensor, axis0: number, axis1: number): Tensor =>
    checkTensor("swapaxes", x).transpose(axis0, axis1),
);

/**
 * Two dimensions exchanged; `transpose` by another name.
 * @example
 * zeros([2, 3]).swapdims(0, 1).shape // [ 3, 2 ]
 */
export const swapdims = shaped<"swapdims", "transpose", [dim0: number, dim1: number]>(
  (x: Tensor, dim0: number, dim1: number): Tensor =>
    checkTensor("swapdims", x).transpose(dim0, dim1),
);

/**
 * A matrix transposed; a vector or a single number as it is. A view. For more dimensions see `mT`.
 * @example
 * zeros([2, 3]).t().shape // [ 3, 2 ]
 */
export const t = shaped<"t", "t", []>((x: Tensor): Tensor => {
  const rank = checkTensor("t", x).shape.length;
  if (rank > 2) {
    throw new ShapeError(
      `t: a tensor of shape ${formatShape(x.shape)} is no matrix; use x.mT, which exchanges the ` +
        "last two dimensions, or x.transpose(dim0, dim1).",
    );
  }
  return rank === 2 ? x.transpose(0, 1) : x.permute(rank === 0 ? [] : [0]);
});

/**
 * All elements in one dimension; a view where that is possible.
 * @example
 * tensor([[1, 2], [3, 4]]).ravel() // tensor([1., 2., 3., 4.])
 */
export const ravel = shaped<"ravel", "flatten", []>((x: Tensor): Tensor =>
  checkTensor("ravel", x).reshape([-1]),
);

/**
 * The tensor itself, with one dimension of size 1 if it has none.
 * @example
 * tensor(5).atLeast1d() // tensor([5.])
 */
export const atLeast1d = (x: Tensor): Tensor =>
  checkTensor("atLeast1d", x).shape.length === 0 ? x.reshape([1]) : x;

/**
 * The tensor as a matrix, if it has fewer than two dimensions: a vector becomes a row.
 * @example
 * tensor([1, 2]).atLeast2d() // tensor([[1., 2.]])
 */
export const atLeast2d = (x: Tensor): Tensor =>
  checkTensor("atLeast2d", x).shape.length < 2 ? x.reshape([1, x.numel()]) : x;

/**
 * The tensor with three dimensions, if it has fewer: [n] becomes [1, n, 1], [n, m] becomes
 * [n, m, 1].
 * @example
 * tensor([1, 2]).atLeast3d().shape // [ 1, 2, 1 ]
 */
export const atLeast3d = (x: Tensor): Tensor => {
  const rank = checkTensor("atLeast3d", x).shape.length;
  if (rank < 2) return x.reshape([1, x.numel(), 1]);
  return rank === 2 ? x.unsqueeze(-1) : x;
};

/** Dimensions walked from their end to their beginning. */
const backwards = movement({
  layout: ({ shape, strides, offset }, dims: readonly number[]) => {
    if (shape.includes(0)) return { shape, strides: null, offset };
    const end = dims.reduce((sum, dim) => sum + (shape[dim]! - 1) * strides[dim]!, offset);
    const steps = strides.map((step, dim) => (dims.includes(dim) ? -step : step));
    return { shape, strides: steps, offset: end };
  },
  vjps: [(g, { attributes: [dims] }): Tensor => g.flip(dims)],
});
backwards.op.name = "flip";

/**
 * The elements in reverse order along one or several dimensions; a copy.
 * @example
 * tensor([[1, 2], [3, 4]]).flip(1) // tensor([[2., 1.],
 * //         [4., 3.]])
 */
export const flip = kept<[dims: number | readonly number[]], "exact">(
  (x: Tensor, dims: number | readonly number[]): Tensor => {
    const list = typeof dims === "number" ? [dims] : dims;
    const rank = checkTensor("flip", x).shape.length;
    checkList("flip", list);
    return backwards(x, list.length === 0 ? [] : normalizeDims("flip", list, rank)).clone();
  },
);

/**
 * The columns in reverse order; a copy.
 * @example
 * tensor([[1, 2], [3, 4]]).fliplr() // tensor([[2., 1.],
 * //         [4., 3.]])
 */
export const fliplr = (x: Tensor): Tensor => {
  if (checkTensor("fliplr", x).shape.length >= 2) return x.flip(1);
  throw new ShapeError(`fliplr: a shape ${formatShape(x.shape)} has no columns; use x.flip(0).`);
};

/**
 * The rows in reverse order; a copy.
 * @example
 * tensor([[1, 2], [3, 4]]).flipud() // tensor([[3., 4.],
 * //         [1., 2.]])
 */
export const flipud = shaped<"flipud", "same", []>((x: Tensor): Tensor =>
  checkTensor("flipud", x).flip(0),
);

/**
 * The elements moved by `shifts` places along `dims`; what leaves at the end comes in at the
 * beginning. Without `dims` all elements are one row. A copy.
 * @example
 * arange(5).roll(2) // tensor([3., 4., 0., 1., 2.])
 * tensor([[1, 2], [3, 4]]).roll(1, 0) // tensor([[3., 4.],
 * //         [1., 2.]])
 */
export const roll = kept<
  [shifts: number | readonly number[], dims?: number | readonly number[]],
  "exact"
>(
  (
    x: Tensor,
    shifts: number | readonly number[],
    dims: number | readonly number[] = [],
  ): Tensor => {
    const by = typeof shifts === "number" ? [shifts] : shifts;
    const along = typeof dims === "number" ? [dims] : dims;
    checkList("roll", by);
    checkList("roll", along);
    const { shape } = checkTensor("roll", x);
    if (by.length === 1 && along.length === 0) return x.flatten().roll(by, 0).reshape(shape);
    if (by.length !== along.length || !by.every(Number.isInteger)) {
      throw new ArgumentError(
        `roll: shifts of [${by.join(", ")}] along dimensions [${along.join(", ")}] have no ` +
          "meaning; give an integer for each dimension, for example x.roll([1, 2], [0, 1]).",
      );
    }
    const places = along.map((dim) => normalizeDim("roll", dim, shape.length));
    return places.reduce((result, dim, i) => {
      const size = shape[dim] ?? 1;
      const shift = size === 0 ? 0 : ((by[i]! % size) + size) % size;
      if (shift === 0) return result;
      return cat([result.slice(dim, size - shift), result.slice(dim, 0, size - shift)], dim);
    }, x.clone());
  },
);

/**
 * The tensor turned by 90 degrees `k` times, in the plane of two dimensions, from the first to the
 * second; a copy.
 * @example
 * tensor([[1, 2], [3, 4]]).rot90() // tensor([[2., 4.],
 * //         [1., 3.]])
 */
export const rot90 = (x: Tensor, k = 1, dims: readonly number[] = [0, 1]): Tensor => {
  checkList("rot90", dims);
  const rank = checkTensor("rot90", x).shape.length;
  const [from, to] = dims.map((dim) => normalizeDim("rot90", dim, rank));
  if (dims.length !== 2 || from === to || rank < 2 || !Number.isInteger(k)) {
    throw new ArgumentError(
      `rot90: a shape ${formatShape(x.shape)} cannot be turned ${String(k)} times in the plane ` +
        "of " +
        `dimensions [${dims.join(", ")}]; name two different ones, for example x.rot90(1, [0, 1]).`,
    );
  }
  const turns = ((k % 4) + 4) % 4;
  if (turns === 0) return x.clone();
  if (turns === 2) return x.flip([from!, to!]);
  const flipped = turns === 1 ? x.flip(to!) : x.flip(from!);
  return flipped.transpose(from!, to!);
};

/**
 * The whole tensor repeated along each dimension; more numbers than dimensions make new ones in
 * front. A copy; see `expand` for one that is none.
 * @example
 * tensor([1, 2]).repeat([2]) // tensor([1., 2., 1., 2.])
 * tensor([1, 2]).repeat([2, 1]) // tensor([[1., 2.],
 * //         [1., 2.]])
 */
export const repeat = shaped<"repeat", "repeat", [repeats: Shape]>((x, repeats): Tensor => {
  const { shape } = checkTensor("repeat", x);
  checkShape("repeat", repeats);
  const missing = repeats.length - shape.length;
  if (missing < 0) {
    throw new ShapeError(
      `repeat: ${repeats.length} numbers are too few for the shape ${formatShape(shape)}; ` +
        "give one for each dimension, for example x.repeat([2, 1]), or use x.tile.",
    );
  }
  const sizes = repeats.map((_, i) => shape[i - missing] ?? 1);
  return x
    .reshape(sizes.flatMap((size) => [1, size]))
    .expand(sizes.flatMap((size, i) => [repeats[i]!, size]))
    .clone()
    .reshape(sizes.map((size, i) => size * repeats[i]!));
});

/**
 * The whole tensor repeated, as `repeat`; fewer numbers than dimensions count from the last.
 * @example
 * tensor([[1, 2]]).tile([2]) // tensor([[1., 2., 1., 2.]])
 */
export const tile = (x: Tensor, repeats: Shape): Tensor => {
  const rank = checkTensor("tile", x).shape.length;
  checkList("tile", repeats);
  const missing = Math.max(0, rank - repeats.length);
  return x.repeat([...Array.from({ length: missing }, () => 1), ...repeats]);
};

/**
 * Every element repeated, along a dimension or, without one, in one row of all of them. `repeats`
 * is a number, or a tensor with one for each position, which is read at once. A copy.
 * @example
 * tensor([1, 2]).repeatInterleave(2) // tensor([1., 1., 2., 2.])
 * tensor([1, 2]).repeatInterleave(tensor([1, 3])) // tensor([1., 2., 2., 2.])
 */
export const repeatInterleave = (given: Tensor, repeats: number | Tensor, dim?: number): Tensor => {
  const whole = checkTensor("repeatInterleave", given);
  const [x, at] = lineUp("repeatInterleave", dim === undefined ? whole.flatten() : whole, dim ?? 0);
  const size = x.shape[at]!;
  const counts =
    typeof repeats === "number" ? [repeats] : checkTensor("repeatInterleave", repeats).data();
  const fits = counts.length === size || counts.length === 1;
  if (!fits || !counts.every((n: number) => Number.isInteger(n) && n >= 0)) {
    throw new ArgumentError(
      `repeatInterleave: [${counts.join(", ")}] does not say how often to repeat ${size} ` +
        "positions; give one integer, 0 or more, or one for each position.",
    );
  }
  const times = (i: number): number => counts[counts.length === 1 ? 0 : i]!;
  let count = 0;
  for (let i = 0; i < size; i++) count += times(i);
  checkShape("repeatInterleave", [count]);
  const positions = new Int32Array(count);
  for (let i = 0, end = 0; i < size; i++) positions.fill(i, end, (end += times(i)));
  return readPlace(
    indexedPlace("repeatInterleave", x, [{ dim: at, positions: tensor(positions) }]),
  );
};

/** Whether row and column, of the last two dimensions, belong to the part that stays. */
function triangle(
  name: string,
  x: Tensor,
  offset: number,
  stays: (distance: number) => boolean,
): Tensor {
  const { shape } = checkTensor(name, x);
  if (shape.length < 2 || !Number.isInteger(offset)) {
    throw new ShapeError(
      `${name}: a shape ${formatShape(shape)} has no triangle at diagonal ${String(offset)}; ` +
        "give " +
        `a tensor of two dimensions or more and an integer, for example zeros([2, 2]).${name}(1).`,
    );
  }
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  const mask = create(name, [rows, columns], { dtype: "bool" }, (buffer) => {
    for (let i = 0; i < buffer.length; i++) {
      const row = Math.floor(i / columns);
      buffer[i] = stays(i - row * columns - row - offset) ? 1 : 0;
    }
  });
  return x.where(mask, false);
}

/**
 * The elements on and above a diagonal of the last two dimensions, 0 below it. A diagonal above 0
 * lies right of the main one.
 * @example
 * ones([2, 3]).triu() // tensor([[1., 1., 1.],
 * //         [0., 1., 1.]])
 */
export const triu = kept<[diagonal?: number], "exact">((x: Tensor, diagonal = 0): Tensor =>
  triangle("triu", x, diagonal, (distance) => distance >= 0),
);

/**
 * The elements on and below a diagonal of the last two dimensions, 0 above it. A diagonal above 0
 * lies right of the main one.
 * @example
 * ones([2, 3]).tril() // tensor([[1., 0., 0.],
 * //         [1., 1., 0.]])
 */
export const tril = kept<[diagonal?: number], "exact">((x: Tensor, diagonal = 0): Tensor =>
  triangle("tril", x, diagonal, (distance) => distance <= 0),
);

/**
 * Zeros with the last dimension of this tensor on a diagonal of dimensions `dim1` and `dim2` of the
 * result: the inverse of `diagonal`.
 * @example
 * tensor([1, 2]).diagEmbed() // tensor([[1., 0.],
 * //         [0., 2.]])
 */
export const diagEmbed = (x: Tensor, offset = 0, dim1 = -2, dim2 = -1): Tensor => {
  const { shape } = checkTensor("diagEmbed", x);
  const rank = shape.length + 1;
  const [i, j] = [normalizeDim("diagEmbed", dim1, rank), normalizeDim("diagEmbed", dim2, rank)];
  if (i === j || shape.length === 0 || !Number.isInteger(offset)) {
    throw new ArgumentError(
      `diagEmbed: a shape ${formatShape(shape)} cannot be the diagonal ${String(offset)} of ` +
        `dimensions ${dim1} and ${dim2}; give a vector or more, two different dimensions and an ` +
        "integer.",
    );
  }
  const size = shape.at(-1)! + Math.abs(offset);
  const others = shape.slice(0, -1);
  const whole = Array.from({ length: rank }, (_, dim) =>
    dim === i || dim === j ? size : others.shift()!,
  );
  return embed(x, whole, viewStep(diagonal, [offset, i, j]));
};

/**
 * Of a vector the matrix with it on a diagonal; of a matrix its diagonal. A copy.
 * @example
 * tensor([1, 2]).diag() // tensor([[1., 0.],
 * //         [0., 2.]])
 * tensor([[1, 2], [3, 4]]).diag() // tensor([1., 4.])
 */
export const diag = shaped<"diag", "diag", [offset?: number]>((x: Tensor, offset = 0): Tensor => {
  const rank = checkTensor("diag", x).shape.length;
  if (rank === 1) return x.diagEmbed(offset);
  if (rank === 2) return x.diagonal(offset).clone();
  throw new ShapeError(
    `diag: a tensor of shape ${formatShape(x.shape)} is neither vector nor matrix; ` +
      "use x.diagonal() or x.diagEmbed().",
  );
});

/**
 * The matrix with all elements of the tensor on a diagonal.
 * @example
 * tensor([[1, 2]]).diagflat() // tensor([[1., 0.],
 * //         [0., 2.]])
 */
export const diagflat = (x: Tensor, offset = 0): Tensor =>
  checkTensor("diagflat", x).flatten().diagEmbed(offset);
