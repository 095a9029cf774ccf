/**
 * How the space of a kernel is walked: which dimensions become one, which is innermost, which
 * outputs share a walk. It emits nothing. Read next: walk.ts.
 */
import { isFloat } from "../../graph/dtype.js";
import { isWide } from "../../kernel/contraction.js";
import type { Access, FusedKernel, Output } from "../../kernel/fused.js";
import { cast, s } from "../../kernel/scalar.js";
import type { Expression } from "../../kernel/scalar.js";

/** An output in a walk. */
export interface Result extends Output {
  /** Of argmax and argmin: how far a step along a dimension moves the position. */
  readonly positions: readonly number[];
}

/** Loops, the outermost first; there is at least one. The innermost takes `lanes` at once. */
export interface Walk {
  readonly sizes: readonly number[];
  readonly lanes: 2 | 4;
  readonly operands: readonly Access[];
  readonly results: readonly Result[];
}

export const isPosition = ({ fold }: Output): boolean => fold === "argmax" || fold === "argmin";

/** Whether an output folds along a dimension. */
export const folds = ({ fold, strides }: Output, dim: number): boolean =>
  fold !== null && strides[dim] === 0;

const number = (value: number): Expression => ({ kind: "constant", value, dtype: "float64" });

/** What is stored of a folded value, which is a float64. */
export function finished({ epilogue, count, dtype }: Output, folded: Expression): Expression {
  if (epilogue === null) return cast(folded, dtype);
  const known = new Map<Expression, Expression>();
  const replace = (part: Expression): Expression => {
    if (part.kind === "constant") return part;
    if (part.kind === "operand") return part.index === 0 ? folded : number(count);
    let result = known.get(part);
    if (result === undefined) {
      result = { ...part, arguments: part.arguments.map(replace) };
      known.set(part, result);
    }
    return result;
  };
  return cast(replace(epilogue), dtype);
}

const starts = {
  sum: 0,
  prod: 1,
  max: -Infinity,
  min: Infinity,
  argmax: -Infinity,
  argmin: Infinity,
};

/** An output that folds one element, or none, as one that does not fold. */
function unfolded(output: Output, isEmpty: boolean): Output {
  const { fold, expression, dtype, epilogue } = output;
  if (fold === null) return { ...output, expression: cast(expression, dtype) };
  const done = (folded: Expression): Output => ({
    ...output,
    expression: finished(output, folded),
    fold: null,
    epilogue: null,
  });
  // A truth value holds no infinity: of no elements none is true.
  if (isEmpty) return done(number(dtype === "bool" && fold !== "prod" ? 0 : starts[fold]));
  if (isPosition(output)) return done(number(0));
  const plain = epilogue === null && dtype === expression.dtype && dtype !== "bool";
  const value = plain ? expression : cast(expression, "float64");
  // A sum starts at 0, which turns -0 into 0.
  return done(fold === "sum" ? s.add(0, value) : value);
}

/** The walks that compute a kernel; the outputs are divided among them. */
export function planWalks({ space, operands, outputs }: FusedKernel): Walk[] {
  const isEmpty = space.includes(0);
  const results = outputs.flatMap((output): Result[] => {
    if (space.some((size, i) => size === 0 && !folds(output, i))) return [];
    const isFold = output.fold !== null && space.some((size, i) => size !== 1 && folds(output, i));
    const result = isFold && !isEmpty ? output : unfolded(output, isEmpty);
    return [{ ...result, positions: positions(space, result) }];
  });
  const sizes = isEmpty ? space.map((size) => Math.max(size, 1)) : space;
  return results.length === 0 ? [] : divide({ sizes, lanes: 4, operands, results });
}

/** Row-major strides over the folded dimensions, 0 in the others. */
function positions(space: readonly number[], output: Output): number[] {
  let step = 1;
  const strides = space.map(() => 0);
  if (!isPosition(output)) return strides;
  for (let i = space.length - 1; i >= 0; i--) {
    if (!folds(output, i)) continue;
    strides[i] = step;
    step *= space[i]!;
  }
  return strides;
}

