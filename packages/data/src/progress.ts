/**
 * How far a loop is: steps done, loss, steps a second, time left. On a terminal it is a bar, in a
 * pipe and in a browser a line now and then, or whatever a callback makes of it. What draws the
 * bar is `#terminal`, which a bundle for browsers leaves out: terminal-node.ts.
 */
import { ArgumentError, Tensor } from "@nabla/core";

import { terminalBar } from "#terminal";

/** How far a loop is. */
export interface ProgressReport {
  /** How many steps are over, and how many there will be. */
  readonly done: number;
  readonly total: number;
  /** The loss last reported; undefined if none was. */
  readonly loss: number | undefined;
  /** Steps a second since the loop began. */
  readonly perSecond: number;
  /** How long the rest will take at this rate. */
  readonly secondsLeft: number;
}

/** What `progress` can be told. */
export interface ProgressOptions {
  /** Is called instead of showing anything: a few times a second, and after the last step. */
  readonly onReport?: (report: ProgressReport) => void;
}

/** Looks between which a bar would move too fast to be seen. */
const MILLISECONDS = 100;
/** So many lines a loop writes where there is no terminal. */
const LINES = 10;

/**
 * A loop that shows how far it is. It comes from `progress`; `for` and `for await` run over it
 * once.
 *
 * @example
 * const seen = [];
 * const steps = progress(2, { onReport: ({ done, loss }) => seen.push([done, loss]) });
 * for (const step of steps) steps.report(10 - step);
 * seen.at(-1) // [ 2, 9 ]
 */
export class Progress<Item> {
  private readonly items: Iterable<Item> | AsyncIterable<Item>;
  private readonly total: number;
  private readonly onReport: ((report: ProgressReport) => void) | undefined;
  private loss: number | Tensor | undefined;

  /** Loops come from `progress`. */
  constructor(
    items: Iterable<Item> | AsyncIterable<Item>,
    total: number,
    { onReport }: ProgressOptions,
  ) {
    this.items = items;
    this.total = total;
    this.onReport = onReport;
  }

  /**
   * Tells the loss of this step, a number or a tensor of one element. A tensor is read only when
   * something is shown, so reporting one costs nothing in most steps.
   * @example
   * const steps = progress(1, { onReport: ({ loss }) => console.log(loss) });
   * for (const step of steps) steps.report(tensor(0.5));
   * // prints 0.5
   */
  report(loss: number | Tensor): void {
    this.loss = loss;
  }

  /** The steps; leaving the loop early, by an error too, takes the bar down. */
  *[Symbol.iterator](): Generator<Item, void, undefined> {
    if (!(Symbol.iterator in this.items)) {
      throw new ArgumentError(
        "progress: these items come one by one; write for await (... of ...).",
      );
    }
    const display = this.display();
    try {
      for (const item of this.items) {
        yield item;
        display.step();
      }
    } finally {
      display.stop();
    }
  }

  /** The same for items that come one by one. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Awaited<Item>, void, undefined> {
    const display = this.display();
    try {
      for await (const item of this.items) {
        yield item;
        display.step();
      }
    } finally {
      display.stop();
    }
  }

  private display(): { readonly step: () => void; readonly stop: () => void } {
    const { total, onReport } = this;
    const bar = onReport === undefined ? terminalBar(total) : undefined;
    const began = performance.now();
    let [done, shown] = [0, began];
    const step = (): void => {
      done += 1;
      const now = performance.now();
      const due =
        bar === undefined && onReport === undefined
          ? Math.floor((done * LINES) / total) > Math.floor(((done - 1) * LINES) / total)
          : now - shown >= MILLISECONDS;
      if (!due && done !== total) return;
      shown = now;
      const perSecond = done / Math.max((now - began) / 1000, 1e-9);
      const secondsLeft = Math.max(total - done, 0) / perSecond;
      const loss = this.loss instanceof Tensor ? this.loss.item() : this.loss;
      const report = { done, total, loss, perSecond, secondsLeft };
      if (onReport !== undefined) onReport(report);
      else if (bar !== undefined) bar.update(done, words(report));
      else console.log(`  ${done}/${total}${words(report)}`);
    };
    return { step, stop: () => bar?.stop() };
  }
}

/**
 * A loop that shows how far it is: over the numbers from 0 to `count - 1`, or over anything that
 * has a length, such as a list or a DataLoader. A bar on a terminal; about ten lines where output
 * goes into a file or a browser's console; calls of `onReport` where there is one. Throws an
 * ArgumentError for a count that is no number of steps.
 *
 * @example
 * const w = tensor(4, { requiresGrad: true });
 * const opt = new SGD([w], { lr: 0.1 });
 * const steps = progress(100, { onReport: ({ secondsLeft }) => secondsLeft });
 * for (const step of steps) {
 *   const loss = w.square();
 *   opt.zeroGrad();
 *   loss.backward();
 *   opt.step();
 *   steps.report(loss);
 * }
 * w.item() < 1e-8 // true
 * progress(-1) // throws ArgumentError: progress: -1 is no number of steps
 */
export function progress(count: number, options?: ProgressOptions): Progress<number>;
export function progress<Item>(
  items: (Iterable<Item> | AsyncIterable<Item>) & { readonly length: number },
  options?: ProgressOptions,
): Progress<Item>;
export function progress<Item>(
  source: number | ((Iterable<Item> | AsyncIterable<Item>) & { readonly length: number }),
  options: ProgressOptions = {},
): unknown {
  const total = typeof source === "number" ? source : source.length;
  if (!Number.isSafeInteger(total) || total < 0) {
    throw new ArgumentError(
      `progress: ${total} is no number of steps; give 0, 1, 2, ... or what has a length.`,
    );
  }
  if (typeof source === "number") return new Progress<number>(numbers(source), total, options);
  return new Progress<Item>(source, total, options);
}

function* numbers(count: number): Generator<number, void, undefined> {
  for (let i = 0; i < count; i++) yield i;
}

/** Loss, rate and time left, as they stand in a line and beside a bar. */
function words({ loss, perSecond, secondsLeft }: ProgressReport): string {
  const told = loss === undefined ? "" : `  loss ${loss.toPrecision(6)}`;
  const rate =
    perSecond >= 1 ? `${Math.round(perSecond)}/s` : `${(1 / perSecond).toFixed(1)} s each`;
  const left =
    secondsLeft < 90 ? `${secondsLeft.toFixed(1)} s` : `${(secondsLeft / 60).toFixed(1)} min`;
  return `${told}  ${rate}  ${left} left`;
}
