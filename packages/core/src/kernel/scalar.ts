/**
 * The closed set of scalar primitives and the expressions made of them. An operation's kernel is
 * written once with `s`, on placeholders, and every back end evaluates or prints the expression
 * that comes out. Every primitive rounds its result to its element type, so an expression has one
 * meaning everywhere. Not here: loops, shapes, derivatives. Read next: kernel/kernel.ts.
 */
import { isFloat, promote } from "../graph/dtype.js";
import type { DType } from "../graph/dtype.js";

/** The primitives by number of arguments. A back end that misses one does not compile. */
export type UnaryScalar =
  | "neg"
  | "abs"
  | "sign"
  | "sqrt"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "log2"
  | "log10"
  | "erf"
  | "erfc"
  | "erfinv"
  | "lgamma"
  | "sin"
  | "cos"
  | "tanh"
  | "floor"
  | "ceil"
  | "round"
  | "not"
  | "cast";
export type BinaryScalar =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "mod"
  | "pow"
  | "atan2"
  | "polygamma"
  | "max"
  | "min"
  | "eq"
  | "lt"
  | "le"
  | "and"
  | "or";
export type TernaryScalar = "where";
export type ScalarOp = UnaryScalar | BinaryScalar | TernaryScalar;

/** A formula for one element. */
export type Expression =
  | { readonly kind: "operand"; readonly index: number; readonly dtype: DType }
  | { readonly kind: "constant"; readonly value: number; readonly dtype: DType }
  | {
      readonly kind: "apply";
      readonly op: ScalarOp;
      readonly arguments: readonly Expression[];
      readonly dtype: DType;
    };

/** In a formula a plain number takes the type of what it meets. */
type Part = Expression | number;

export const operand = (index: number, dtype: DType): Expression => ({
  kind: "operand",
  index,
  dtype,
});

const constant = (value: number, dtype: DType): Expression => ({
  kind: "constant",
  value,
  dtype,
});

export const cast = (x: Expression, dtype: DType): Expression =>
  x.dtype === dtype ? x : apply("cast", [x], dtype);

const apply = (op: ScalarOp, args: readonly Expression[], dtype: DType): Expression => ({
  kind: "apply",
  op,
  arguments: args,
  dtype,
});

/** Both parts as expressions of one type. */
function unify(a: Part, b: Part): [Expression, Expression] {
  if (typeof a === "number") {
    if (typeof b === "number") throw new TypeError("a formula needs at least one operand");
    return [constant(a, b.dtype), b];
  }
  if (typeof b === "number") return [a, constant(b, a.dtype)];
  const dtype = promote(a.dtype, b.dtype);
  return [cast(a, dtype), cast(b, dtype)];
}

const unary =
  (op: UnaryScalar) =>
  (x: Expression): Expression =>
    apply(op, [x], x.dtype);

/** On whole numbers these already are what they would give. */
const rounding =
  (op: UnaryScalar) =>
  (x: Expression): Expression =>
    isFloat(x.dtype) ? apply(op, [x], x.dtype) : x;

const binary =
  (op: BinaryScalar, result?: DType) =>
  (a: Part, b: Part): Expression => {
    const [left, right] = unify(a, b);
    return apply(op, [left, right], result ?? left.dtype);
  };

const lt = binary("lt", "bool");
const le = binary("le", "bool");
const not = (x: Expression): Expression => apply("not", [cast(x, "bool")], "bool");

type Replace = (part: Expression) => Expression | undefined;

/** An expression in which some parts are replaced: those for which `replace` gives another. */
export const rewrite = (expression: Expression, replace: Replace): Expression =>
  rewriteAll([expression], replace)[0]!;

/** Expressions in which parts are replaced; what they share, they still share. */
export function rewriteAll(expressions: readonly Expression[], replace: Replace): Expression[] {
  const known = new Map<Expression, Expression>();
  const visit = (part: Expression): Expression => {
    const result =
      known.get(part) ??
      replace(part) ??
      (part.kind === "apply" ? { ...part, arguments: part.arguments.map(visit) } : part);
    known.set(part, result);
    return result;
  };
  return expressions.map(visit);
}

const dear: Readonly<Record<string, number>> = { div: 3, sqrt: 3, mod: 5, pow: 20 };
const transcendental = /^(exp|log|erf|sin|cos|tan|atan)/;

/** What functions of JavaScript compute that are not `Math`'s: not all threads have them. */
const foreign = /^(erf|erfc|erfinv|lgamma|polygamma|pow|mod)$/;

export function isForeign(expression: Expression): boolean {
  let found = false;
  rewrite(expression, (part) => {
    found ||= part.kind === "apply" && foreign.test(part.op);
    return undefined;
  });
  return found;
}

/** What evaluating an expression takes, in additions; parts that are used twice count once. */
export function costOf(expression: Expression): number {
  const parts = new Set<Expression>([expression]);
  let cost = 0;
  // A set is walked in the order of insertion, and what is inserted meanwhile is walked too.
  for (const part of parts) {
    if (part.kind !== "apply") continue;
    cost += transcendental.test(part.op) ? 10 : (dear[part.op] ?? 1);
    for (const argument of part.arguments) parts.add(argument);
  }
  return cost;
}

/** The vocabulary in which kernels are written. */
export const s = {
  neg: unary("neg"),
  abs: unary("abs"),
  sign: unary("sign"),
  sqrt: unary("sqrt"),
  exp: unary("exp"),
  expm1: unary("expm1"),
  log: unary("log"),
  log1p: unary("log1p"),
  log2: unary("log2"),
  log10: unary("log10"),
  erf: unary("erf"),
  erfc: unary("erfc"),
  erfinv: unary("erfinv"),
  lgamma: unary("lgamma"),
  sin: unary("sin"),
  cos: unary("cos"),
  tanh: unary("tanh"),
  floor: rounding("floor"),
  ceil: rounding("ceil"),
  round: rounding("round"),
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  mod: binary("mod"),
  pow: binary("pow"),
  atan2: binary("atan2"),
  polygamma: binary("polygamma"),
  max: binary("max"),
  min: binary("min"),
  eq: binary("eq", "bool"),
  ne: (a: Part, b: Part): Expression => not(s.eq(a, b)),
  lt,
  le,
  gt: (a: Part, b: Part): Expression => lt(b, a),
  ge: (a: Part, b: Part): Expression => le(b, a),
  not,
  and: (a: Expression, b: Expression): Expression =>
    apply("and", [cast(a, "bool"), cast(b, "bool")], "bool"),
  or: (a: Expression, b: Expression): Expression =>
    apply("or", [cast(a, "bool"), cast(b, "bool")], "bool"),
  bitAnd: binary("and"),
  bitOr: binary("or"),
  where: (condition: Expression, a: Part, b: Part): Expression => {
    const [left, right] = unify(a, b);
    return apply("where", [cast(condition, "bool"), left, right], left.dtype);
  },
} as const;