/** The best order for a walk; outputs that it cannot serve get walks of their own. */
function divide(whole: Walk): Walk[] {
  const walk = collapse(
    whole,
    whole.sizes.map((_, i) => i),
  );
  if (walk.sizes.length === 1) return [{ ...walk, lanes: lanesOf(walk.results) }];
  let best: { cost: number; order: readonly number[]; served: Result[] } | null = null;
  for (const order of orders(walk)) {
    const served = walk.results.filter((result) => serves(order, result));
    const cost = estimate(walk, order, served) * (1 + 2 * (walk.results.length - served.length));
    if (served.length > 0 && (best === null || cost < best.cost)) best = { cost, order, served };
  }
  if (best === null) {
    // Each alone has an order: what it keeps outside, what it folds inside.
    return walk.results.flatMap((result) => divide({ ...walk, results: [result] }));
  }
  const { order, served } = best;
  const rest = walk.results.filter((result) => !served.includes(result));
  const chosen = collapse({ ...walk, results: served }, order);
  const here = { ...chosen, lanes: lanesOf(served) };
  return rest.length === 0 ? [here] : [here, ...divide({ ...walk, results: rest })];
}

/** The dimensions in an order, those that are walked evenly as one, and none of size 1. */
function collapse(walk: Walk, order: readonly number[]): Walk {
  const all = [
    ...walk.operands.map(({ strides }) => strides),
    ...walk.results.flatMap(({ strides, positions }) => [strides, positions]),
  ];
  const kept: number[] = [];
  const sizes: number[] = [];
  for (const dim of order) {
    const size = walk.sizes[dim]!;
    if (size === 1) continue;
    const last = kept.at(-1);
    if (last !== undefined && all.every((own) => own[last] === own[dim]! * size)) {
      sizes.push(sizes.pop()! * size);
      kept[kept.length - 1] = dim;
    } else {
      sizes.push(size);
      kept.push(dim);
    }
  }
  const pick = (strides: readonly number[]): number[] =>
    kept.length === 0 ? [0] : kept.map((dim) => strides[dim]!);
  return {
    ...walk,
    sizes: kept.length === 0 ? [1] : sizes,
    operands: walk.operands.map((access) => ({ ...access, strides: pick(access.strides) })),
    results: walk.results.map((result) => ({
      ...result,
      strides: pick(result.strides),
      positions: pick(result.positions),
    })),
  };
}

/** Each dimension innermost; the others with what is folded inside, then in order of memory. */
function* orders({ sizes, operands, results }: Walk): Generator<number[]> {
  const dims = sizes.map((_, i) => i);
  const folding = dims.map((dim) => results.filter((result) => folds(result, dim)).length);
  const reach = dims.map((dim) =>
    Math.max(...[...operands, ...results].map(({ strides }) => Math.abs(strides[dim]!))),
  );
  for (const inner of dims) {
    const outer = dims.filter((dim) => dim !== inner);
    yield [...outer.sort((a, b) => folding[a]! - folding[b]! || a - b), inner];
    yield [...outer.sort((a, b) => folding[a]! - folding[b]! || reach[b]! - reach[a]!), inner];
  }
}

/**
 * Whether an output can be computed in this order: it folds the innermost loops, or not the
 * innermost; and positions come in ascending order.
 */
function serves(order: readonly number[], result: Result): boolean {
  if (result.fold === null) return true;
  const folded = order.map((dim) => folds(result, dim));
  const first = folded.indexOf(true);
  if (folded.at(-1)! && folded.includes(false, first)) return false;
  const steps = order.flatMap((dim) => (folds(result, dim) ? [result.positions[dim]!] : []));
  return !isPosition(result) || steps.every((step, i) => i === 0 || step < steps[i - 1]!);
}

/** Roughly the time that an order takes; only differences matter. */
function estimate(walk: Walk, order: readonly number[], served: readonly Result[]): number {
  const inner = order.at(-1)!;
  const size = walk.sizes[inner]!;
  let each = Math.ceil(size / 4) / size;
  for (const { strides } of walk.operands) each += reading(strides[inner]!);
  for (const result of served) {
    if (!folds(result, inner)) {
      each += (result.fold === null ? 1 : 2) * reading(result.strides[inner]!);
      continue;
    }
    const lines = order
      .filter((dim) => folds(result, dim))
      .reduce((n, dim) => n * walk.sizes[dim]!, 1);
    each += 8 / lines;
  }
  return each + 4 / size;
}

const reading = (stride: number): number => (stride === 0 ? 0 : stride === 1 ? 0.25 : 1.5);

/** Two lanes where something needs float64. */
function lanesOf(results: readonly Result[]): 2 | 4 {
  const seen = new Set<Expression>();
  const wide = results.some(({ fold, expression, epilogue, dtype }) => {
    if (isWide(expression, seen)) return true;
    if (fold === "prod") return expression.dtype !== "int32";
    // A sum of whole numbers that is not a whole number itself must not wrap around.
    const wraps = epilogue === null && dtype === "int32";
    return fold === "sum" && !isFloat(expression.dtype) && !wraps;
  });
  return wide ? 2 : 4;
}
