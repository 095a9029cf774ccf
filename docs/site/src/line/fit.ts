/**
 * A line and points: its error, the descent with Nabla, the closed form beside it. No page here:
 * that is chapter.ts.
 */
import { tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { Adam, RMSprop, SGD } from "@nabla/optim";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** y = w · x + b */
export interface Line {
  readonly w: number;
  readonly b: number;
}

/** A line on the way down, its error, and the slope of the error there. */
export interface Stage extends Line {
  readonly loss: number;
  readonly dw: number;
  readonly db: number;
}

export type Method = "sgd" | "rmsprop" | "adam";

export interface Settings {
  readonly method: Method;
  readonly rate: number;
  readonly momentum: number;
}

/** What `SGD`, `RMSprop` and `Adam` have in common. */
interface Optimizer {
  step(): unknown;
  zeroGrad(): void;
}

const optimizers: Readonly<
  Record<Method, (parameters: Tensor[], settings: Settings) => Optimizer>
> = {
  sgd: (parameters, { rate, momentum }) => new SGD(parameters, { lr: rate, momentum }),
  rmsprop: (parameters, { rate, momentum }) => new RMSprop(parameters, { lr: rate, momentum }),
  adam: (parameters, { rate }) => new Adam(parameters, { lr: rate }),
};

/** One descent from a line, over points that stay as they are. */
export class Descent {
  private readonly x: Tensor;
  private readonly y: Tensor;
  private readonly w: Tensor;
  private readonly b: Tensor;
  private optimizer: Optimizer;
  /** Every stage since the start. */
  readonly path: Stage[];

  constructor(points: readonly Point[], start: Line, settings: Settings) {
    const [data, learnt] = [
      { dtype: "float64" },
      { dtype: "float64", requiresGrad: true },
    ] as const;
    this.x = tensor(
      points.map(({ x }) => x),
      data,
    );
    this.y = tensor(
      points.map(({ y }) => y),
      data,
    );
    this.w = tensor(start.w, learnt);
    this.b = tensor(start.b, learnt);
    this.optimizer = optimizers[settings.method]([this.w, this.b], settings);
    this.path = [this.look()];
  }

  /** From here on with other settings, and without a memory of earlier steps. */
  set settings(settings: Settings) {
    this.optimizer = optimizers[settings.method]([this.w, this.b], settings);
  }

  get now(): Stage {
    return this.path.at(-1)!;
  }

  step(): void {
    this.optimizer.step();
    this.path.push(this.look());
  }

  /** The error of the line as it is now, and `backward()` for the slope of it. */
  private look(): Stage {
    const loss = this.w.mul(this.x).add(this.b).sub(this.y).square().mean();
    this.optimizer.zeroGrad();
    loss.backward();
    return {
      w: this.w.item(),
      b: this.b.item(),
      loss: loss.item(),
      dw: this.w.grad!.item(),
      db: this.b.grad!.item(),
    };
  }
}

/** The mean squared error of a line as a polynomial in w and b: for a surface of many lines. */
export function errorOf(points: readonly Point[]): (w: number, b: number) => number {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [mx, my] = [mean(({ x }) => x), mean(({ y }) => y)];
  const [xx, xy, yy] = [mean(({ x }) => x * x), mean(({ x, y }) => x * y), mean(({ y }) => y * y)];
  return (w, b) => xx * w * w + b * b + yy + 2 * (mx * w * b - xy * w - my * b);
}

/** The best line; `null` where all points have the same x, so that many are. */
export function closedForm(points: readonly Point[]): Line | null {
  const n = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  let [xy, xx] = [0, 0];
  for (const { x, y } of points) {
    xy += (x - meanX) * (y - meanY);
    xx += (x - meanX) ** 2;
  }
  if (xx < 1e-12 * n * (1 + meanX * meanX)) return null;
  const w = xy / xx;
  return { w, b: meanY - w * meanX };
}

/**
 * The rate above which plain descent with this momentum diverges: 2 (1 + momentum) over the larger
 * eigenvalue of the error's second derivatives, 2 · [[mean x², mean x], [mean x, 1]].
 */
export function largestRate(points: readonly Point[], momentum: number): number {
  const mx = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const xx = points.reduce((sum, { x }) => sum + x * x, 0) / points.length;
  return (2 * (1 + momentum)) / (xx + 1 + Math.hypot(xx - 1, 2 * mx));
}
