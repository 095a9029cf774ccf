// Looking on: detectAnomaly() names the operation and the line here that gave a NaN or an infinity,
// and NABLA_DEBUG, in a process of its own, prints what runs. Not here: what is said of plans
// (report.test.ts).

import { AnomalyError, customFunction, detectAnomaly, full, grad, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { printed } from "./printed.js";
import { errorOf } from "./reference.js";

/** Where the caller of this function is, as messages name it, without the column. */
function here(): string {
  const frame = (new Error("here").stack ?? "").split("\n")[2] ?? "";
  return /([^\s()]+:\d+):\d+\)?$/.exec(frame)?.[1] ?? "nowhere";
}

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

describe("detectAnomaly", () => {
  /** What first gives a strange number, and how the message begins. */
  const forward: [run: () => [Tensor, string], message: string][] = [
    [() => [tensor([1, 0]).log(), here()], "log gave -Infinity from finite numbers"],
    [() => [tensor([-1]).sqrt(), here()], "sqrt gave NaN from finite numbers"],
    [() => [tensor([1, 2]).div(0), here()], "div gave Infinity from finite numbers"],
    [() => [tensor([100]).exp(), here()], "exp gave Infinity from finite numbers"],
  ];

  test.each(forward)("names the operation and the line: %#", (run, message) => {
    const [, line] = run();
    const error = errorOf(() => detectAnomaly(run))!;
    expect(error).toBeInstanceOf(AnomalyError);
    expect(error.message).toContain(message);
    expect(line).toMatch(/debug\.test\.ts:\d+$/);
    expect(error.message).toContain(`was called at ${line}:`);
  });

  test("tells the shape", () => {
    const run = (): Tensor => tensor([[1, 0, 2]]).log();
    expect(() => detectAnomaly(run)).toThrow("in a result of shape [1, 3]");
  });

  test("of a derivative names the line of the forward pass", () => {
    const x = leaf([0, 1]);
    let line = "";
    const error = errorOf(() =>
      detectAnomaly(() => {
        const [y, where] = [x.sqrt(), here()];
        line = where;
        y.mul(2).sum().backward();
      }),
    )!;
    expect(error).toBeInstanceOf(AnomalyError);
    expect(error.message).toContain("the derivative of sqrt gave Infinity from finite numbers");
    expect(error.message).toContain(`sqrt was called at ${line}:`);
  });

  test("of a derivative of one's own", () => {
    const bad = customFunction({
      name: "bad",
      forward: (x: Tensor) => x.mul(1),
      vjps: [(g) => g.div(0)],
    });
    const run = (): void =>
      bad(leaf([1]))
        .sum()
        .backward();
    expect(() => detectAnomaly(run)).toThrow("the derivative of bad gave Infinity");
  });

  test("of a forward pass from before it says that", () => {
    const loss = leaf([0]).sqrt().sum();
    expect(() => detectAnomaly(() => loss.backward())).toThrow(
      "sqrt was called at a line outside of detectAnomaly()",
    );
  });

  test("what was strange before, or made so, is no anomaly", () => {
    const run = (): unknown[] => [
      tensor([Number.NaN, 1]).mul(2).toArray(),
      full([1], Infinity).sub(Infinity).toArray(),
      tensor([1, -Infinity]).exp().toArray(),
    ];
    expect(detectAnomaly(run)).toEqual([[Number.NaN, 2], [Number.NaN], [Math.fround(Math.E), 0]]);
  });

  test("returns what the function returns, and changes no number", () => {
    const x = leaf([1, 2]);
    const run = (): unknown => {
      const y = x.mul(3).softmax(0);
      return [y.toArray(), grad(y.at(0), [x])[0]?.toArray()];
    };
    expect(detectAnomaly(run)).toEqual(run());
  });

  test("is over when the function is, also when it throws", () => {
    const zero = tensor([0]);
    detectAnomaly(() => zero.exp());
    expect(zero.log().item()).toBe(-Infinity);
    const stop = (): never => {
      throw new Error("stop");
    };
    expect(() => detectAnomaly(stop)).toThrow("stop");
    expect(zero.log().item()).toBe(-Infinity);
    expect(() => detectAnomaly(() => zero.log())).toThrow(AnomalyError);
    expect(zero.log().item()).toBe(-Infinity);
  });

  test("one within another still looks on after it", () => {
    const run = (): Tensor => {
      detectAnomaly(() => tensor([1]).exp());
      return tensor([0]).log();
    };
    expect(() => detectAnomaly(run)).toThrow(AnomalyError);
  });
});

describe("NABLA_DEBUG", () => {
  const program = [
    "const x = nabla.tensor([[1, 2, 3], [4, 5, 6]], { requiresGrad: true });",
    "const y = x.exp();",
    "y.sum().backward();",
    'console.log(nabla.tensor([1, 2], { dtype: "int32" }).add(1).toArray());',
  ];

  test("=2 prints operation, shape, type, time and line where nothing waits", () => {
    const { out, lines } = printed(program, { NABLA_DEBUG: "2", NABLA_FLUSH: "everyOp" });
    expect(out).toContain("[ 2, 3 ]");
    const rate = " {2}[\\d.]+ ms, [\\d.]+ kB(, [-\\de.]+ GB/s)?";
    const starting = (text: string): string => lines.find((line) => line.startsWith(text)) ?? "";
    expect(starting("nabla: exp ")).toMatch(
      new RegExp(`^nabla: exp \\[2, 3\\] float32${rate} {2}\\S*program\\.mts:3:\\d+$`),
    );
    expect(starting("nabla: add ")).toMatch(
      new RegExp(`^nabla: add \\[2\\] int32${rate} {2}\\S*program\\.mts:5:\\d+$`),
    );
    expect(lines.join("\n")).toMatch(/ in the derivative of exp, \S*program\.mts:4:\d+$/m);
  });

  test("=0, or nothing, prints nothing", () => {
    const { out, lines } = printed(program, { NABLA_DEBUG: "0" });
    expect(out.trim()).toBe("[ 2, 3 ]");
    expect(lines).toEqual([]);
  });

  test("set to what is no level says so, and prints nothing else", () => {
    const { lines } = printed(program, { NABLA_DEBUG: "all" });
    expect(lines).toEqual([
      "nabla: NABLA_DEBUG=all is none of 0, 1, 2, 3, 4 and 5; see docs/debugging.md.",
    ]);
  });
});
