/**
 * Expressions as vector code: what every scalar primitive is in each element type. A walk has four
 * lanes, or two where a float64 occurs in it; with two, narrower elements lie in the lower half of
 * a vector. A bool is a lane of ones or zeros as wide as the walk's lanes. Not here: loads and
 * loops (walk.ts), the functions of mathematics (mathematics.ts). Read first: kernel/scalar.ts,
 * vector.ts.
 */
import { isFloat } from "../../graph/dtype.js";
import type { DType } from "../../graph/dtype.js";
import type { Expression, ScalarOp } from "../../kernel/scalar.js";
import { toFloat, types } from "./assembler.js";
import type { Code, ModuleBuilder, Value } from "./assembler.js";
import { routines, unitRoutines } from "./mathematics.js";
import { bits, call, convert, f32, f64, halves, i32, pick, upper } from "./vector.js";
import type { Floats } from "./vector.js";

/** An expression in which equal parts are one object. */
export interface Node {
  readonly op: ScalarOp | "operand" | "constant";
  readonly inputs: readonly Node[];
  readonly dtype: DType;
  /** Of a constant its value, of an operand its number. */
  readonly value: number;
  /** The innermost loop that changes it; -1 is none. */
  readonly level: number;
}

/** Interns expressions; inputs come before what uses them. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly #known = new Map<string, Node>();
  readonly #numbers = new Map<Node, number>();
  readonly #seen = new Map<Expression, Node>();
  readonly #levelOf: (operand: number) => number;

  constructor(levelOf: (operand: number) => number) {
    this.#levelOf = levelOf;
  }

  /** The same for graphs of the same nodes. */
  get key(): string {
    return [...this.#known.keys()].join(";");
  }

  add(expression: Expression): Node {
    let node = this.#seen.get(expression);
    if (node === undefined) {
      node = this.#intern(expression);
      this.#seen.set(expression, node);
    }
    return node;
  }

  #intern(expression: Expression): Node {
    const { kind, dtype } = expression;
    if (kind === "constant") return this.#node("constant", [], dtype, expression.value);
    if (kind === "operand") return this.#node("operand", [], dtype, expression.index);
    const { op } = expression;
    const inputs = expression.arguments.map((part) => this.add(part));
    // softplus(x), softplus(-x) and the sigmoid of x have the dear parts in common.
    const [x] = inputs[0]!.op === "neg" ? inputs[0]!.inputs : [];
    if (op === "abs" && x !== undefined) return this.#node(op, [x], dtype);
    const decay = op === "exp" && x !== undefined ? this.#decayOf(x) : undefined;
    if (decay === undefined) return this.#node(op, inputs, dtype);
    const constant = (value: number): Node => this.#node("constant", [], dtype, value);
    const isBelow = this.#node("lt", [x!, constant(0)], "bool");
    const growth = this.#node("div", [constant(1), decay], dtype);
    return this.#node("where", [isBelow, growth, decay], dtype);
  }

  /** exp(-|x|), if it is here. */
  #decayOf(x: Node): Node | undefined {
    return this.nodes.find((node) => isDecay(node) && node.inputs[0]!.inputs[0]!.inputs[0] === x);
  }

  #node(op: Node["op"], inputs: readonly Node[], dtype: DType, value = 0): Node {
    const numbers = inputs.map((input) => this.#numbers.get(input));
    // Two zeros of different sign are two constants.
    const key = `${op} ${dtype} ${Object.is(value, -0) ? "-0" : value} ${numbers.join(" ")}`;
    let node = this.#known.get(key);
    if (node === undefined) {
      let level = op === "operand" ? this.#levelOf(value) : -1;
      for (const input of inputs) level = Math.max(level, input.level);
      node = { op, inputs, dtype, value, level };
      this.#numbers.set(node, this.nodes.push(node));
      this.#known.set(key, node);
    }
    return node;
  }
}

/** Whether it is exp(-|x|), which is from 0 to 1. */
const isDecay = ({ op, inputs: [a] }: Node): boolean =>
  op === "exp" && a!.op === "neg" && a!.inputs[0]!.op === "abs";

/** How often each node is used, by others and as one of these. */
export function usesOf({ nodes }: Graph, roots: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  for (const node of roots) uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const { inputs } of nodes) {
    for (const node of inputs) uses.set(node, (uses.get(node) ?? 0) + 1);
  }
  return uses;
}

/** Where code goes and how wide it is. */
export interface Target {
  readonly code: Code;
  readonly module: ModuleBuilder;
  readonly lanes: 2 | 4;
  /** Functions of mathematics are written out where they are used, not called. */
  readonly inline: boolean;
}

