/**
 * How a formula is written: as one would write it by hand, with signs in front, divisions last and
 * no parentheses that say nothing. What is written may differ from what is computed in rounding
 * only. Where formulas come from: `@nabla/core/inspect`.
 */
import type { Application, Formula } from "@nabla/core/inspect";

/** A formula of more parts is none to read. */
const MOST_PARTS = 300;

/** What is no longer than this needs no letter. */
const SHORT = 6;

/**
 * A formula in mathematical notation, `null` if it is too long for one. What occurs in it more than
 * once gets a letter. `names` are put in the place of its letters; names may be formulas.
 * @example
 * import { derivativesOf, formulaOf } from "@nabla/core/inspect";
 * writeFormula(derivativesOf(tanh)[0]) // g · (1 − y²)
 * writeFormula(derivativesOf(tanh)[0], { g: "2", y: "h" }) // 2 · (1 − h²)
 * writeFormula(formulaOf(sigmoid)) // 1 / (1 + e^−x)
 * writeFormula(formulaOf(mean)) // Σ x / n
 */
export function writeFormula(
  formula: Formula,
  names: Readonly<Record<string, string>> = {},
): string | null {
  const parts: [letter: string, part: Formula][] = [["", formula]];
  if (partsOf(formula, MOST_PARTS) > MOST_PARTS) return null;
  parts[0]![1] = tidy(formula, names);
  const taken = new Set(Object.values(names));
  for (const letter of ["u", "v", "w", "t", "s"].filter((free) => !taken.has(free))) {
    const counts = new Map<string, [count: number, part: Formula]>();
    const count = (u: Formula): void => {
      if (typeof u !== "object") return;
      const text = print(u);
      counts.set(text, [(counts.get(text)?.[0] ?? 0) + 1, u]);
      u.of.forEach(count);
    };
    for (const [, part] of parts) count(part);
    const repeated = [...counts].filter(([text, [times]]) => times > 1 && text.length > SHORT);
    const longest = repeated.sort(([a], [b]) => b.length - a.length)[0];
    if (longest === undefined) break;
    for (const part of parts) part[1] = replaced(longest[0], letter, part[1]);
    parts.push([letter, longest[1][1]]);
  }
  const [whole, ...others] = parts.map(
    ([letter, part]) => (letter && `${letter} = `) + print(part),
  );
  return others.length === 0 ? whole! : `${whole} where ${others.join(", ")}`;
}

function partsOf(u: Formula, most: number): number {
  if (typeof u !== "object") return 1;
  let sum = 1;
  for (const part of u.of) if (sum <= most) sum += partsOf(part, most - sum);
  return sum;
}

/** A formula with a letter in the place of every part that is printed so. */
function replaced(text: string, letter: string, u: Formula): Formula {
  if (typeof u !== "object") return u;
  if (print(u) === text) return letter;
  return { ...u, of: u.of.map((part) => replaced(text, letter, part)) };
}

const quotient = (u: Formula, v: Formula): Formula => ({ op: "div", of: [u, v] });
const root = (u: Formula): Formula => ({ op: "sqrt", of: [u] });

/** Numbers that are better known by another name. */
const constants = new Map<number, Formula>([
  [Math.PI, "π"],
  [Math.LN2, { op: "log", of: [2] }],
  [Math.LN10, { op: "log", of: [10] }],
  [Math.PI / 180, quotient("π", 180)],
  [180 / Math.PI, quotient(180, "π")],
  [Math.SQRT2, root(2)],
  [Math.SQRT1_2, quotient(1, root(2))],
  [2 / Math.sqrt(Math.PI), quotient(2, root("π"))],
  [Math.sqrt(Math.PI) / 2, quotient(root("π"), 2)],
  [Math.sqrt(2 / Math.PI), root(quotient(2, "π"))],
  [1 / Math.sqrt(2 * Math.PI), quotient(1, root({ op: "mul", of: [2, "π"] }))],
]);

/** A formula with all of it in the form in which it is written. */
function tidy(u: Formula, names: Readonly<Record<string, string>>): Formula {
  if (typeof u === "string") return names[u] ?? u;
  if (typeof u === "number") return constants.get(u) ?? u;
  const of = u.of.map((part) => tidy(part, names));
  return u.args === undefined ? apply(u.op, ...of) : { ...u, of };
}

const is = (u: Formula | undefined, op: string): u is Application =>
  typeof u === "object" && u.op === op;
