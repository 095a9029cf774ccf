// The compiler and what runs agree about core: see shape-agreement.ts. By hand: shapes.test.ts.

import { ArgumentError, cat, einsum, stack } from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import * as fc from "fast-check";

import { callMethod } from "./arrays.js";
import { elementwise } from "./oracles.js";
import { sampler, testAgreement } from "./shape-agreement.js";
import type { Call, Operand } from "./shape-agreement.js";

const sample = sampler();
const operand = (most: number, dtypes: readonly DType[]): fc.Arbitrary<Operand> =>
  fc.record({
    shape: fc.array(fc.constantFrom(1, 2, 3, 2, 3), { maxLength: most }),
    dtype: fc.constantFrom(...dtypes),
  });
const every: readonly DType[] = ["float32", "float64", "int32", "bool"];
const dim = fc.integer({ min: -3, max: 2 });
const place = fc.integer({ min: -4, max: 4 });
const positive = fc.integer({ min: 1, max: 3 });
const sizes = fc.array(fc.constantFrom(-1, 1, 2, 3, 4, 6), { maxLength: 4 });

const floats: readonly DType[] = ["float32", "float64"];

const rowsOf = (operands: number): string[] =>
  elementwise.flatMap(([name, row]) => (row.samples.length === operands ? [name] : []));

/** Some calls of every method, with arguments that mostly suit; `part` is what is looked at. */
function drawn(
  draws: number,
  methods: readonly string[],
  x: fc.Arbitrary<Operand>,
  args: fc.Arbitrary<unknown[]>,
  part: "values" | "indices" | "0" | "1" | null = null,
): Call[] {
  return methods.flatMap((method) =>
    sample(draws, fc.tuple(x, args)).map(([first, rest]) => callOf(method, first, rest, part)),
  );
}

const isOperand = (arg: unknown): arg is Operand => Object.hasOwn(Object(arg) as object, "shape");
/** What these refuse is an ArgumentError, but depends on the shape alone. */
const refusing = ["permute", "narrow", "flatten", "topk", "split"];

function callOf(method: string, x: Operand, args: readonly unknown[], part: string | null): Call {
  const others = args.filter(isOperand);
  const withTensors = <T>(tensors: readonly T[], written: (arg: unknown) => T): T[] => {
    let at = 1;
    return args.map((arg) => (isOperand(arg) ? tensors[at++]! : written(arg)));
  };
  return {
    operands: [x, ...others],
    run: (tensors) => {
      const result = callMethod(
        tensors[0]!,
        method,
        ...withTensors<unknown>(tensors, (arg) => arg),
      );
      return part === null ? result : (result as unknown as Record<string, unknown>)[part];
    },
    text: (tensors) => {
      const list = withTensors<string>(tensors, (arg) => JSON.stringify(arg));
      const taken = part === null ? "" : /\d/.test(part) ? `[${part}]!` : `.${part}`;
      return `${tensors[0]!}.${method}(${list.join(", ")})${taken}`;
    },
    isAboutShape: (error) => error instanceof ArgumentError && refusing.includes(method),
  };
}

/** Calls of a function of a list. */
const joins = (name: "cat" | "stack", lists: fc.Arbitrary<Operand[]>, join: typeof cat): Call[] =>
  sample(60, fc.tuple(lists, fc.integer({ min: -2, max: 2 }))).map(([operands, dim]) => ({
    operands,
    run: (tensors) => join(tensors as Tensor[], dim),
    text: (tensors) => `${name}([${tensors.join(", ")}], ${dim})`,
  }));