export const floatsOf = (dtype: DType): Floats => (dtype === "float64" ? f64 : f32);

/** The same number in every lane, rounded to its type. */
export function constant(value: number, dtype: DType): Value {
  if (dtype === "bool") return i32.of(value === 0 ? 0 : -1);
  return dtype === "int32" ? i32.of(value) : floatsOf(dtype).of(value);
}

/** Whether lanes of a type are half as wide as bools of the walk, which are as wide as floats. */
const isNarrow = (dtype: DType, lanes: 2 | 4): boolean =>
  lanes === 2 && dtype !== "float64" && dtype !== "bool";

/** A comparison of lanes of `dtype` as a bool. */
const asBool = (mask: Value, dtype: DType, lanes: 2 | 4): Value =>
  isNarrow(dtype, lanes) ? convert.i64FromI32Low(mask) : mask;

/** A bool as a mask for lanes of `dtype`. */
const asMask = (bool: Value, dtype: DType, lanes: 2 | 4): Value =>
  isNarrow(dtype, lanes) ? pick(bool, 4, [0, 2, 0, 2]) : bool;

const select = (mask: Value, a: Value, b: Value): Value => bits.select(a, b, mask);

/** One operation on values of the types of `node.inputs`. */
export function apply(target: Target, node: Node, inputs: readonly Value[]): Value {
  const { lanes } = target;
  const { op, dtype } = node;
  const [a, b, c] = inputs as [Value, Value, Value];
  const from = node.inputs[0]!.dtype;
  switch (op) {
    case "cast":
      return cast(target, a, from, dtype);
    case "where":
      return select(asMask(a, dtype, lanes), b, c);
    case "and":
      return bits.and(a, b);
    case "or":
      return bits.or(a, b);
    case "not":
      return bits.not(a);
    case "eq":
    case "lt":
    case "le":
      if (from === "bool") return compareBools(op, a, b);
      return asBool(from === "int32" ? i32[op](a, b) : floatsOf(from)[op](a, b), from, lanes);
    default:
      if (isFloat(dtype)) return floating(target, node, inputs);
      if (dtype === "int32") return whole(target, op, inputs);
      return truth(op, a, b);
  }
}

function compareBools(op: "eq" | "lt" | "le", a: Value, b: Value): Value {
  if (op === "eq") return bits.not(bits.xor(a, b));
  return op === "lt" ? bits.andNot(b, a) : bits.or(bits.not(a), b);
}

/** Sums and products of bools; what bools have no arithmetic for leaves them as they are. */
function truth(op: Node["op"], a: Value, b: Value): Value {
  if (op === "add" || op === "max") return bits.or(a, b);
  if (op === "mul" || op === "min") return bits.and(a, b);
  return op === "sub" ? bits.xor(a, b) : a;
}

function whole(target: Target, op: Node["op"], inputs: readonly Value[]): Value {
  const [a, b] = inputs as [Value, Value];
  if (Object.hasOwn(i32, op)) return i32[op as "add"](...inputs);
  if (op === "sign") return i32.sub(i32.lt(a, i32.of(0)), i32.gt(a, i32.of(0)));
  if (op === "div") return divideWhole(target, a, b);
  return eachLane(target, op === "pow" ? "wholePower" : op, "int32", inputs);
}

/** As a typed array stores the quotient: towards zero, and 0 for a division by zero. */
function divideWhole(target: Target, a: Value, b: Value): Value {
  const quotient = (a: Value, b: Value): Value =>
    wholeFromFloat64(target.code, f64.div(convert.f64FromI32Low(a), convert.f64FromI32Low(b)));
  if (target.lanes === 2) return quotient(a, b);
  const [left, right] = [target.code.keep(a), target.code.keep(b)];
  return halves(quotient(left, right), quotient(upper(left), upper(right)));
}

function floating(target: Target, node: Node, inputs: readonly Value[]): Value {
  const { op, dtype } = node;
  const f = floatsOf(dtype);
  if (op === "max" || op === "min") return extreme(node, inputs);
  if (Object.hasOwn(f, op)) return f[op as "add"](...inputs);
  if (op === "round") return f.nearest(inputs[0]!);
  const name = op as ScalarOp;
  if (op !== "sign") return mathematics(target, name, dtype, inputs, isDecay(node.inputs[0]!));
  const x = target.code.keep(inputs[0]!);
  const [above, below] = [f.gt(x, f.of(0)), f.lt(x, f.of(0))];
  return bits.or(bits.and(above, f.of(1)), bits.and(below, f.of(-1)));
}

/**
 * The larger or the smaller of two. Beside a number one instruction does it, which gives the first
 * where one is NaN or both are zeros; where that may be the wrong zero, adding 0 makes it right.
 */
