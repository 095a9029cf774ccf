/**
 * Differences of neighbours and areas under them, and distances between points; all are made of
 * other operations. Lengths: `norm` of statistics.ts.
 */
import { ArgumentError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { broadcastShapes, formatShape, normalizeDim } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { floats } from "./fold.js";
import { cat } from "./join.js";
import { readOptions } from "./options.js";

/** What diff() puts around the elements first. */
export interface DiffOptions {
  /** What stands before the elements along the dimension. */
  readonly prepend?: Tensor | null;
  /** What stands behind them. */
  readonly append?: Tensor | null;
}

/**
 * The differences of neighbours along a dimension (the last unless said otherwise), `n` times over;
 * of truth values whether they differ.
 * @example
 * tensor([1, 4, 9]).diff() // tensor([3., 5.])
 * tensor([1, 4, 9]).diff(2) // tensor([2.])
 */
export const diff = (x: Tensor, n = 1, dim = -1, options: DiffOptions = {}): Tensor => {
  const { prepend, append } = readOptions<DiffOptions>("diff", options, {
    prepend: null,
    append: null,
  });
  const { shape, dtype } = checkTensor("diff", x);
  const at = normalizeDim("diff", dim, shape.length);
  if (!Number.isInteger(n) || n < 0 || shape.length === 0) {
    throw new ArgumentError(
      `diff: ${String(n)} differences of a tensor of shape ${formatShape(shape)}: give an ` +
        "integer, 0 or more, and a tensor with neighbours, of one dimension or more.",
    );
  }
  const parts = [prepend, x, append].filter((part) => part !== null);
  let result = parts.length === 1 ? x.clone() : cat(parts, at);
  for (let i = Math.min(n, result.shape[at]!); i > 0; i--) {
    const [next, own] = [result.slice(at, 1), result.slice(at, 0, -1)];
    result = dtype === "bool" ? next.ne(own) : next.sub(own);
  }
  return result;
};

/** Where trapezoid() and cumulativeTrapezoid() integrate. */
export interface TrapezoidOptions {
  /** The distance of neighbours, 1 unless given; not beside `x`, which says where each one is. */
  readonly dx?: number;
  /** The dimension, the last unless given. */
  readonly dim?: number;
}

/** The areas between neighbours, doubled, and the dimension. */
function areas(
  name: string,
  y: Tensor,
  places: Tensor | TrapezoidOptions | null | undefined,
  last: TrapezoidOptions,
): [areas: Tensor, dim: number] {
  const isOptions = typeof places === "object" && places !== null && !("node" in places);
  const x = isOptions || !places ? null : checkTensor(name, places);
  const options = isOptions ? places : last;
  const { dx, dim } = readOptions(name, options, { dx: 1, dim: -1 });
  const at = normalizeDim(name, dim, checkTensor(name, y).shape.length);
  if (y.shape.length === 0 || (x !== null && "dx" in options)) {
    throw new ArgumentError(
      `${name}: a tensor of shape ${formatShape(y.shape)}${x === null ? "" : ", x and dx"}: give ` +
        "one dimension or more, and either x or { dx }.",
    );
  }
  const sums = y.slice(at, 1).add(y.slice(at, 0, -1));
  if (x === null) return [sums.mul(dx), at];
  // A vector lies along the dimension; other dimensions broadcast.
  const along = x.shape.length === 1 ? x.reshape(y.shape.map((_, i) => (i === at ? -1 : 1))) : x;
  const fromEnd = at - y.shape.length;
  if (along.shape.at(fromEnd) === y.shape[at]) return [sums.mul(along.diff(1, fromEnd)), at];
  throw new ShapeError(
    `${name}: places of shape ${formatShape(x.shape)} for points of shape ` +
      `${formatShape(y.shape)}: give one for each point of dimension ${at}.`,
  );
}

/**
 * The area under points along a dimension, by the trapezoidal rule: at the places `x`, or `dx` (1)
 * apart.
 * @example
 * tensor([1, 2, 3]).trapezoid() // tensor(4.)
 * tensor([1, 2, 3]).trapezoid({ dx: 2 }) // tensor(8.)
 * tensor([1, 2, 3]).trapezoid(tensor([0, 1, 3])) // tensor(6.5000)
 */
export function trapezoid(
  y: Tensor,
  x?: Tensor | TrapezoidOptions | null,
  options: TrapezoidOptions = {},
): Tensor {
  const [doubled, dim] = areas("trapezoid", y, x, options);
  return doubled.sum(dim).div(2);
}

/**
 * The areas under points along a dimension up to each one but the first; see `trapezoid`.
 * @example
 * tensor([1, 2, 3]).cumulativeTrapezoid() // tensor([1.5000, 4.0000])
 */
export function cumulativeTrapezoid(
  y: Tensor,
  x?: Tensor | TrapezoidOptions | null,
  options: TrapezoidOptions = {},
): Tensor {
  const [doubled, dim] = areas("cumulativeTrapezoid", y, x, options);
  return doubled.cumsum(dim).div(2);
}

/**
 * The norm of order `p` of the difference of two tensors, which broadcast; see `norm`.
 * @example
 * tensor([1, 2]).dist(tensor([4, 6])) // tensor(5.)
 */
export const dist = (x: Tensor, other: Tensor, p = 2): Tensor =>
  checkTensor("dist", x).sub(checkTensor("dist", other)).norm(p);

/**
 * The distances, by the norm of order `p`, between all points of one set and all of another: from
 * [..., n, m] and [..., k, m] to [..., n, k].
 * @example
 * tensor([[0, 0], [3, 4]]).cdist(tensor([[0, 0]])) // tensor([[0.],
 * //         [5.]])
 */
export const cdist = (a: Tensor, b: Tensor, p = 2): Tensor => {
  const [left, right] = [checkTensor("cdist", a).shape, checkTensor("cdist", b).shape];
  if (!(p >= 0)) throw new ArgumentError(`cdist: the order is ${p}; use a number, 0 or more.`);
  if (left.length < 2 || right.length < 2 || left.at(-1) !== right.at(-1)) {
    throw new ShapeError(
      `cdist: ${formatShape(left)} and ${formatShape(right)}: give two sets of points of one ` +
        "size, one point a row.",
    );
  }
  broadcastShapes("cdist", left.slice(0, -2), right.slice(0, -2));
  const between = a.unsqueeze(-2).sub(b.unsqueeze(-3));
  // The number of differences is flat, whereas norm(0) has no derivative at all.
  return p === 0 ? between.sign().abs().sum(-1) : between.norm(p, -1);
};

/**
 * The parts at all positions of a dimension, those scaled down whose norm of order `p` is above
 * `maxnorm`, to that norm.
 * @example
 * tensor([[3, 4], [0.3, 0.4]]).renorm(2, 0, 1) // tensor([[0.6000, 0.8000],
 * //         [0.3000, 0.4000]])
 */
export const renorm = (x: Tensor, p: number, dim: number, maxnorm: number): Tensor => {
  const { shape, dtype } = checkTensor("renorm", x);
  floats("renorm", dtype);
  const at = normalizeDim("renorm", dim, shape.length);
  if (shape.length < 2 || !(p > 0) || !(maxnorm >= 0)) {
    throw new ArgumentError(
      `renorm: order ${String(p)}, norm ${String(maxnorm)}, shape ${formatShape(shape)}: give an ` +
        "order above 0, a norm of 0 or more, and a tensor of two dimensions or more.",
    );
  }
  const others = shape.map((_, i) => i).filter((i) => i !== at);
  const norms = x.norm(p, others, true);
  // PyTorch's margin, which keeps the result from being a little too long.
  const scale = norms.add(1e-7).reciprocal().mul(maxnorm);
  return x.mul(scale.where(norms.gt(maxnorm), 1));
};
