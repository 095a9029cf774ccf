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
    expect([python.status, python.status === 0 ? "" : python.stderr]).toEqual([0, ""]);
    const files = ["numpy.npz", "numpy-small.npz"].map((name) => data.readNpz(path(name)));
    files.push(data.readSafetensors(path("numpy.safetensors")));
    if (python.stdout.startsWith("missing")) {
      console.warn(`The round trip through PyTorch is not checked: ${python.stdout.trim()}`);
    } else files.push(data.readSafetensors(path("torch.safetensors")));

    const numbers = [0, 1, 2, 3, 4, 5];
    for (const [name, x] of files.flatMap((file) => Object.entries(file))) {
      const truth = name === "torch.bool" || name === "b1";
      expect([name, ...x.shape]).toEqual([name, 2, 3]);
      expect([...x.data()]).toEqual(truth ? numbers.map((n) => Number(n > 0)) : numbers);
    }
    expect(files.map((file) => Object.keys(file).length).slice(0, 3)).toEqual([15, 15, 12]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