/** Operands of one shape, of which one may have another size somewhere. */
const likes = fc
  .tuple(
    fc.array(fc.constantFrom(1, 2, 3), { maxLength: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.option(fc.tuple(fc.nat({ max: 2 }), fc.constantFrom(1, 2, 4))),
  )
  .map(([shape, count, change]) =>
    Array.from({ length: count }, (_, i): Operand => {
      const isOther = i === 1 && change !== null && change[0] < shape.length;
      return {
        shape: isOther ? shape.map((size, dim) => (dim === change[0] ? change[1] : size)) : shape,
        dtype: "float32",
      };
    }),
  );

/** Functions of several tensors, of which it is asked what is if they are of one type. */
const together = (x: fc.Arbitrary<Operand>, number: fc.Arbitrary<unknown>): Call[] => [
  ...drawn(20, ["clamp"], x, fc.array(fc.oneof(number, x), { minLength: 1, maxLength: 2 })),
  ...drawn(15, ["where", "maskedFill"], x, fc.tuple(operand(2, ["bool"]), number)),
  ...drawn(10, ["where"], x, fc.tuple(operand(2, ["bool"]), x)),
  ...drawn(15, ["lerp", "addcmul", "addcdiv"], x, fc.tuple(x, x)),
];

/** Matrices that fit, mostly: squares, products, and what is on diagonals. */
const square = fc
  .tuple(fc.array(positive, { maxLength: 1 }), positive, fc.option(positive, { freq: 2 }))
  .map(([front, n, m]): Operand => ({ shape: [...front, n, m ?? n], dtype: "float32" }));
const matrices = [
  ...drawn(15, ["det", "inverse"], square, fc.constant<unknown[]>([])),
  ...drawn(15, ["matrixPower"], square, fc.constant<unknown[]>([2])),
  ...["mm", "bmm", "mv", "dot", "outer"].flatMap((name) => {
    const [first, second] = { mm: [2, 2], bmm: [3, 3], mv: [2, 1], dot: [1, 1], outer: [1, 1] }[
      name
    ]!;
    const of = (rank: number): fc.Arbitrary<Operand> =>
      fc
        .tuple(
          fc.array(fc.constantFrom(2, 2, 3), { minLength: rank, maxLength: rank }),
          fc.constantFrom(0, 0, 0, 1),
        )
        .map(([shape, more]) => ({ shape: shape.slice(more), dtype: "float32" }));
    return drawn(25, [name], of(first!), fc.tuple(of(second!)));
  }),
  ...drawn(20, ["trace", "diag"], operand(3, floats), fc.constant<unknown[]>([])),
  ...drawn(15, ["diag"], operand(1, floats), fc.tuple(dim)),
  ...drawn(20, ["norm"], operand(3, floats), fc.tuple(positive, dim, fc.boolean())),
  ...drawn(
    10,
    ["scatter"],
    fc.constantFrom<Operand>({ shape: [2], dtype: "float32" }, { shape: [3], dtype: "float64" }),
    fc.tuple(dim, fc.constant<Operand>({ shape: [1], dtype: "int32" }), fc.constant(5)),
  ),
];

const equations = [
  "ij,jk->ik",
  "ij,jk",
  "ba,bc->ac",
  "bij,bjk->bik",
  "ii->i",
  "ii",
  "i,j",
  "ij->ji",
  "ijj->i",
  "i,i->",
  "ab,bc,c->a",
  "ij->ik",
];
/** Each letter has a size, but for one in some tensor. */
const einsums = sample(
  90,
  fc.tuple(
    fc.constantFrom(...equations),
    fc.array(fc.constantFrom(1, 2, 2, 3), { minLength: 6, maxLength: 6 }),
    fc.option(fc.tuple(fc.nat(5), fc.constantFrom(1, 3, 4)), { freq: 2 }),
  ),
).map(([equation, sizes, change]): Call => {
  const letters = "abcijk";
  let place = 0;
  const operands = equation
    .split("->")[0]!
    .split(",")
    .map((term): Operand => ({
      shape: Array.from(term, (letter) =>
        place++ === change?.[0] ? change[1] : sizes[letters.indexOf(letter)]!,
      ),
      dtype: "float32",
    }));
  return {
    operands,
    run: (tensors) => einsum(equation, ...tensors),
    text: (tensors) => `einsum("${equation}", ${tensors.join(", ")})`,
    isAboutShape: (error) => error instanceof ArgumentError,
  };
});

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
  ...floats.flatMap((dtype) => together(operand(2, [dtype]), fc.constantFrom(0, 1))),
  ...drawn(20, ["pad"], operand(3, floats), fc.tuple(fc.constantFrom([], [1, 2], [0, 1, 2, 0]))),
  ...drawn(20, ["repeat"], operand(3, floats), fc.tuple(fc.array(fc.integer({ min: 1, max: 3 })))),
  ...drawn(30, ["topk"], operand(3, floats), fc.tuple(fc.nat({ max: 4 }), dim), "values"),
  ...drawn(15, ["max", "median", "sort"], operand(3, floats), fc.tuple(dim), "indices"),
  ...drawn(15, ["min", "mode", "cummax"], operand(3, floats), fc.tuple(dim), "values"),
  ...drawn(20, ["split", "chunk"], operand(3, floats), fc.tuple(positive, dim), "0"),
  ...drawn(20, ["split", "chunk"], operand(3, floats), fc.tuple(positive, dim), "1"),
  ...drawn(20, ["split"], operand(3, floats), fc.tuple(fc.array(positive), dim), "1"),
  ...drawn(15, ["unbind"], operand(3, floats), fc.tuple(dim), "1"),
  ...matrices,
  ...einsums,
  ...joins("cat", likes, cat),
  ...joins("stack", likes, stack),
];

testAgreement(calls, { succeeded: 700, refused: 200 });
