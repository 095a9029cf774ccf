// The runner of recorded results: that it tells right from wrong, counts what it skips, and takes
// folders it has never seen. The records are made up here.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { BadFolder, readFolder } from "../conformance/folder.js";
import type { RecordedCall, RecordedOp, RecordedTensor } from "../conformance/format.js";
import { runOperator } from "../conformance/operators.js";
import { report } from "../conformance/report.js";

function recorded(
  data: readonly (number | string)[],
  dtype = "float64",
  rest: { readonly shape?: number[]; readonly grad?: number } = {},
): RecordedTensor {
  return { $tensor: { dtype, shape: [data.length], data, ...rest } };
}

const leaf = recorded([1, 2], "float64", { grad: 0 });
/** 3x of [1, 2], right in everything. */
const right: RecordedCall = {
  args: [leaf, 3],
  kwargs: {},
  out: recorded([3, 6]),
  cot: [recorded([1, -1])],
  grads: [recorded([3, -3])],
};
const doubling: RecordedCall = { args: [recorded([1, 2], "int64"), 2], out: recorded([2, 4]) };

const runOne = (call: RecordedCall, of: Partial<RecordedOp> = {}): string => {
  const [outcome] = runOperator({ op: "mul", tier: "core", cases: [call], ...of });
  return `${outcome!.status} ${outcome!.reason}`;
};

describe("a case", () => {
  const nan = { out: recorded(["NaN", 6]), args: [recorded(["NaN", 2]), 3] };
  const cases: [name: string, verdict: string, call: RecordedCall, of?: Partial<RecordedOp>][] = [
    ["that is right", "passed", right],
    ["with fewer keys", "passed", { args: right.args!, out: right.out }],
    ["whose result is not recorded", "passed", { args: right.args! }],
    ["with another value", "failed element 1 is 6", { ...right, out: recorded([3, 6.0001]) }],
    ["within the tolerance", "passed", { ...right, out: recorded([3, 6 + 5e-9]) }],
    ["beyond it", "failed element 1", { ...right, out: recorded([3, 6 + 7e-9]) }],
    [
      "whose own numbers are less exact",
      "passed",
      { ...right, out: recorded([3, 6.0001]), float64Tolerance: 1e-4 },
    ],
    [
      "that amplifies noise",
      "passed",
      { ...right, out: recorded([3, 6.00001]), illConditioned: true },
    ],
    [
      "that amplifies noise, and is wrong",
      "failed element 1",
      { ...right, out: recorded([3, 6.1]), illConditioned: true },
    ],
    ["with NaN where it should be", "passed", { ...right, ...nan, grads: [] }],
    ["with NaN missing", "failed element 0 is 3", { ...right, out: recorded(["NaN", 6]) }],
    ["of another shape", "failed shape [2], not [3]", { ...right, out: recorded([3, 6, 9]) }],
    ["of another type", "failed dtype int32, not float64", doubling],
    ["with another gradient", "failed gradient 0", { ...right, grads: [recorded([3, 3])] }],
    ["with a gradient too many", "failed gradient 0: there is one", { ...right, grads: [null] }],
    ["with another number of results", "failed 1 results", { ...right, out: [recorded([3])] }],
    [
      "whose input was not changed",
      "failed input 0, changed in place",
      { ...right, mutated: [{ tensor: 0, after: recorded([0, 0]) }] },
    ],
    [
      "beyond int32",
      "skipped dtype: an int64 is beyond int32",
      { args: [recorded([2 ** 40], "int64"), 1], out: recorded([2 ** 40], "int64") },
    ],
    [
      "of complex numbers",
      "skipped dtype: there is no complex128",
      { args: [recorded([1], "complex128"), 1] },
    ],
    [
      "with an unknown option",
      "failed there is no parameter",
      { ...right, kwargs: { twice: true } },
    ],
    ["without arguments", "failed it threw", {}],
  ];
  test.each(cases)("%s", (_name, verdict, call, of) => {
    expect(runOne(call, of).slice(0, verdict.length)).toBe(verdict);
  });

  test("with several results, or with parts by name", () => {
    const call: RecordedCall = {
      args: [recorded([1, 5]), 0],
      out: [recorded([5], "float64", { shape: [] }), recorded([1], "int64", { shape: [] })],
    };
    expect(runOne(call, { op: "max", params: [["self", "dim"]] })).toBe("passed ");
  });
});

describe("an error", () => {
  const refused = (op: string, call: RecordedCall): string => {
    const [outcome] = runOperator({ op, tier: "core", errors: [call] });
    return `${outcome!.status} ${outcome!.reason}`;
  };

  test("must be refused", () => {
    const call = { args: [recorded([1, 2]), recorded([1, 2, 3])], throws: { message: "sizes" } };
    expect(refused("mul", call)).toBe("passed ");
    expect(refused("mul", right)).toContain("failed not refused");
  });

  test("in a sentence", () => {
    const call = { args: [recorded([1, 2]), null], throws: { message: "no index" } };
    expect(refused("__getitem__", call)).toContain("failed not refused in a sentence");
  });

  test("that has no meaning here is skipped", () => {
    const throws = { message: "gather(): Expected dtype int64 for index" };
    expect(refused("mul", { ...right, throws })).toContain("skipped dtype: int32 and int64");
  });
});

test("an operator that is not there fails, but not in the extra tier", () => {
  expect(runOne(right, { op: "nn.functional.unheard_of" })).toContain("failed there is no such");
  expect(runOne(right, { op: "unheard_of", tier: "extra" })).toContain("skipped there is no such");
});

describe("a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "records-"));
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);

  beforeAll(() => {
    const write = (path: string, content: unknown): void =>
      writeFileSync(join(folder, path), JSON.stringify(content));
    for (const name of ["ops", "nn", "empty", "broken"]) mkdirSync(join(folder, name));
    write("ops/index.json", { ops: [{ op: "mul" }] });
    write("ops/mul.json", { op: "mul", tier: "core", cases: [right, doubling] });
    write("ops/other.json", { op: "unheard_of", tier: "extra", cases: [right] });
    write("nn/some.json", { programs: [{ program: "r = 1" }, { program: "r = 2" }] });
    writeFileSync(join(folder, "broken", "mul.json"), "{");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is counted, with what has no runner", () => {
    expect(report(readFolder(folder), null, false, print)).toBe(false);
    expect(lines.at(-1)).toBe("1 passed, 1 failed, 3 skipped");
    expect(lines.join("\n")).toContain("programs: no runner yet (some.json)");
  });

  test("can be asked for single operators", () => {
    expect(report(readFolder(join(folder, "ops")), ["unheard_of"], true, print)).toBe(true);
    expect(lines.at(-1)).toBe("0 passed, 0 failed, 1 skipped");
    expect(() => report(readFolder(folder), ["sum"], false, print)).toThrow("no operator sum");
  });

  test.each(["missing", "empty", "broken", "ops/mul.json"])("that is none: %s", (name) => {
    expect(() => readFolder(join(folder, name))).toThrow(BadFolder);
  });
});
