/**
 * Files go to Python and back: `safetensors`, `numpy` and `torch` read what we write, and we read
 * what they write. Skipped, aloud, where Python or one of them is missing.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { tensor, zeros } from "@nabla/core";
import { expect, test } from "vitest";

import * as data from "../src/index.js";

test("the round trip through Python", ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-python-"));
  try {
    const tensors = {
      f32: tensor([
        [1.5, -2],
        [Infinity, 1e-40],
      ]),
      f64: tensor([0.1, 2 ** -1074], { dtype: "float64" }),
      i32: tensor(-(2 ** 31), { dtype: "int32" }),
      bool: tensor([[true], [false]]),
      none: zeros([0, 3]),
    };
    const path = (name: string): string => join(folder, name);
    data.saveSafetensors(path("nabla.safetensors"), tensors, { metadata: { format: "pt" } });
    data.saveFile(path("nabla.npz"), data.writeNpz(tensors));
    data.saveFile(path("nabla-small.npz"), data.writeNpz(tensors, { compress: true }));
    data.saveFile(path("nabla.npy"), data.writeNpy(tensors.f32));
    const script = fileURLToPath(new URL("check-formats.py", import.meta.url));
    const python = spawnSync("python3", [script, folder], { encoding: "utf8" });
    if (python.error !== undefined || python.status === 77) {
      const why = python.error === undefined ? python.stdout.trim() : "there is no python3";
      console.warn(`The round trip through Python is not checked: ${why}`);
      skip(why);
    }
    expect(python.stderr + python.stdout, "what Python says").not.toContain("Error");
    expect(python.status).toBe(0);

    const numbers = [0, 1, 2, 3, 4, 5];
    const read = data.readSafetensors(path("torch.safetensors"));
    expect(Object.keys(read).sort()).toEqual(python.stdout.trim().split(",").sort());
    const arrays = [path("numpy.npz"), path("numpy-small.npz")].map((file) => data.readNpz(file));
    for (const [name, x] of [read, ...arrays].flatMap((file) => Object.entries(file))) {
      const truth = name === "bool" || name === "b1";
      expect([name, ...x.shape]).toEqual([name, 2, 3]);
      expect([...x.data()]).toEqual(truth ? numbers.map((n) => Number(n > 0)) : numbers);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
