/**
 * How good predictions are, as numbers. They are for reading, not for descending: no gradient flows
 * through them. Predictions come first, as in the losses, and answers second; scikit-learn, whose
 * definitions these are, has them the other way round.
 */
import { ArgumentError, ShapeError, Tensor, tensor } from "@nabla/core";

/** Numbers: a tensor of any shape, or a list. */
export type MetricValues = Tensor | ArrayLike<number>;

/**
 * The share of predictions that are right. Predictions are classes, as many as answers, or scores
 * of shape [N, C], of which the highest counts. Throws a ShapeError where the numbers of both
 * differ, an ArgumentError where there are none.
 *
 * @example
 * accuracy([0, 2, 1, 3], [0, 1, 2, 3]) // 0.5
 * accuracy(tensor([[0.1, 0.9], [0.8, 0.2]]), [1, 1]) // 0.5
 */
export function accuracy(predictions: MetricValues, answers: MetricValues): number {
  const { p, y } = pairs("accuracy", highest(predictions, answers), answers);
  return p.filter((value, i) => value === y[i]).length / y.length;
}

/**
 * How often each class was taken for each: an int32 tensor of shape [C, C] whose row is the answer
 * and whose column the prediction, as in scikit-learn. Predictions are classes or scores, as in
 * `accuracy`; `classes` is C, the largest class that occurs plus one unless given. Throws an
 * ArgumentError for what is no class, and as `accuracy` does.
 *
 * @example
 * const table = confusionMatrix([0, 0, 2, 2, 0, 2], [2, 0, 2, 2, 0, 1]);
 * table.toArray() // [ [ 2, 0, 0 ], [ 0, 0, 1 ], [ 1, 0, 2 ] ]
 */
export function confusionMatrix(
  predictions: MetricValues,
  answers: MetricValues,
  options: { readonly classes?: number } = {},
): Tensor {
  const { p, y } = pairs("confusionMatrix", highest(predictions, answers), answers);
  const all = [...p, ...y];
  const { classes: limit = Infinity } = options;
  const wrong = all.find((value) => !(Number.isInteger(value) && value >= 0 && value < limit));
  if (wrong !== undefined) {
    const range = limit === Infinity ? "from 0 on" : `from 0 to ${Math.ceil(limit) - 1}`;
    throw new ArgumentError(`confusionMatrix: ${wrong} is no class; give integers ${range}.`);
  }
  const { classes = all.reduce((a, b) => Math.max(a, b)) + 1 } = options;
  const counts = new Int32Array(classes * classes);
  y.forEach((answer, i) => (counts[answer * classes + p[i]!]! += 1));
  return tensor(counts, { dtype: "int32" }).reshape([classes, classes]);
}

/**
 * The coefficient of determination, R² = 1 - Σ(y - p)² / Σ(y - mean y)²: 1 is perfect, 0 as good as
 * the mean of the answers. Where all answers are equal it is 1 if every prediction is right and 0
 * otherwise, as in scikit-learn. Throws as `accuracy` does, and for fewer than two answers.
 *
 * @example
 * r2Score([2.5, 0, 2, 8], [3, -0.5, 2, 7]).toFixed(4) // 0.9486
 */
export function r2Score(predictions: MetricValues, answers: MetricValues): number {
  const { p, y } = pairs("r2Score", predictions, answers);
  if (y.length < 2) {
    throw new ArgumentError("r2Score: one answer has no variance; give two or more.");
  }
  const mean = sum(y, (value) => value) / y.length;
  const residual = sum(y, (value, i) => (value - p[i]!) ** 2);
  const total = sum(y, (value) => (value - mean) ** 2);
  return total === 0 ? Number(residual === 0) : 1 - residual / total;
}

/**
 * The mean distance between predictions and answers. Throws as `accuracy` does.
 *
 * @example
 * meanAbsoluteError([2.5, 0, 2, 8], [3, -0.5, 2, 7]) // 0.5
 */
export function meanAbsoluteError(predictions: MetricValues, answers: MetricValues): number {
  const { p, y } = pairs("meanAbsoluteError", predictions, answers);
  return sum(y, (value, i) => Math.abs(value - p[i]!)) / y.length;
}

/**
 * The area under the ROC curve: how often a positive (1) has a higher score than a negative (0),
 * ties counting half. Throws an ArgumentError for other answers than 0 and 1, where one of the two
 * is missing, and for scores that are NaN; otherwise as `accuracy` does.
 *
 * Source: Hanley and McNeil, "The meaning and use of the area under a receiver operating
 * characteristic (ROC) curve", Radiology 143 (1982): it is the Mann-Whitney statistic.
 *
 * @example
 * rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) // 0.75
 * rocAuc([0.5, 0.5], [0, 1]) // 0.5
 */
export function rocAuc(scores: MetricValues, answers: MetricValues): number {
  const { p, y } = pairs("rocAuc", scores, answers);
  const positives = y.filter((value) => value === 1).length;
  const negatives = y.filter((value) => value === 0).length;
  if (positives + negatives < y.length || positives === 0 || negatives === 0) {
    throw new ArgumentError("rocAuc: answers must be 0 and 1, at least one of each.");
  }
  if (p.some(Number.isNaN)) throw new ArgumentError("rocAuc: a score is NaN, which has no rank.");
  const order = y.map((_, i) => i).sort((a, b) => (p[a]! < p[b]! ? -1 : Number(p[a]! > p[b]!)));
  let [below, won] = [0, 0];
  for (let from = 0, to = 0; from < order.length; from = to) {
    let [tiedPositives, tiedNegatives] = [0, 0];
    for (; to < order.length && p[order[to]!] === p[order[from]!]; to++) {
      if (y[order[to]!] === 1) tiedPositives += 1;
      else tiedNegatives += 1;
    }
    won += tiedPositives * (below + tiedNegatives / 2);
    below += tiedNegatives;
  }
  return won / (positives * negatives);
}

const valuesOf = (values: MetricValues): ArrayLike<number> =>
  values instanceof Tensor ? values.data() : values;

const sum = (values: readonly number[], term: (value: number, index: number) => number): number =>
  values.reduce((total, value, i) => total + term(value, i), 0);

/** The classes with the highest scores; classes stay what they are. */
function highest(predictions: MetricValues, answers: MetricValues): MetricValues {
  const dimensions = answers instanceof Tensor ? answers.shape.length : 1;
  const areScores = predictions instanceof Tensor && predictions.shape.length === dimensions + 1;
  return areScores ? predictions.argmax(-1) : predictions;
}

/** Predictions and answers as plain lists of one length. */
function pairs(
  what: string,
  predictions: MetricValues,
  answers: MetricValues,
): { readonly p: readonly number[]; readonly y: readonly number[] } {
  const [p, y] = [valuesOf(predictions), valuesOf(answers)];
  if (p.length !== y.length) {
    throw new ShapeError(
      `${what}: ${p.length} predictions and ${y.length} answers; give one of each for each sample.`,
    );
  }
  if (y.length === 0) {
    throw new ArgumentError(`${what}: there is nothing to compare; give one sample or more.`);
  }
  return { p: Array.from(p), y: Array.from(y) };
}
