/**
 * The target table: the suites in processes of their own, on one thread and on two, because code
 * that was made for one thread stays with one; and what became of every claim. Not here: what the
 * suites time (run.ts).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { shown, verdict } from "./claims.js";
import type { Claim } from "./claims.js";

/** What runs, and which rows unless others are asked for. */
const suites: Readonly<Record<string, string>> = {
  steps: "",
  networks: "",
  matmul: "^(64|256|512|1024) float(32|64)$",
};

export const head = [
  "workload",
  "loop",
  "against",
  "µs, one thread",
  "ratio",
  "target",
  "µs, two threads",
  "ratio",
  "times as fast",
];

/** What two threads are asked for. */
const speedUps: Readonly<Record<string, number>> = { "1024 float32": 1.7 };

export interface TargetRow {
  readonly name: string;
  readonly cells: readonly string[];
  readonly data: object;
}

export function* targetRows(only: string): Generator<TargetRow> {
  for (const [suite, rows] of Object.entries(suites)) {
    const [one, two] = [1, 2].map((threads) =>
      threads > availableParallelism() ? {} : claimsOf(suite, only === "" ? rows : only, threads),
    ) as [Claims, Claims];
    for (const [name, claims] of Object.entries(one)) {
      yield* claims.map((claim, i) => row(name, claim, two[name]?.[i]));
    }
  }
}

type Claims = Readonly<Record<string, readonly Claim[]>>;

/** What a suite claims, by the names of its rows. */
function claimsOf(suite: string, only: string, threads: number): Claims {
  const folder = mkdtempSync(join(tmpdir(), "nabla-bench-"));
  const file = join(folder, "results.json");
  const run = fileURLToPath(new URL("run.ts", import.meta.url));
  const options = ["--threads", String(threads), "--only", only, "--json", file];
  const { status } = spawnSync(process.execPath, [...process.execArgv, run, suite, ...options], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`the suite ${suite} ended with ${String(status)}`);
  const { results } = JSON.parse(readFileSync(file, "utf8")) as {
    results: Record<string, Record<string, { claims: Claim[] }>>;
  };
  rmSync(folder, { recursive: true });
  return Object.fromEntries(
    Object.entries(results[suite]!).map(([name, { claims }]) => [name, claims]),
  );
}

function row(name: string, one: Claim, two: Claim | undefined): TargetRow {
  const speedUp = two === undefined ? null : one.time / two.time;
  const target = one.loop === "default" ? speedUps[name] : undefined;
  const ratioOf = ({ ratio }: Claim): string => (ratio === null ? "" : ratio.toPrecision(2));
  const cells = [
    one.loop,
    one.against,
    shown(one.time),
    ratioOf(one),
    verdict(one),
    two === undefined ? "" : shown(two.time),
    two === undefined ? "" : ratioOf(two),
    speedUp === null
      ? ""
      : `${speedUp.toPrecision(2)} ${verdict({ ratio: speedUp, sign: "≥", target })}`.trim(),
  ];
  return { name, cells, data: { one, two, speedUp } };
}
