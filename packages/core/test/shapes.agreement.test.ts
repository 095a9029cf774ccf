// The compiler and what runs agree: for calls drawn at random, the shape and the type that the
// compiler computes are those of the result, it refuses what throws for its shapes and nothing
// else, and a size that it does not know is no reason to refuse. By hand: shapes.test.ts.

import { ArgumentError, IndexError, ones, ShapeError } from "@nabla/core";
import type { DType, Shape, Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";

import { callMethod } from "./arrays.js";
import { compile, typesOf } from "./compiler.js";
import type { Complaint } from "./compiler.js";
import { elementwise } from "./oracles.js";
import { errorOf } from "./reference.js";

interface Operand {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A call that can be made, and written into a program. */
interface Call {
  readonly x: Operand;
  readonly method: string;
  readonly args: readonly unknown[];
}

const isFloat = (dtype: DType): boolean => dtype.startsWith("float");
const isOperand = (arg: unknown): arg is Operand => Object.hasOwn(Object(arg) as object, "shape");

const resultOf = ({ x, method, args }: Call): Tensor => {
  const made = ({ shape, dtype }: Operand): Tensor => ones(shape, { dtype });
  const list = args.map((arg) => (isOperand(arg) ? made(arg) : arg));
  return callMethod(made(x), method, ...list);
};

/** The call as a program, in which the size number `hidden`, of all there are, is not known. */
function textOf({ x, method, args }: Call, hidden = -1): string {
  let count = 0;
  const made = ({ shape, dtype }: Operand): string => {
    const sizes = shape.map((size) => (count++ === hidden ? "n" : size));
    return `ones([${sizes.join(", ")}], { dtype: "${dtype}" })`;
  };
  const receiver = made(x);
  const list = args.map((arg) => (isOperand(arg) ? made(arg) : JSON.stringify(arg)));
  return `${receiver}.${method}(${list.join(", ")})`;
}

const sizeCount = ({ x, args }: Call): number =>
  [x, ...args.filter(isOperand)].reduce((count, { shape }) => count + shape.length, 0);

/** What a type says; `null` for a call that is refused. */
type Found = { readonly sizes: readonly string[]; readonly dtypes: readonly string[] } | null;

function typesFound(expressions: readonly string[], complaints: readonly Complaint[]): Found[] {
  return expressions.map((expression, i) => {
    const texts = complaints.flatMap(({ line, text }) => (line === i + 1 ? [text] : []));
    if (texts.some((text) => /^(Argument of type|The 'this' context)/.test(text))) return null;
    const type = /^Type 'Tensor<(\[.*?\]|Shape), (.*?)>' is not assignable/.exec(texts[0] ?? "");
    if (type === null) throw new Error(`${expression}: ${texts.join(" ")}`);
    return { sizes: type[1]!.match(/\w+/g) ?? [], dtypes: type[2]!.match(/\w+/g)! };
  });
}

const operand = (most: number, dtypes: readonly DType[]): fc.Arbitrary<Operand> =>
  fc.record({
    shape: fc.array(fc.constantFrom(1, 2, 3, 2, 3), { maxLength: most }),
    dtype: fc.constantFrom(...dtypes),
  });
const every: readonly DType[] = ["float32", "float64", "int32", "bool"];
const dim = fc.integer({ min: -3, max: 2 });
const place = fc.integer({ min: -4, max: 4 });
const sizes = fc.array(fc.constantFrom(-1, 1, 2, 3, 4, 6), { maxLength: 4 });

const rowsOf = (operands: number): string[] =>
  elementwise.flatMap(([name, row]) => (row.samples.length === operands ? [name] : []));

/** Some calls of every method, with arguments that mostly suit. */
function drawn(
  draws: number,
  methods: readonly string[],
  x: fc.Arbitrary<Operand>,
  args: fc.Arbitrary<unknown[]>,
): Call[] {
  return methods.flatMap((method) =>
    fc.sample(fc.record({ x, method: fc.constant(method), args }), draws),
  );
}

const calls = [
  ...drawn(4, rowsOf(1), operand(3, every), fc.constant<unknown[]>([])),
  ...drawn(
    8,
    rowsOf(2),
    operand(3, every),
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(operand(3, every)) },
      { weight: 1, arbitrary: fc.constantFrom<unknown[]>([2], [0.5], [true]) },
    ),
  ),
  ...drawn(
    20,
    ["sum", "mean", "prod", "amax", "amin", "argmax", "argmin", "all", "any"],
    operand(3, every),
    fc.oneof(
      fc.constantFrom<unknown[]>([], [null], [{ dtype: "float64" }], [null, true], [[], true]),
      fc.tuple(dim),
      fc.tuple(dim, fc.boolean()),
      fc.tuple(fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1 }), fc.boolean()),
      fc.tuple(dim, fc.boolean(), fc.constant({ dtype: "float64" })),
    ),
  ),
  ...drawn(120, ["matmul"], operand(4, ["float32"]), fc.tuple(operand(4, ["float32"]))),
  ...drawn(30, ["transpose", "swapaxes"], operand(4, every), fc.tuple(dim, dim)),
  ...drawn(20, ["unsqueeze", "softmax", "cumsum"], operand(3, ["float32"]), fc.tuple(dim)),
  ...drawn(30, ["squeeze"], operand(4, every), fc.oneof(fc.constant<unknown[]>([]), fc.tuple(dim))),
  ...drawn(40, ["reshape", "view", "expand"], operand(3, every), fc.tuple(sizes)),
  ...drawn(20, ["reshape"], operand(4, every), fc.constantFrom<unknown[]>([[-1]], [[2, -1]])),
  ...drawn(40, ["permute"], operand(3, every), fc.tuple(fc.array(dim, { maxLength: 4 }))),
  ...drawn(40, ["flatten"], operand(4, every), fc.array(dim, { maxLength: 2 })),
  ...drawn(40, ["select"], operand(3, every), fc.tuple(dim, dim)),
  ...drawn(60, ["narrow", "slice"], operand(3, every), fc.tuple(dim, place, fc.nat({ max: 4 }))),
  ...drawn(30, ["slice"], operand(3, every), fc.tuple(dim, place, place, fc.constantFrom(1, 2, 3))),
  ...drawn(30, ["unflatten"], operand(3, every), fc.tuple(dim, sizes)),
  ...drawn(40, ["at"], operand(3, every), fc.array(fc.constantFrom(null, 0, 1, -1, 2, -3))),
  ...drawn(30, ["t"], operand(3, every), fc.constant<unknown[]>([])),
];
const made = calls.map((call) => ({ call, error: errorOf(() => resultOf(call)) }));
const succeeded = made.flatMap(({ call, error }) =>
  error === null ? [{ call, result: resultOf(call) }] : [],
);
const refused = made.flatMap(({ call, error }) =>
  error instanceof ShapeError || error instanceof IndexError || isAboutShape(call, error)
    ? [call]
    : [],
);

