// Runs the recorded initialisers of PyTorch: gains, fans, what is filled in, and how the parameters
// of new modules start. Draws are compared by their statistics.

import { NablaError, eye, init, manualSeed, tensor, zeros } from "nabla";
import type { Tensor } from "nabla";

import { bind, camelCase } from "./bind.js";
import { differenceOf } from "./compare.js";
import type { RecordedTensor } from "./format.js";
import { construct } from "./modules.js";
import { initializers } from "./names/modules.js";
import type { Outcome } from "./outcome.js";

/** A case of `initializers.json`; which keys there are depends on the kind. */
export interface RecordedInitializer extends Statistics {
  readonly id?: string;
  readonly kind: string;
  readonly nonlinearity?: string;
  readonly param?: number | null;
  readonly gain?: number;
  readonly shape?: readonly number[];
  readonly fanIn?: number;
  readonly fanOut?: number;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly property?: string;
  readonly zerosPerColumn?: number;
  readonly module?: string;
  readonly args?: readonly unknown[];
  readonly parameter?: string;
  readonly distribution?: string;
  readonly throws?: unknown;
}

interface Statistics {
  readonly value?: RecordedTensor | number;
  readonly mean?: number;
  readonly std?: number;
  readonly bound?: number;
  readonly min?: number;
  readonly max?: number;
}

const DRAWS = 5000;

/** Runs a case. */
export function runInitializer(of: RecordedInitializer, id: string): Outcome {
  manualSeed(0);
  try {
    const reason = problemOf(of);
    if (of.throws !== undefined) return { id, status: "failed", reason: "not refused" };
    return { id, status: reason === null ? "passed" : "failed", reason: reason ?? "" };
  } catch (error) {
    const isRight = of.throws !== undefined && error instanceof NablaError;
    return { id, status: isRight ? "passed" : "failed", reason: isRight ? "" : String(error) };
  }
}

function problemOf(of: RecordedInitializer): string | null {
  if (of.kind === "calculate_gain") {
    const gain = init.calculateGain(of.nonlinearity as init.Nonlinearity, of.param ?? null);
    return differenceOf(gain, of.gain, {});
  }
  if (of.kind === "fan") return fanProblem(of);
  const draw = of.kind === "default" ? () => fresh(of) : () => filled(of);
  const first = draw();
  if (of.property !== undefined) return propertyProblem(first, of);
  if (of.zerosPerColumn !== undefined) {
    const counts = first.eq(0).sum(0).data();
    const isRight = counts.every((count) => count === of.zerosPerColumn);
    return isRight ? null : `there are ${counts.join(", ")} zeros in the columns`;
  }
  if (typeof of.value === "number") {
    return first.eq(of.value).all().item() === 1 ? null : `it is not all ${of.value}`;
  }
  if (of.value !== undefined) return differenceOf(first, of.value, {});
  return statisticsProblem(drawn(draw), of);
}

/** Weights that are drawn by Kaiming's rule tell the fans. */
function fanProblem({ shape = [], fanIn = 1, fanOut = 1 }: RecordedInitializer): string | null {
  for (const [mode, fan] of [["fanIn", fanIn] as const, ["fanOut", fanOut] as const]) {
    const draw = (): Tensor => {
      const made = zeros(shape, { dtype: "float64" });
      return init.kaimingUniform_(made, { mode, nonlinearity: "linear" });
    };
    const problem = statisticsProblem(drawn(draw), { bound: Math.sqrt(3 / fan) });
    if (problem !== null) return `${mode}: ${problem}`;
  }
  return null;
}

/** Numbers of many draws, enough to tell one distribution from another. */
function drawn(draw: () => Tensor): Tensor {
  const numbers: number[] = [];
  while (numbers.length < DRAWS) numbers.push(...draw().data());
  return tensor(numbers, { dtype: "float64" });
}

/** A parameter of a new module. */
function fresh({
  module = "",
  args = [],
  options = {},
  parameter = "",
}: RecordedInitializer): Tensor {
  const found = new Map(construct(module, args, options).namedParameters()).get(parameter);
  if (found === undefined) throw new Error(`${module} has no parameter ${parameter}`);
  return found;
}

/** A tensor that an initialiser has filled. */
function filled({ kind, shape = [], options = {} }: RecordedInitializer): Tensor {
  const called = (init as unknown as Record<string, unknown>)[camelCase(kind)];
  if (typeof called !== "function") throw new Error(`there is no init.${camelCase(kind)}`);
  const rest = bind(initializers[kind] ?? null, [], options);
  return (called as (...given: readonly unknown[]) => Tensor)(
    zeros(shape, { dtype: "float64" }),
    ...rest,
  );
}

/** Rows, or columns, of length gain that are orthogonal. */
function propertyProblem(
  given: Tensor,
  { property = "", options = {} }: RecordedInitializer,
): string | null {
  const matrix = given.flatten(1);
  const product = property.includes("columns:")
    ? matrix.T.matmul(matrix)
    : property.includes("rows:")
      ? matrix.matmul(matrix.T)
      : null;
  if (product === null) return `unknown property: ${property}`;
  const gain = (options["gain"] as number | undefined) ?? 1;
  const wanted = eye(product.size(0), product.size(0), { dtype: "float64" }).mul(gain ** 2);
  const error = product.sub(wanted).abs().max().item();
  return error < 1e-9 ? null : `it is off by ${error}`;
}

/** What is wrong with the statistics of many draws. */
function statisticsProblem(x: Tensor, of: Statistics): string | null {
  const std = of.std ?? (of.bound === undefined ? null : of.bound / Math.sqrt(3));
  const [low, high] = [of.min ?? -(of.bound ?? Infinity), of.max ?? of.bound ?? Infinity];
  const [least, most] = [x.min().item(), x.max().item()];
  // float32 may round the last number up.
  const slack = 1e-6 * Math.abs(high);
  if (least < low - slack || most > high + slack)
    return `${least} to ${most} are beyond the bounds`;
  // A uniform distribution comes near its ends in so many draws.
  if (of.bound !== undefined && most < 0.99 * of.bound) return `${most} is the most of all`;
  if (std === null) return null;
  const mean = of.mean ?? (Number.isFinite(high - low) ? (low + high) / 2 : 0);
  const found = { mean: x.mean().item(), std: x.std().item() };
  const error = std / Math.sqrt(x.numel());
  if (Math.abs(found.mean - mean) > 5 * error) return `the mean is ${found.mean}, not ${mean}`;
  if (Math.abs(found.std - std) > 5 * error) return `the deviation is ${found.std}, not ${std}`;
  return null;
}
