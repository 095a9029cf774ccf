/** Checkpoints: what they hold, what they refuse, and that nothing a process suffers spoils one. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { getRngState, manualSeed, rand, tensor } from "@nabla/core";
import { SGD } from "@nabla/optim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import * as data from "../src/index.js";
import { program } from "./program.js";

const folder = mkdtempSync(join(tmpdir(), "nabla-checkpoint-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

describe("what is saved is loaded", () => {
  test("values of every kind", () => {
    const path = file("values");
    const parts = {
      numbers: [0.1, -0, NaN, Infinity, -Infinity, 2 ** 53],
      nothing: { a: null, b: undefined },
      text: "ä\n\u2028",
      truth: [true, false],
      "a.b": tensor([1]),
      a: { b: tensor([2], { dtype: "float64" }) },
    };
    data.saveCheckpoint(path, parts);
    const { parts: read } = data.loadCheckpoint(path);
    expect(read["numbers"]).toEqual(parts.numbers);
    expect(Object.is((read["numbers"] as number[])[1], -0)).toBe(true);
    expect([read["nothing"], read["text"], read["truth"]]).toStrictEqual([
      parts.nothing,
      parts.text,
      parts.truth,
    ]);
    expect(String(read["a.b"])).toBe("tensor([1.])");
    expect(String((read["a"] as { b: unknown }).b)).toBe("tensor([2.], dtype=float64)");
  });

  test("optimizer, features and random numbers go on", () => {
    const path = file("state");
    const w = tensor([1, 2], { requiresGrad: true });
    const opt = new SGD([w], { lr: 0.1, momentum: 0.9 });
    w.square().sum().backward();
    opt.step();
    const features = new data.Features({ a: {} }).fit(data.readFrame("a\nx\ny"));
    manualSeed(5);
    rand([3]);
    const random = getRngState();
    data.saveCheckpoint(path, { w, opt, features, step: 1 });
    manualSeed(6);
    const v = tensor([0, 0], { requiresGrad: true });
    const other = new SGD([v], { lr: 1 });
    const again = new data.Features({ a: {} });
    const { step } = data.resumeCheckpoint(path, { w: v, opt: other, features: again });
    expect([step, getRngState(), again.names()]).toEqual([1, random, features.names()]);
    for (const [parameter, optimizer] of [
      [w, opt],
      [v, other],
    ] as const) {
      optimizer.zeroGrad();
      parameter.square().sum().backward();
      optimizer.step();
    }
    expect(v.data()).toEqual(w.data());
    expect(v.requiresGrad).toBe(true);
  });
});

describe("refused", () => {
  const saved = file("refused");
  beforeAll(() => data.saveCheckpoint(saved, { w: tensor([1]), n: 1 }));
  const forged = (tree: string): Uint8Array =>
    data.writeSafetensors({}, { metadata: { format: "nabla checkpoint 1", tree } });

  test.each<[string, () => unknown, RegExp]>([
    [
      "a function",
      () => data.saveCheckpoint(saved, { a: { f: () => 0 } }),
      /"a.f" cannot be saved/,
    ],
    ["a class", () => data.saveCheckpoint(saved, { d: new Date() }), /"d" cannot be saved/],
    ["a reserved key", () => data.saveCheckpoint(saved, { d: { $nabla: 1 } }), /reserved/],
    ["no checkpoint", () => data.loadCheckpoint(data.writeSafetensors({})), /is no checkpoint/],
    [
      "a part that is not there",
      () => data.resumeCheckpoint(saved, { v: tensor(1) }),
      /no part "v"/,
    ],
    ["another shape", () => data.resumeCheckpoint(saved, { w: tensor([1, 2]) }), /shape \[2\]/],
    ["a plain part", () => data.resumeCheckpoint(saved, { n: 1 }), /"n" has no loadStateDict/],
    ["a bomb", () => data.loadCheckpoint(forged("[".repeat(1_000_000))), /nested too deep/],
    ["no JSON", () => data.loadCheckpoint(forged("{")), /no JSON/],
    ["no parts", () => data.loadCheckpoint(forged("{}")), /no parts/],
    ["a number for a tree", () => data.loadCheckpoint(forged("null")), /no parts/],
    [
      "a prototype",
      () => data.loadCheckpoint(forged('{"parts":{"__proto__":{}},"random":{}}')),
      /"__proto__"/,
    ],
    [
      "a tensor that is not there",
      () => data.loadCheckpoint(forged('{"parts":{"w":{"$nabla":"tensor","text":"w"}}}')),
      /no tensor "w"/,
    ],
  ])("%s", (_what, run, message) => {
    const before = readFileSync(saved);
    expect(run).toThrow(data.DataError);
    expect(run).toThrow(message);
    expect(readFileSync(saved)).toEqual(before);
  });

  const disk = "/dev/full";
  test.skipIf(!existsSync(disk))("a full disk leaves the checkpoint before whole", () => {
    const before = readFileSync(saved);
    symlinkSync(disk, `${saved}.tmp`);
    const run = (): void => data.saveCheckpoint(saved, { w: tensor([2]) });
    expect(run).toThrow(/cannot write .*: the disk is full \(ENOSPC\); .* unchanged/);
    expect(readFileSync(saved)).toEqual(before);
    expect(existsSync(`${saved}.tmp`)).toBe(false);
    run();
    expect(String(data.loadCheckpoint(saved).parts["w"])).toBe("tensor([2.])");
  });

  test("a read-only folder leaves the checkpoint before whole", async () => {
    const path = join(file("locked"), "run");
    mkdirSync(file("locked"));
    data.saveCheckpoint(path, { step: 1 });
    const before = readFileSync(path);
    const script = await program(
      file("save.mjs"),
      `import { saveCheckpoint } from "../src/index.js";
       try {
         saveCheckpoint(process.argv[2]!, { step: 2 });
       } catch (error) {
         console.log(String(error));
       }`,
    );
    for (const place of [folder, file("locked")]) chmodSync(place, 0o555);
    // The rules of folders do not hold for root, who runs it as nobody.
    const options = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    const { stdout } = spawnSync(process.execPath, [script, path], {
      encoding: "utf8",
      ...options,
    });
    for (const place of [folder, file("locked")]) chmodSync(place, 0o755);
    expect(stdout).toMatch(/DataError: cannot write .*: permission is denied \(EACCES\)/);
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(file("locked"))).toEqual(["run"]);
  });
});

test("what a killed process left behind is in nobody's way", () => {
  const path = file("left");
  writeFileSync(`${path}.tmp`, "half a checkpoint");
  data.saveCheckpoint(path, { step: 3 });
  expect(data.loadCheckpoint(path).parts).toEqual({ step: 3 });
});