function extreme({ op, dtype, inputs: nodes }: Node, [a, b]: readonly Value[]): Value {
  const f = floatsOf(dtype);
  const number = nodes.find((node) => node.op === "constant")?.value ?? NaN;
  const bound = dtype === "float32" ? Math.fround(number) : number;
  const [x, y] = nodes[0]!.op === "constant" ? [b!, a!] : [a!, b!];
  if (Number.isNaN(bound) || (op === "min" && bound === 0)) return f[op as "max"](a!, b!);
  if (op === "min") return f.pmin(x, y);
  return Object.is(bound, 0) ? f.add(f.pmax(x, y), y) : f.pmax(x, y);
}

/**
 * A function of mathematics, if `ofUnit` of a number from 0 to 1: written out, or called, or asked
 * of JavaScript for each lane.
 */
function mathematics(
  target: Target,
  op: ScalarOp,
  dtype: DType,
  inputs: readonly Value[],
  ofUnit: boolean,
): Value {
  const { code, module, lanes } = target;
  if (isNarrow(dtype, lanes)) {
    const wide = inputs.map((input) => convert.promoteLow(input));
    return convert.demote(mathematics(target, op, "float64", wide, ofUnit));
  }
  const name = op === "pow" ? "power" : op;
  const table = ofUnit && Object.hasOwn(unitRoutines, op) ? unitRoutines : routines;
  const routine = table[op]?.[dtype === "float64" ? "f64" : "f32"];
  if (routine === undefined) return eachLane(target, name, dtype, inputs);
  const write = (into: Code, parts: Value[]): Value =>
    routine(into, parts, () => eachLane({ ...target, code: into }, name, dtype, parts));
  const parts = inputs.map((input) => code.keep(input));
  if (target.inline) return write(code, parts);
  const kind = table === routines ? op : `${op} of unit`;
  return call(module.helper(`${kind} ${dtype}`, inputs.length, write), ...parts);
}

/** Calls an imported function from float64s to a float64 for each lane. */
function eachLane(target: Target, name: string, dtype: DType, inputs: readonly Value[]): Value {
  const { module, lanes } = target;
  const callee = module.import(name, inputs.length);
  const helper = module.helper(`each ${name} ${dtype} ${lanes}`, inputs.length, (code, parts) => {
    const { lane, replace } = dtype === "int32" ? i32 : floatsOf(dtype);
    let result = parts[0]!;
    for (let i = 0; i < lanes; i++) {
      const one = (code: Code): void => {
        for (const part of parts) {
          lane(part, i)(code);
          if (dtype === "int32" || dtype === "float32") code.op(toFloat[dtype]);
        }
        code.call(callee);
        if (dtype === "int32") code.truncate();
        if (dtype === "float32") code.op(toFloat.demote);
      };
      result = code.keep(replace(result, i, one), types.v128);
    }
    return result;
  });
  return call(helper, ...inputs);
}

/** As a typed array stores: towards zero, modulo 2³², and 0 for what is not finite. */
function wholeFromFloat64(code: Code, x: Value): Value {
  const t = code.keep(f64.trunc(x));
  const turns = f64.floor(f64.mul(t, f64.of(2 ** -32)));
  return convert.u32FromF64(f64.sub(t, f64.mul(turns, f64.of(2 ** 32))));
}

/** The same. Where half a turn is left, the conversion stops one short, which flips every bit. */
function wholeFromFloat32(code: Code, x: Value): Value {
  const t = code.keep(f32.trunc(x));
  const turns = f32.nearest(f32.mul(t, f32.of(2 ** -32)));
  const rest = code.keep(f32.sub(t, f32.mul(turns, f32.of(2 ** 32))));
  return bits.xor(convert.i32FromF32(rest), f32.ge(rest, f32.of(2 ** 31)));
}

export function cast({ code, lanes }: Target, x: Value, from: DType, to: DType): Value {
  if (from === to) return x;
  if (from === "bool") return bits.and(asMask(x, to, lanes), constant(1, to));
  switch (to) {
    case "bool":
      if (from === "int32") return asBool(i32.ne(x, i32.of(0)), from, lanes);
      return asBool(floatsOf(from).ne(x, floatsOf(from).of(0)), from, lanes);
    case "int32":
      return from === "float64" ? wholeFromFloat64(code, x) : wholeFromFloat32(code, x);
    case "float32":
      return from === "float64" ? convert.demote(x) : convert.f32FromI32(x);
    case "float64":
      return from === "float32" ? convert.promoteLow(x) : convert.f64FromI32Low(x);
  }
}