const isConstant = (u: Formula): boolean =>
  typeof u === "object" ? u.of.every(isConstant) : typeof u === "number" || u === "π";
const same = (u: Formula, v: Formula): boolean => Object.is(u, v) || print(u) === print(v);

/** What a negative formula is the negative of. */
const negated = (u: Formula): Formula | null => {
  if (is(u, "neg")) return u.of[0]!;
  return typeof u === "number" && (u < 0 || Object.is(u, -0)) ? -u : null;
};

/** A product or a quotient with its sign in front, if it has any. */
function signed(op: string, u: Formula, v: Formula): Formula | undefined {
  const [p, q] = [negated(u), negated(v)];
  if (p === null && q === null) return undefined;
  const size = apply(op, p ?? u, q ?? v);
  return p === null || q === null ? apply("neg", size) : size;
}

/** A comparison reads from the name to the number, and in the order of letters. */
const isBackwards = (u: Formula, v: Formula): boolean =>
  typeof v !== "number" && (typeof u === "number" || (typeof v === "string" && u > v));

/** An operation applied to formulas, in the form in which it is written. */
function apply(op: string, ...of: Formula[]): Formula {
  const [u = 0, v = 0, w = 0] = of;
  return (Object.hasOwn(forms, op) ? forms[op]!(u, v, w) : undefined) ?? { op, of };
}

/** Where that is not the operation's name and its operands. */
const forms: Record<string, (u: Formula, v: Formula, w: Formula) => Formula | undefined> = {
  neg: (u) => negated(u) ?? undefined,
  add(u, v) {
    const [p, q] = [negated(u), negated(v)];
    if (q !== null) return apply("sub", u, q);
    return p === null ? undefined : apply("sub", v, p);
  },
  sub(u, v) {
    const q = negated(v);
    return q === null ? undefined : apply("add", u, q);
  },
  mul(u, v) {
    if (is(v, "div")) return apply("div", apply("mul", u, v.of[0]!), v.of[1]!);
    if (is(u, "div")) return apply("div", apply("mul", u.of[0]!, v), u.of[1]!);
    if (u === 1 || v === 1) return u === 1 ? v : u;
    if (same(u, v)) return apply("pow", u, 2);
    return (
      signed("mul", u, v) ?? (isConstant(v) && !isConstant(u) ? apply("mul", v, u) : undefined)
    );
  },
  div(u, v) {
    if (is(u, "div")) return apply("div", u.of[0]!, apply("mul", u.of[1]!, v));
    return v === 1 ? u : signed("div", u, v);
  },
  square: (u) => apply("pow", u, 2),
  reciprocal: (u) => apply("div", 1, u),
  rsqrt: (u) => apply("div", 1, apply("sqrt", u)),
  exp: (u) => apply("pow", "e", u),
  exp2: (u) => apply("pow", 2, u),
  lt: (u, v) => (isBackwards(u, v) ? apply("gt", v, u) : undefined),
  le: (u, v) => (isBackwards(u, v) ? apply("ge", v, u) : undefined),
  eq: (u, v) => (same(u, v) ? apply("not", apply("isnan", u)) : undefined),
  ne: (u, v) => (same(u, v) ? apply("isnan", u) : undefined),
  not(u) {
    if (is(u, "not")) return u.of[0];
    if (is(u, "ne") || is(u, "eq")) return apply(u.op === "ne" ? "eq" : "ne", ...u.of);
    return undefined;
  },
  maximum: (u, v) => apply("max", u, v),
  minimum: (u, v) => apply("min", u, v),
  clampMin: (u, v) => apply("max", u, v),
  clampMax: (u, v) => apply("min", u, v),
  floorDivide: (u, v) => apply("floor", apply("div", u, v)),
  logicalNot: (u) => apply("not", u),
  logicalAnd: (u, v) => apply("and", u, v),
  logicalOr: (u, v) => apply("or", u, v),
  where(condition, u, v) {
    const [yes, no] = [assuming(condition, 1, u), assuming(condition, 2, v)];
    return same(yes, u) && same(no, v) ? undefined : apply("where", condition, yes, no);
  },
};

/** A formula where a condition is known to hold (1), or not to (2). */
function assuming(condition: Formula, choice: 1 | 2, u: Formula): Formula {
  if (typeof u !== "object") return u;
  if (u.op === "where" && same(u.of[0]!, condition)) return u.of[choice]!;
  const of = u.of.map((part) => assuming(condition, choice, part));
  return of.every((part, i) => Object.is(part, u.of[i])) ? u : apply(u.op, ...of);
}

