/**
 * Losses over iterations, one run or several.
 * Read `panel.ts` for how it is drawn, `numbers.ts` for how long runs are made short.
 */
import * as Plot from "@observablehq/plot";

import { extent, linearAxis, logAxis, padded } from "./axis.js";
import type { Axis, Range } from "./axis.js";
import { endLabels, endLabelsWidth } from "./end-labels.js";
import { PlotError } from "./errors.js";
import { requireSome, thinned } from "./numbers.js";
import type { Numbers, Sample } from "./numbers.js";
import { plotPanel } from "./panel.js";
import type { Panel, PanelOptions } from "./panel.js";
import { seriesColour } from "./theme.js";

/** The data of `lossCurve`. */
export interface LossCurveOptions extends PanelOptions {
  /**
   * The losses of one run, or of several by name: `{ SGD: [...], Adam: [...] }`. The number at
   * position i belongs to iteration i, so the first is the loss before any step.
   */
  readonly losses: Numbers | Readonly<Record<string, Numbers>>;
  /**
   * Whether the loss axis goes in powers of ten. Unless given, it does when no loss is negative
   * and the largest is at least a hundred times the smallest that is not zero.
   */
  readonly logScale?: boolean;
  /** "iteration" unless given. */
  readonly xLabel?: string;
  /** "loss" unless given. */
  readonly yLabel?: string;
}

interface Run {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly colour: string;
}

/**
 * Losses over iterations. Several runs are told apart by colour and by their names at the ends of
 * the lines.
 *
 * A loss that is not finite leaves a gap, and the small print says where; on an axis of powers of
 * ten a loss of exactly 0 is drawn on the lower edge. Runs of any length are drawn with about
 * 1000 points that keep every peak.
 *
 * Throws `PlotError` if a run is empty or has no finite loss, or if `logScale` is asked for
 * negative ones.
 *
 * @example
 * lossCurve({ losses: [8, 4, 2, 1], title: "Loss" }).title // Loss
 * lossCurve({ losses: { SGD: [8, 4, 2], Adam: [8, 3, 1] }, title: "Two optimizers" }).width // 480
 * lossCurve({ losses: [1, -1], logScale: true }) // throws PlotError: lossCurve: a loss of -1
 */
export function lossCurve(options: LossCurveOptions): Panel {
  const { losses, xLabel = "iteration", yLabel = "loss" } = options;
  const named = isNumbers(losses) ? [["", losses] as const] : Object.entries(losses);
  if (named.length === 0) {
    throw new PlotError("lossCurve: losses is empty: pass the losses of at least one run");
  }
  const notes: string[] = [];
  const runs: Run[] = named.map(([name, values], index) => {
    requireSome("lossCurve", name === "" ? "losses" : `losses.${name}`, values);
    const gaps = countNotFinite(values);
    if (gaps.count === values.length) {
      throw new PlotError(
        `lossCurve: ${name === "" ? "losses" : `losses.${name}`} holds no finite number, ` +
          "so there is nothing to draw: pass the losses from before the run diverged, " +
          "or lower its learning rate",
      );
    }
    if (gaps.count > 0) notes.push((name === "" ? "" : `${name}: `) + describeGaps(gaps, values));
    return { name, samples: thinned(values), colour: seriesColour(index) };
  });

  const values = runs.flatMap((run) => run.samples.map((sample) => sample.value));
  const y = lossAxis(values, options.logScale);
  if (y.type === "log" && values.includes(0)) notes.push("a loss of 0 is drawn on the lower edge");
  const longest = Math.max(...named.map(([, list]) => list.length));
  const xRange: Range = longest === 1 ? [-0.5, 0.5] : [0, longest - 1];
  const labels = runs.flatMap(({ name, samples, colour }) => {
    const last = samples.filter((sample) => Number.isFinite(sample.value)).at(-1);
    if (name === "" || last === undefined) return [];
    return [{ text: name, value: Math.max(last.value, y.domain[0]), colour }];
  });

  return plotPanel(options, {
    x: linearAxis(xRange, 6, 1),
    y,
    xLabel,
    yLabel,
    note: notes.join("; "),
    marginRight: endLabelsWidth(labels),
    marks: (frame) => [
      ...runs.flatMap(({ samples, colour }) => [
        Plot.line(samples, {
          x: "index",
          y: ({ value }: Sample) =>
            Number.isFinite(value) ? Math.max(value, y.domain[0]) : Number.NaN,
          stroke: colour,
          strokeWidth: 2,
          strokeLinejoin: "round",
        }),
        Plot.dot(alone(samples), {
          x: "index",
          y: ({ value }: Sample) => Math.max(value, y.domain[0]),
          r: 3,
          fill: colour,
        }),
      ]),
      ...endLabels(labels, frame),
    ],
  });
}

function isNumbers(losses: LossCurveOptions["losses"]): losses is Numbers {
  return Array.isArray(losses) || ArrayBuffer.isView(losses);
}

function lossAxis(values: readonly number[], logScale: boolean | undefined): Axis {
  const all = extent(values) ?? [0, 1];
  const positive = extent(values.filter((value) => value > 0));
  const wide = positive !== undefined && all[0] >= 0 && positive[1] / positive[0] >= 100;
  if (!(logScale ?? wide)) {
    const domain: Range = all[0] >= 0 ? [0, padded([0, all[1]], 0.06)[1]] : padded(all, 0.06);
    if (!Number.isFinite(domain[1] - domain[0])) {
      throw new PlotError(
        `lossCurve: losses from ${all[0]} to ${all[1]} are too far apart to draw: ` +
          "pass the losses from before the run diverged",
      );
    }
    return linearAxis(domain);
  }
  if (all[0] < 0 || positive === undefined) {
    throw new PlotError(
      `lossCurve: a loss of ${all[0]} has no place on an axis of powers of ten: ` +
        "pass { logScale: false }",
    );
  }
  const [low, high] = padded([Math.log10(positive[0]), Math.log10(positive[1])], 0.05);
  return logAxis([
    Math.max(10 ** (all[0] === 0 ? low - 1 : low), Number.MIN_VALUE),
    Math.min(10 ** high, Number.MAX_VALUE),
  ]);
}

interface Gaps {
  readonly count: number;
  readonly first: number;
}

function countNotFinite(values: Numbers): Gaps {
  let [count, first] = [0, -1];
  for (let index = 0; index < values.length; index += 1) {
    if (Number.isFinite(values[index])) continue;
    if (count === 0) first = index;
    count += 1;
  }
  return { count, first };
}

function describeGaps({ count, first }: Gaps, values: Numbers): string {
  if (first + count === values.length && count > 1) return `not finite from iteration ${first} on`;
  return `not finite at iteration ${first}${count > 1 ? ` and ${count - 1} more` : ""}`;
}

/** Samples between two gaps: a line through one point would be invisible. */
function alone(samples: readonly Sample[]): Sample[] {
  const isFinite = (index: number): boolean => Number.isFinite(samples[index]?.value);
  return samples.filter(
    (_, index) => isFinite(index) && !isFinite(index - 1) && !isFinite(index + 1),
  );
}
