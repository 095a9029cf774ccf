/**
 * Indexing, PyTorch's square brackets: `x.at(...)` for `x[...]`, `x.setAt([...], value)` for
 * `x[...] = value`. Numbers, slices, new dimensions and the ellipsis give views, made of movements.
 * Tensors and lists of positions, and masks, take elements out: the indexed dimensions are brought
 * to the front and become the rows of a matrix (rows.ts). Positions are read at the call, so that
 * one outside is an error there.
 * Read first: movement.ts and rows.ts.
 */
import { ArgumentError, IndexError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import {
  broadcastShapes,
  broadcasts,
  countElements,
  formatShape,
  rowMajor,
  sameShape,
} from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { tensor } from "./create.js";
import type { Operand } from "./define.js";
import { putRows, takeRows } from "./rows.js";
import { Slice, slice } from "./slice.js";

/**
 * One part of an index: a position (the dimension goes), a slice, `null` (a new dimension of size
 * 1), `"..."` (all dimensions that are not named), a tensor or list of positions, or a mask.
 */
export type Index =
  | number
  | Slice
  | null
  | "..."
  | boolean
  | Tensor
  | readonly number[]
  | readonly boolean[];

/** A dimension that is indexed by positions, and the positions. */
interface Indexed {
  readonly dim: number;
  readonly positions: Tensor;
}

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
export const at = (x: Tensor, ...index: Index[]): Tensor => {
  const { view, indexed } = locate("at", x, index);
  if (indexed.length === 0) return view;
  const { rows, matrix, front, order } = asRows("at", view, indexed);
  return takeRows(matrix, rows).reshape(front).permute(order);
};

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
  if (indexed.length === 0) {
    checkFits(values, view.shape);
    view.copy_(values);
    return x;
  }
  const { rows, matrix, front, order, whole, permutation } = asRows("setAt", view, indexed);
  const part = order.map((dim) => front[dim]!);
  checkFits(values, part);
  const placed = values
    .to(x.dtype)
    .expand(part)
    .permute(inverse(order))
    .reshape([rows.shape[0]!, matrix.shape[1]!]);
  const written = putRows(matrix, rows, placed);
  view.copy_(written.reshape(whole).permute(inverse(permutation)));
  return x;
};

function checkFits(values: Tensor, part: Shape): void {
  if (broadcasts(values.shape, part)) return;
  throw new ShapeError(
    `setAt: a value of shape ${formatShape(values.shape)} does not fit the part that is indexed, ` +
      `of shape ${formatShape(part)}; give a number, or a tensor that broadcasts to it.`,
  );
}

/** Follows an index: movements at once, dimensions indexed by positions for later. */
function locate(
  name: string,
  x: Tensor,
  index: readonly Index[],
): { view: Tensor; indexed: readonly Indexed[] } {
  let view = checkTensor(name, x);
  const indexed: Indexed[] = [];
  // `dim` counts in the view so far, `axis` in the tensor, which is what messages name.
  let [dim, axis] = [0, 0];
  for (const given of withoutEllipsis(name, x, index)) {
    const part = asPart(name, given);
    if (part === null) {
      view = view.unsqueeze(dim++);
    } else if (typeof part === "number") {
      const [position] = checkPositions(name, [part], axis++, view.shape[dim]!);
      view = view.select(dim, position!);
    } else if (part instanceof Slice) {
      view = view.slice(dim++, part.start, part.stop, part.step);
      axis++;
    } else if (part.dtype === "bool") {
      // A truth value alone is a mask of a new dimension of size 1.
      if (part.shape.length === 0) view = view.unsqueeze(dim);
      const mask = part.shape.length === 0 ? part.reshape([1]) : part;
      const sizes = view.shape.slice(dim, dim + mask.shape.length);
      if (!sameShape(sizes, mask.shape)) {
        throw new IndexError(
          `${name}: a mask of shape ${formatShape(mask.shape)} does not fit the dimensions it ` +
            `indexes, of sizes ${formatShape(sizes)}; make them equal.`,
        );
      }
      for (const positions of truePositions(mask)) indexed.push({ dim: dim++, positions });
      axis += part.shape.length;
    } else {
      const positions = checkPositions(name, part.data(), axis++, view.shape[dim]!);
      const checked = tensor(Int32Array.from(positions)).reshape(part.shape);
      indexed.push({ dim: dim++, positions: checked });
    }
  }
  return { view, indexed };
}

type Part = number | Slice | null | Tensor;

/**
 * Lists and truth values as tensors, tensors without dimensions as positions; the rest as it is.
 */
