// The compiler and what runs agree: for calls that were drawn at random, the shape and the type
// that the compiler computes are those of the result, it refuses what throws for its shapes and
// nothing else, and a size that it does not know is no reason to refuse. Used by
// shapes.agreement.test.ts here and in the package nn.

import { IndexError, ones, ShapeError, Tensor } from "@nabla/core";
import type { DType, Shape } from "@nabla/core";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";

import { compile, typesOf } from "./compiler.js";
import type { Complaint } from "./compiler.js";
import { errorOf } from "./reference.js";

/** A tensor of ones in a program. */
export interface Operand {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A call that can be made, and written into a program, with tensors or what they are made by. */
export interface Call {
  readonly operands: readonly Operand[];
  readonly run: (tensors: readonly Tensor[]) => unknown;
  readonly text: (tensors: readonly string[]) => string;
  /** Whether an error that is not one of shapes is about them here. */
  readonly isAboutShape?: (error: Error) => boolean;
}

const { NABLA_SEED, NABLA_DRAWS } = process.env;
const isLarge = NABLA_DRAWS !== undefined;
const share = Number(NABLA_DRAWS ?? 0.5);
const seed = Number(NABLA_SEED ?? (isLarge ? Math.floor(Math.random() * 2 ** 31) : 1));

/**
 * Draws so many calls, always the same, and many times more, always others, where tests may take
 * their time. What is drawn follows from a seed that is in the names of the tests: the same calls
 * again with `NABLA_SEED=...`.
 */
export function sampler(): <T>(count: number, values: fc.Arbitrary<T>) => T[] {
  let times = 0;
  return (count, values) =>
    fc.sample(values, { numRuns: Math.ceil(count * share), seed: seed + times++ });
}

const isFloat = (dtype: DType): boolean => dtype.startsWith("float");

const resultOf = ({ operands, run }: Call): Tensor => {
  const result = run(operands.map(({ shape, dtype }) => ones(shape, { dtype })));
  if (result instanceof Tensor) return result;
  throw new Error("a call must give a tensor");
};

/** The call as a program, in which the size number `hidden`, of all there are, is not known. */
function textOf({ operands, text }: Call, hidden = -1): string {
  let count = 0;
  return text(
    operands.map(({ shape, dtype }) => {
      const sizes = shape.map((size) => (count++ === hidden ? "n" : size));
      return `ones([${sizes.join(", ")}], { dtype: "${dtype}" })`;
    }),
  );
}

const sizeCount = ({ operands }: Call): number =>
  operands.reduce((count, { shape }) => count + shape.length, 0);

/** What a type says; `null` for a call that is refused. */
type Found = { readonly sizes: readonly string[]; readonly dtypes: readonly string[] } | null;

function typesFound(expressions: readonly string[], complaints: readonly Complaint[]): Found[] {
  return expressions.map((expression, i) => {
    const texts = complaints.flatMap(({ line, text }) => (line === i + 1 ? [text] : []));
    if (
      texts.some((text) =>
        /^(Argument of type|The 'this' context|Type 'Tensor<.*to type '")/.test(text),
      )
    )
      return null;
    const type = /^Type 'Tensor<(\[.*?\]|Shape), (.*?)>' is not assignable/.exec(texts[0] ?? "");
    if (type === null) throw new Error(`${expression}: ${texts.join(" ")}`);
    return { sizes: type[1]!.match(/\w+/g) ?? [], dtypes: type[2]!.match(/\w+/g)! };
  });
}

/** Tests that they agree for these calls, of which so many must work, and so many be refused. */
export function testAgreement(
  calls: readonly Call[],
  least: { readonly succeeded: number; readonly refused: number },
): void {
  describe(`NABLA_SEED=${seed}`, () => {
    testCalls(calls, { succeeded: share * least.succeeded, refused: share * least.refused });
  });
}

function testCalls(
  calls: readonly Call[],
  least: { readonly succeeded: number; readonly refused: number },
): void {
  const made = calls.map((call) => ({ call, error: errorOf(() => resultOf(call)) }));
  const succeeded = made.flatMap(({ call, error }) =>
    error === null ? [{ call, result: resultOf(call) }] : [],
  );
  const refused = made.flatMap(({ call, error }) =>
    error instanceof ShapeError ||
    error instanceof IndexError ||
    (error !== null && call.isAboutShape?.(error) === true)
      ? [call]
      : [],
  );
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
  }, 600_000);

  test("there is enough to compare", () => {
    expect(succeeded.length).toBeGreaterThan(least.succeeded);
    expect(refused.length).toBeGreaterThan(least.refused);
  });

  test("the compiler refuses what throws for its shapes", () => {
    expect(programs.refused.filter((_text, i) => found.refused[i] !== null)).toEqual([]);
  });

  test("the compiler computes the shape and the type of the result", () => {
    const wrong = succeeded.flatMap(({ call, result }, i) => {
      const { sizes, dtypes } = found.succeeded[i] ?? { sizes: ["refused"], dtypes: [] };
      const isExact = call.operands.every(({ dtype }) => isFloat(dtype));
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
    expect(known.length).toBeGreaterThan(least.succeeded / 2);
  });
}
