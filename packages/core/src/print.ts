/**
 * A tensor as text, laid out as PyTorch lays it out: four digits, one width for all elements,
 * scientific notation where sizes differ much, the middle left out of large tensors. The rules
 * follow torch/_tensor_str.py.
 */
import { isFloat } from "./graph/dtype.js";
import type { DType, TypedArray } from "./graph/dtype.js";
import type { Shape } from "./graph/shape.js";
import { rowMajor } from "./graph/shape.js";
import type { Tensor } from "./tensor.js";

const DIGITS = 4;
/** Tensors of more elements show only the first and last of each dimension. */
const THRESHOLD = 1000;
const EDGE = 3;
const LINE_WIDTH = 80;
const PREFIX = "tensor(";

/** The text of a tensor whose elements, in row-major order, are `data`. */
export function print(tensor: Tensor, data: TypedArray): string {
  const { shape, dtype } = tensor;
  const suffixes: string[] = [];
  let body: string;
  if (data.length === 0) {
    body = "[]";
    if (shape.length !== 1) suffixes.push(`size=[${shape.join(", ")}]`);
    if (dtype !== "float32") suffixes.push(`dtype=${dtype}`);
  } else {
    const summarize = data.length > THRESHOLD;
    const shown = shownPositions(shape, summarize);
    body = block(
      shown,
      formatter(
        dtype,
        leaves(shown).map((at) => data[at]!),
      ),
      data,
      PREFIX.length,
    );
    if (dtype === "float64") suffixes.push(`dtype=${dtype}`);
  }
  const { origin } = tensor;
  if (origin?.op) suffixes.push(`gradFn=<${origin.op.name}>`);
  else if (tensor.requiresGrad) suffixes.push("requiresGrad=true");
  return `${withSuffixes(PREFIX + body, suffixes)})`;
}

/** Positions in the data, nested as the tensor is; `null` stands for those left out. */
type Positions = number | null | readonly Positions[];

function shownPositions(shape: Shape, summarize: boolean): Positions {
  const strides = rowMajor(shape);
  const nest = (depth: number, from: number): Positions => {
    const size = shape[depth];
    if (size === undefined) return from;
    const part = (i: number): Positions => nest(depth + 1, from + i * strides[depth]!);
    if (!summarize || size <= 2 * EDGE) return Array.from({ length: size }, (_, i) => part(i));
    const edge = Array.from({ length: EDGE }, (_, i) => i);
    return [...edge.map(part), null, ...edge.map((i) => part(size - EDGE + i))];
  };
  return nest(0, 0);
}

function leaves(positions: Positions): number[] {
  if (positions === null) return [];
  if (typeof positions === "number") return [positions];
  return positions.flatMap(leaves);
}

interface Formatter {
  readonly width: number;
  readonly format: (value: number) => string;
}

/** How numbers are written: all to the width of the widest. */
function formatter(dtype: DType, values: readonly number[]): Formatter {
  const write = writer(dtype, values);
  // As PyTorch does: zeros and non-finite numbers follow the others, and may be narrower than their
  // own text.
  const deciding = isFloat(dtype) ? values.filter((v) => v !== 0 && Number.isFinite(v)) : values;
  const width = Math.max(1, ...deciding.map((value) => write(value).length));
  return { width, format: (value) => write(value).padStart(width) };
}

function writer(dtype: DType, values: readonly number[]): (value: number) => string {
  if (dtype === "bool") return (value) => (value === 0 ? "false" : "true");
  if (dtype === "int32") return String;
  const sizes = values.filter((v) => v !== 0 && Number.isFinite(v)).map(Math.abs);
  const [least, most] = [minimum(sizes), maximum(sizes)];
  const whole = sizes.every(Number.isInteger);
  const scientific = most / least > 1000 || most > 1e8 || (!whole && least < 1e-4);
  return (value) => {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
    const sign = value < 0 || Object.is(value, -0) ? "-" : "";
    const size = Math.abs(value);
    if (sizes.length > 0 && scientific) return sign + exponential(size);
    return (
      sign +
      (whole ? `${size.toFixed(0)}.` : toEven(size.toFixed(DIGITS + EXACT), size.toFixed(DIGITS)))
    );
  };
}

/** As C prints it: at least two digits of exponent. */
function exponential(value: number): string {
  const [exact] = value.toExponential(DIGITS + EXACT).split("e") as [string, string];
  const [mantissa, exponent] = value.toExponential(DIGITS).split("e") as [string, string];
  return `${toEven(exact, mantissa)}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

/** So many digits more that what is an exact half shows as one. */
const EXACT = 20;

/** C rounds what is exactly a half to the even neighbour, JavaScript up. */
function toEven(exact: string, rounded: string): string {
  const cut = exact.length - EXACT;
  const isHalf = /^50*$/.test(exact.slice(cut));
  return isHalf && Number(exact[cut - 1]) % 2 === 0 ? exact.slice(0, cut) : rounded;
}

const minimum = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.min(a, b), Infinity);
const maximum = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

function block(shown: Positions, form: Formatter, data: TypedArray, indent: number): string {
  if (shown === null) return "...";
  if (typeof shown === "number") return form.format(data[shown]!);
  const flat = shown.every((part) => part === null || typeof part === "number");
  if (!flat) {
    const parts = shown.map((part) => block(part, form, data, indent + 1));
    const gap = "\n".repeat(depthOf(shown) - 1) + " ".repeat(indent + 1);
    return `[${parts.join(`,${gap}`)}]`;
  }
  const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (form.width + 2)));
  const items = shown.map((part) => (part === null ? " ..." : form.format(data[part]!)));
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += perLine)
    lines.push(items.slice(i, i + perLine).join(", "));
  return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
}

const depthOf = (positions: Positions): number =>
  Array.isArray(positions) ? 1 + depthOf((positions as readonly Positions[])[0] ?? null) : 0;

/** What follows the numbers, on lines that are not too long. */
function withSuffixes(text: string, suffixes: readonly string[]): string {
  let result = text;
  let column = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (column + suffix.length + 2 > LINE_WIDTH) {
      result += `,\n${" ".repeat(PREFIX.length)}${suffix}`;
      column = PREFIX.length + suffix.length;
    } else {
      result += `, ${suffix}`;
      column += suffix.length + 2;
    }
  }
  return result;
}