function asPart(name: string, given: Index): Part {
  if (given === null || typeof given === "number" || given instanceof Slice) return given;
  if (typeof given === "boolean") return tensor(given);
  const whole = Array.isArray(given) && typeof given[0] !== "boolean";
  const odd: unknown = Array.isArray(given)
    ? given.find((part) => (whole ? !Number.isInteger(part) : typeof part !== "boolean"))
    : undefined;
  if (odd !== undefined || typeof given !== "object") {
    throw new IndexError(
      `${name}: ${typeof odd === "number" ? odd : `a ${typeof (odd ?? given)}`} is no position; ` +
        'an index is made of integers, slice(), null, "...", lists of integers or truth values, ' +
        "and tensors of them.",
    );
  }
  const part = Array.isArray(given)
    ? tensor(given, { dtype: whole ? "int32" : "bool" })
    : checkTensor(name, given as Tensor);
  if (part.dtype === "bool" || part.dtype === "int32") {
    return part.dtype === "int32" && part.shape.length === 0 ? part.item() : part;
  }
  throw new IndexError(
    `${name}: a tensor of type ${part.dtype} is no index; positions are int32, masks bool: ` +
      'convert with i.to("int32").',
  );
}

/** How many dimensions of the tensor a part of an index stands for. */
function dimensionsOf(part: Index): number {
  if (part === null || typeof part === "boolean") return 0;
  if (typeof part !== "object" || part instanceof Slice || Array.isArray(part)) return 1;
  return (part as Tensor).dtype === "bool" ? (part as Tensor).shape.length : 1;
}

function withoutEllipsis(name: string, x: Tensor, index: readonly Index[]): readonly Index[] {
  const given = index.filter((part) => part !== "...");
  const named = given.reduce<number>((sum, part) => sum + dimensionsOf(part), 0);
  if (named > x.shape.length || index.length - given.length > 1) {
    throw new IndexError(
      `${name}: ${named} dimensions are ` +
        `indexed${given.length < index.length ? ' beside "..."' : ""}` +
        `, and a tensor of shape ${formatShape(x.shape)} has ${x.shape.length}; ` +
        'name each at most once, and "..." at most once.',
    );
  }
  const rest = new Array<Index>(x.shape.length - named).fill(slice());
  const place = index.indexOf("...");
  return place < 0
    ? [...given, ...rest]
    : [...given.slice(0, place), ...rest, ...given.slice(place)];
}

/** Positions counted from the front, each inside. */
function checkPositions(
  name: string,
  positions: ArrayLike<number>,
  dim: number,
  size: number,
): number[] {
  return Array.from(positions, (position) => {
    if (Number.isInteger(position) && position >= -size && position < size) {
      return position < 0 ? position + size : position;
    }
    throw new IndexError(
      `${name}: index ${position} is out of range for dimension ${dim}, which has size ${size}` +
        (size > 0 ? `; use an integer from ${-size} to ${size - 1}.` : " and so no elements."),
    );
  });
}

/** Where a mask is true: the positions along each of its dimensions. */
function truePositions(mask: Tensor): Tensor[] {
  const flat = mask.data();
  const strides = rowMajor(mask.shape);
  const found: number[] = [];
  flat.forEach((value, i) => {
    if (value !== 0) found.push(i);
  });
  return strides.map((stride, dim) =>
    tensor(Int32Array.from(found, (i) => Math.floor(i / stride) % mask.shape[dim]!)),
  );
}

/** The indexed dimensions of a view as the rows of a matrix, and the way back. */
interface Rows {
  readonly rows: Tensor;
  readonly matrix: Tensor;
  /** The shape of the rows taken: that of the positions, then the other dimensions. */
  readonly front: Shape;
  /** From there to the result, where positions stay in place if the dimensions were neighbours. */
  readonly order: readonly number[];
  /** The view with the indexed dimensions in front, and how it got there. */
  readonly whole: Shape;
  readonly permutation: readonly number[];
}

function asRows(name: string, view: Tensor, indexed: readonly Indexed[]): Rows {
  const dims = indexed.map(({ dim }) => dim);
  const others = view.shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim));
  const permutation = [...dims, ...others];
  const whole = permutation.map((dim) => view.shape[dim]!);
  const sizes = whole.slice(0, dims.length);
  const rest = whole.slice(dims.length);
  const matrix = view.permute(permutation).reshape([countElements(sizes), countElements(rest)]);

  const shape = indexed.reduce<Shape>(
    (common, { positions }) => broadcastShapes(name, common, positions.shape),
    [],
  );
  const steps = rowMajor(sizes);
  const rows = new Int32Array(countElements(shape));
  indexed.forEach(({ positions }, k) => {
    positions
      .expand(shape)
      .data()
      .forEach((position, i) => (rows[i] = rows[i]! + position * steps[k]!));
  });

  const neighbours = dims.every((dim, k) => dim === dims[0]! + k);
  const before = neighbours ? dims[0]! : 0;
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, i) => from + i);
  const end = shape.length + rest.length;
  const order = [
    ...range(shape.length, shape.length + before),
    ...range(0, shape.length),
    ...range(shape.length + before, end),
  ];
  return { rows: tensor(rows), matrix, front: [...shape, ...rest], order, whole, permutation };
}

const inverse = (order: readonly number[]): number[] => order.map((_, i) => order.indexOf(i));