/** How tightly a formula holds together, from the loosest to a single sign. */
const [CHOICE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, FACTOR, POWER, ATOM] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;

type Notation = readonly [level: number, text: (u: Formula, v: Formula, w: Formula) => string];

const infix = (level: number, sign: string, left = level + 1): Notation => [
  level,
  (u, v) => `${print(u, left)} ${sign} ${print(v, level + 1)}`,
];

const isFold = (u: Formula): boolean => is(u, "sum") || is(u, "prod");

const notations: Record<string, Notation> = {
  where: [CHOICE, (c, u, v) => `${print(u, OR)} if ${print(c, OR)} else ${print(v)}`],
  or: infix(OR, "or", OR),
  and: infix(AND, "and", AND),
  not: [NOT, (u) => `not ${print(u, NOT)}`],
  eq: infix(COMPARISON, "="),
  ne: infix(COMPARISON, "≠"),
  lt: infix(COMPARISON, "<"),
  le: infix(COMPARISON, "≤"),
  gt: infix(COMPARISON, ">"),
  ge: infix(COMPARISON, "≥"),
  add: infix(SUM, "+", SUM),
  sub: infix(SUM, "−", SUM),
  neg: [SUM, (u) => `−${print(u, PRODUCT)}`],
  mul: [
    PRODUCT,
    // What follows a Σ would be summed with it.
    (u, v) =>
      `${print(u, isFold(u) ? ATOM : PRODUCT)} · ${print(v, is(v, "mul") ? PRODUCT : FACTOR)}`,
  ],
  div: infix(PRODUCT, "/", PRODUCT),
  matmul: infix(PRODUCT, "@"),
  sum: [FACTOR, (u) => `Σ ${print(u, PRODUCT)}`],
  prod: [FACTOR, (u) => `Π ${print(u, PRODUCT)}`],
  pow: [POWER, (u, v) => print(u, ATOM) + exponent(v)],
  sqrt: [POWER, (u) => `√${print(u, ATOM)}`],
  abs: [ATOM, (u) => `|${print(u)}|`],
  floor: [ATOM, (u) => `⌊${print(u)}⌋`],
  ceil: [ATOM, (u) => `⌈${print(u)}⌉`],
  sigmoid: [ATOM, (u) => `σ(${print(u)})`],
  mT: [ATOM, (u) => `${print(u, ATOM)}ᵀ`],
};

/** A sign needs no parentheses there. */
function exponent(u: Formula): string {
  if (u === 2 || u === 3) return u === 2 ? "²" : "³";
  const p = negated(u);
  return p === null ? `^${print(u, POWER)}` : `^−${print(p, POWER)}`;
}

/** A formula as it stands, in parentheses if it holds together less tightly than `level`. */
function print(formula: Formula, level: number = CHOICE): string {
  const [own, text] = written(formula);
  return own < level ? `(${text})` : text;
}

function written(formula: Formula): [level: number, text: string] {
  // A name may be a formula of its own, such as "2 · w" or "-1".
  if (typeof formula === "string") return [/^[−-]| /.test(formula) ? CHOICE : ATOM, formula];
  if (typeof formula === "number") return [negated(formula) === null ? ATOM : SUM, number(formula)];
  const { op, of, args = [] } = formula;
  const [u = 0, v = 0, w = 0] = of;
  if (Object.hasOwn(notations, op)) {
    const [level, text] = notations[op]!;
    return [level, text(u, v, w)];
  }
  const isMethod = args.length > 0;
  const given = [...of.slice(Number(isMethod)).map((part) => print(part)), ...args.map(argument)];
  return [ATOM, `${isMethod ? `${print(u, ATOM)}.` : ""}${op}(${given.join(", ")})`];
}

function number(value: number): string {
  const [plain, short] = [String(value), value.toExponential().replace("+", "")];
  const text = plain.length > 6 && short.length < plain.length ? short : plain;
  const sign = Object.is(value, -0) ? "−" : "";
  return sign + text.replaceAll("-", "−").replace("Infinity", "∞");
}

const argument = (value: unknown): string => {
  if (typeof value === "number") return number(value);
  if (Array.isArray(value)) return `[${value.map(argument).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([name, own]) => `${name}: ${argument(own)}`)
    .join(", ")} }`;
};
