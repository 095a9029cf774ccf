// The rule against casts finds what it should, and nothing else. That it holds for the repository
// is checked by `npm run check`.

import { expect, test } from "vitest";

import { castsIn } from "../check-casts.js";
import { parseSource } from "../source-code.js";

const problems = (code: string): string[] => castsIn(parseSource("a.ts", code));

test.each([
  ["const x = f() as Tensor;", "a type assertion to a tensor"],
  ["const x = f() as unknown as Tensor<[2]>;", "a type assertion to a tensor"],
  ["const x = <Tensor>f();", "a type assertion to a tensor"],
  ["const x = f() as readonly Tensor[];", "a type assertion to a tensor"],
  ["const [x] = f() as [Tensor<[2]>];", "a type assertion to a tensor"],
  ["const x: any = f();", "any"],
  ["const x = [] as Array<any>;", "any"],
  ["// @ts-expect-error it is so\nf(1);", "silences"],
  ["/* @ts-ignore */ f(1);", "silences"],
])("%s", (code, problem) => {
  expect(problems(code)).toEqual([expect.stringMatching(`^a.ts:1: .*${problem}`)]);
});

test.each([
  "const x: Tensor<[2]> = f();",
  "const [x, y] = f() as [Tensor, Tensor];",
  "const x = f() satisfies Tensor;",
  "const x = [1, 2] as const;",
  "const x = f() as number[]; // as Tensor, any",
  "// Not about @ts-ignore.",
])("%s is let through", (code) => {
  expect(problems(code)).toEqual([]);
});
