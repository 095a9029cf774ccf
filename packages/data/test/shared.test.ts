/**
 * Every file of the shared data: the bytes are those that its README lists, this package reads
 * them, and the numbers give the figures of the references, which others computed. MNIST is in
 * idx.test.ts, the tables with words and gaps are in frame.test.ts.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { readTable } from "../src/index.js";
import type { Table } from "../src/index.js";

const shared = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const isThere = existsSync(shared);
if (!isThere) console.log(`skipped: reading ${shared}, which is not there`);

const json = (path: string): unknown => JSON.parse(readFileSync(shared + path, "utf8"));
const listed = isThere
  ? [...readFileSync(`${shared}README.md`, "utf8").matchAll(/^([0-9a-f]{64}) {2}(\S+)/gm)]
  : [];

/** What covers each file, by the beginning of its path. */
const covered = ["dirty/", "linear-regression/", "mnist/", "nist/", "sklearn/"];

describe.skipIf(!isThere)("the files", () => {
  test("all are listed, and belong to a test", () => {
    const files = readdirSync(shared, { recursive: true, encoding: "utf8" });
    const found = files.filter((path) => /\.\w+$/.test(path) && path !== "README.md");
    expect(found.sort()).toEqual(listed.map(([, , path]) => path!).sort());
    expect(found.filter((path) => !covered.some((folder) => path.startsWith(folder)))).toEqual([]);
  });

  test.each(listed.map(([, sum, path]) => [path!, sum!]))("%s is the one listed", (path, sum) => {
    expect(
      createHash("sha256")
        .update(readFileSync(shared + path))
        .digest("hex"),
    ).toBe(sum);
  });
});

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0) / values.length;
const deviation = (values: Float64Array): number => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
};
const off = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-3);

/** Scores of every row: its features, standardised if asked to be, times weights, plus a bias. */
const scores = (columns: readonly Float64Array[], weight: readonly number[], bias: number) =>
  Array.from(columns[0]!, (_, row) =>
    columns.reduce((sum, column, i) => sum + column[row]! * weight[i]!, bias),
  );
const standardised = (column: Float64Array): Float64Array => {
  const [centre, scale] = [mean(column), deviation(column)];
  return column.map((value) => (value - centre) / scale);
};

interface Line {
  readonly least_squares: { b: number; m: number; error: number };
  readonly float64: { b: number; m: number; error: number }[];
}

interface Solution {
  readonly data_loss: number;
  readonly correct: number;
  readonly weight: number[] & number[][];
  readonly bias: number & number[];
}

interface Sklearn {
  readonly diabetes: { ols: { as_in_file: { intercept: number; coef: number[]; rss: number } } };
  readonly breast_cancer: {
    class_counts: number[];
    mean: number[];
    std: number[];
    solutions: Solution[];
  };
  readonly iris: {
    class_counts: number[];
    z_scored: { mean: number[]; std: number[]; solutions: Solution[] };
    raw: { solutions: Solution[] };
  };
}

interface Problem {
  readonly n: number;
  readonly predictors: string[];
  readonly x: (number | number[])[];
  readonly y: number[];
}

describe.skipIf(!isThere)("the figures", () => {
  const reference = isThere
    ? (json("sklearn/reference.json") as Sklearn)
    : ({} as Readonly<Sklearn>);
  const table = (path: string, options = {}): Table =>
    readTable(readFileSync(shared + path), options);
  const counts = (classes: Float64Array): number[] => {
    const found: number[] = [];
    for (const value of classes) found[value] = (found[value] ?? 0) + 1;
    return found;
  };

  test("linear-regression: the errors of the lines on the way, and of the best", () => {
    const { columns } = table("linear-regression/data.csv", { columns: 2 });
    const { float64, least_squares } = json("linear-regression/reference.json") as Line;
    for (const { b, m, error } of [...float64, least_squares]) {
      const p = scores(columns.slice(0, 1), [m], b);
      expect(off(mean(p.map((value, i) => (value - columns[1]![i]!) ** 2)), error)).toBeLessThan(
        1e-12,
      );
    }
  });

  test("diabetes: the residual sum of squares of the exact fit", () => {
    const { columns } = table("sklearn/diabetes_data.csv", { delimiter: " " });
    const target = table("sklearn/diabetes_target.csv").column(0);
    const { intercept, coef, rss } = reference.diabetes.ols.as_in_file;
    const p = scores(columns, coef, intercept);
    expect(off(mean(p.map((value, i) => (value - target[i]!) ** 2)) * 442, rss)).toBeLessThan(
      1e-12,
    );
  });

  test("breast_cancer: classes, means, deviations, and the loss at every optimum", () => {
    const { columns } = table("sklearn/breast_cancer.csv", { skip: 1 });
    const [features, y] = [columns.slice(0, 30), columns[30]!];
    const { class_counts, mean: means, std, solutions } = reference.breast_cancer;
    expect(counts(y)).toEqual(class_counts);
    features.forEach((column, i) => {
      expect(off(mean(column), means[i]!)).toBeLessThan(1e-12);
      expect(off(deviation(column), std[i]!)).toBeLessThan(1e-12);
    });
    const z = features.map(standardised);
    for (const { weight, bias, data_loss, correct } of solutions) {
      const s = scores(z, weight, bias);
      expect(
        off(mean(s.map((v, i) => Math.log1p(Math.exp(v)) - y[i]! * v)), data_loss),
      ).toBeLessThan(1e-10);
      expect(s.filter((v, i) => v > 0 === (y[i] === 1)).length).toBe(correct);
    }
  });

  test("iris: classes, means, deviations, and the loss at every optimum", () => {
    const { columns } = table("sklearn/iris.csv", { skip: 1 });
    const [features, y] = [columns.slice(0, 4), columns[4]!];
    const { class_counts, z_scored, raw } = reference.iris;
    expect(counts(y)).toEqual(class_counts);
    features.forEach((column, i) => {
      expect(off(mean(column), z_scored.mean[i]!)).toBeLessThan(1e-12);
      expect(off(deviation(column), z_scored.std[i]!)).toBeLessThan(1e-12);
    });
    const all = [
      ...z_scored.solutions.map((solution) => ({ ...solution, x: features.map(standardised) })),
      ...raw.solutions.map((solution) => ({ ...solution, x: features })),
    ];
    for (const { weight, bias, data_loss, correct, x } of all) {
      const s = [0, 1, 2].map((k) => scores(x, weight[k]!, bias[k]!));
      const losses = Array.from(y, (answer, row) => {
        const exponentials = s.map((scoresOf) => Math.exp(scoresOf[row]!));
        return Math.log(exponentials.reduce((a, b) => a + b)) - s[answer]![row]!;
      });
      expect(off(mean(losses), data_loss)).toBeLessThan(1e-10);
      const right = Array.from(y).filter((answer, row) =>
        s.every((scoresOf) => s[answer]![row]! >= scoresOf[row]!),
      );
      expect(right.length).toBe(correct);
    }
  });

  test("nist: as many numbers as the problem says", () => {
    const problems = readdirSync(`${shared}nist`).map((name) => json(`nist/${name}`) as Problem);
    expect(problems).toHaveLength(20);
    for (const { n, x, y, predictors } of problems) {
      const widths = new Set(x.map((row) => (Array.isArray(row) ? row.length : 1)));
      expect([x.length, [...widths]]).toEqual([y.length, [predictors.length]]);
      expect(y.length).toBe(n);
    }
  });
});