/** What these refuse is an ArgumentError, but depends on the shape alone. */
function isAboutShape({ method }: Call, error: unknown): boolean {
  return error instanceof ArgumentError && ["permute", "narrow", "flatten"].includes(method);
}

const unknown = succeeded.flatMap(({ call, result }, i) => {
  const count = sizeCount(call);
  return count === 0 ? [] : [{ text: textOf(call, i % count), shape: result.shape }];
});

const programs = {
  refused: refused.map((call) => textOf(call)),
  succeeded: succeeded.map(({ call }) => textOf(call)),
  unknown: unknown.map(({ text }) => text),
};
const found: Record<keyof typeof programs, Found[]> = { refused: [], succeeded: [], unknown: [] };

beforeAll(async () => {
  const names = ["refused", "succeeded", "unknown"] as const;
  const complaints = await compile(names.map((name) => typesOf(programs[name])));
  names.forEach((name, i) => (found[name] = typesFound(programs[name], complaints[i]!)));
}, 60_000);

test("there is enough to compare", () => {
  expect(calls.length).toBeGreaterThan(700);
  expect(succeeded.length).toBeGreaterThan(400);
  expect(refused.length).toBeGreaterThan(100);
});

test("the compiler refuses what throws for its shapes", () => {
  expect(programs.refused.filter((_text, i) => found.refused[i] !== null)).toEqual([]);
});

test("the compiler computes the shape and the type of the result", () => {
  const wrong = succeeded.flatMap(({ call, result }, i) => {
    const { sizes, dtypes } = found.succeeded[i] ?? { sizes: ["refused"], dtypes: [] };
    const isExact = [call.x, ...call.args.filter(isOperand)].every(({ dtype }) => isFloat(dtype));
    // Of other types than floats all that is asked is that it is not wrong.
    const isType = dtypes.includes("DType") ? !isExact : dtypes.includes(result.dtype);
    const [said, is] = [sizes.join(), result.shape.join()];
    if (said === is && isType && (!isExact || dtypes.length === 1)) return [];
    return [`${textOf(call)}: [${said}] ${dtypes.join()}, and it is [${is}] ${result.dtype}`];
  });
  expect(wrong).toEqual([]);
});

test("one unknown size is no reason to refuse, and the others stay known", () => {
  const wrong = unknown.flatMap(({ text, shape }, i) => {
    const sizes = found.unknown[i]?.sizes ?? ["refused"];
    // Whether a dimension goes may depend on its size.
    if (text.includes(".squeeze(") && sizes[0] === "Shape") return [];
    const fits = shape.every((size, dim) => ["number", `${size}`].includes(sizes[dim]!));
    if (fits && sizes.length === shape.length) return [];
    return [`${text}: [${sizes.join()}], and it is [${shape.join()}]`];
  });
  expect(wrong).toEqual([]);
  const known = found.unknown.flatMap((one) => one!.sizes.filter((size) => size !== "number"));
  expect(known.length).toBeGreaterThan(200);
});
