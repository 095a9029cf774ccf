/**
 * Metrics against scikit-learn 1.9.1, which was given the same 200 samples: `r` below, from the
 * generator of Park and Miller (multiplier 48271), is 400 numbers that any language makes.
 */
import { ArgumentError, ShapeError, tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { accuracy, confusionMatrix, meanAbsoluteError, r2Score, rocAuc } from "../src/index.js";

const r: number[] = [];
for (let state = 1; r.length < 400;) r.push((state = (state * 48271) % 2147483647));
const [first, second] = [r.slice(0, 200), r.slice(200)];

describe("what scikit-learn gives", () => {
  const predicted = first.map((value) => value % 4);
  const answered = second.map((value, i) => (value % 3 > 0 ? value % 5 : predicted[i]!));

  test("accuracy_score and confusion_matrix", () => {
    expect(accuracy(predicted, answered)).toBe(0.485);
    const table = [
      [19, 10, 2, 10, 0],
      [8, 24, 8, 9, 0],
      [6, 5, 21, 10, 0],
      [4, 6, 7, 33, 0],
      [9, 0, 2, 7, 0],
    ];
    expect(confusionMatrix(predicted, answered).toArray()).toEqual(table);
    const scores = tensor(predicted, { dtype: "int32" })
      .unsqueeze(1)
      .eq(tensor([0, 1, 2, 3, 4]))
      .to("float32");
    const asTensors = confusionMatrix(scores, tensor(answered, { dtype: "int32" }));
    expect(asTensors.toArray()).toEqual(table);
  });

  test("r2_score and mean_absolute_error", () => {
    const p = first.map((value) => (value / 2147483647) * 10);
    const y = second.map((value, i) => p[i]! + (value / 2147483647) * 3);
    expect(r2Score(p, y)).toBeCloseTo(0.6982262876854444, 14);
    expect(meanAbsoluteError(p, tensor(y, { dtype: "float64" }))).toBeCloseTo(
      1.4481250945143984,
      14,
    );
    expect([r2Score([2, 2, 2], [2, 2, 2]), r2Score([1, 2, 3], [2, 2, 2])]).toEqual([1, 0]);
  });

  test("roc_auc_score, 20 different scores among 200, and counted pair by pair", () => {
    const scores = first.map((value) => (value % 20) / 20);
    const y = second.map((value, i) => Number(value % 100 < 30 + scores[i]! * 40));
    expect(rocAuc(scores, y)).toBeCloseTo(0.6521235909822867, 14);
    let [won, pairs] = [0, 0];
    scores.forEach((high, i) => {
      scores.forEach((low, j) => {
        if (y[i] !== 1 || y[j] !== 0) return;
        pairs += 1;
        won += high > low ? 1 : high === low ? 0.5 : 0;
      });
    });
    expect(rocAuc(scores, y)).toBeCloseTo(won / pairs, 14);
  });
});

test.each([
  [() => accuracy([1, 2], [1]), ShapeError, /2 predictions and 1 answers/],
  [() => r2Score([], []), ArgumentError, /nothing to compare/],
  [() => r2Score([1], [1]), ArgumentError, /two or more/],
  [() => confusionMatrix([0, 1.5], [0, 1]), ArgumentError, /1\.5 is no class/],
  [() => confusionMatrix([0, 3], [0, 1], { classes: 3 }), ArgumentError, /from 0 to 2/],
  [() => confusionMatrix([0, -1], [0, 1]), ArgumentError, /-1 is no class/],
  [() => confusionMatrix([0, NaN], [0, 1]), ArgumentError, /NaN is no class/],
  [() => rocAuc([0.1, 0.2], [1, 1]), ArgumentError, /at least one of each/],
  [() => rocAuc([0.1, 0.2], [1, 2]), ArgumentError, /0 and 1/],
  [() => rocAuc([NaN, 0.2], [1, 0]), ArgumentError, /NaN/],
])("%s is refused", (run, kind, says) => {
  expect(run).toThrow(kind);
  expect(run).toThrow(says);
});

test("an infinite score is above all others", () => {
  expect(rocAuc([Infinity, 1, -Infinity], [1, 1, 0])).toBe(1);
});
