/**
 * PyTorch's times, from the Python script in peers/: it is asked before and after Nabla is timed,
 * so that a machine that grows slower in between does so for both.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("peers/torch_bench.py", import.meta.url));
const python = process.env["PYTHON"] ?? "python3";

/** Why there is nothing to compare with, or `null`. */
export function whyNoPyTorch(): string | null {
  const { status, error } = spawnSync(python, ["-c", "import torch"], { stdio: "ignore" });
  if (status === 0) return null;
  const reason = error === undefined ? "cannot import torch" : "does not start";
  return `${python} ${reason}: nothing is compared with PyTorch. Name another one by PYTHON=...`;
}

/** Microseconds of steps of a workload. */
export function timesOfPyTorch(workload: string): number[] {
  const { status, stdout, stderr } = spawnSync(python, [script, workload], { encoding: "utf8" });
  if (status !== 0) throw new Error(`torch_bench.py ${workload}: ${stderr.trim()}`);
  return JSON.parse(stdout) as number[];
}
