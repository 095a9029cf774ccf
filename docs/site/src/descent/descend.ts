/**
 * The curves of the chapter, the walk down them with Nabla, and what kind of walk it was. What is
 * shown of it is in chapter.ts.
 */
import { noGrad, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { SGD } from "@nabla/optim";

export type CurveName = "bowl" | "flat" | "valleys";

/** A curve as Nabla computes it: nobody gives its derivative. */
const curves: Readonly<Record<CurveName, (x: Tensor) => Tensor>> = {
  bowl: (x) => x.square(),
  flat: (x) => x.pow(4).div(40),
  valleys: (x) => x.pow(4).mul(0.05).sub(x.square().mul(0.5)).add(x.mul(0.15)).add(2),
};

/** A place on the way. */
export interface Place {
  readonly x: number;
  readonly y: number;
  /** The derivative of the curve there, as `backward()` found it. */
  readonly slope: number;
}

/** How many steps are taken. */
export const STEPS = 30;

/** Gradient descent: the start and every place after it, up to where numbers end. */
export function descend(curve: CurveName, start: number, rate: number): Place[] {
  const x = tensor(start, { dtype: "float64", requiresGrad: true });
  const optimizer = new SGD([x], { lr: rate });
  const places: Place[] = [];
  for (let step = 0; step <= STEPS; step++) {
    const y = curves[curve](x);
    optimizer.zeroGrad();
    y.backward();
    const place = { x: x.item(), y: y.item(), slope: x.grad!.item() };
    if (!Object.values(place).every((value) => Math.abs(value) < 1e100)) break;
    places.push(place);
    optimizer.step();
  }
  return places;
}

/** The heights of a curve. */
export function heights(curve: CurveName, xs: readonly number[]): number[] {
  return noGrad(() => Array.from(curves[curve](tensor(xs, { dtype: "float64" })).data()));
}

/** What a walk did. */
export type Verdict =
  | "rest"
  | "slow"
  | "arrives"
  | "atOnce"
  | "swings"
  | "swingsLong"
  | "forever"
  | "diverges";

/** Judged by the places alone, as a reader would; and the step at which it had arrived. */
export function judge(places: readonly Place[]): { verdict: Verdict; arrived: number } {
  const [first, last] = [places[0]!, places.at(-1)!];
  const start = Math.abs(first.slope);
  // Where the slope is a hundredth of what it was, one is as good as there.
  const found = places.findIndex(({ slope }) => Math.abs(slope) <= 0.01 * start);
  const arrived = found < 0 ? places.length : found;
  if (start < 1e-9) return { verdict: "rest", arrived: 0 };
  const moves = places.slice(1).map(({ x }, i) => x - places[i]!.x);
  const turns = moves.filter((move, i) => i > 0 && move * moves[i - 1]! < 0).length;
  const isLost = places.length <= STEPS || last.y > first.y * (1 + 1e-9) + 1e-9;
  if (isLost) return { verdict: "diverges", arrived };
  const late = places.slice(-10).map(({ slope }) => Math.abs(slope));
  const isThere = late.at(-1)! <= 0.01 * start;
  if (isThere && arrived <= 1) return { verdict: "atOnce", arrived };
  if (turns < 3) return { verdict: isThere ? "arrives" : "slow", arrived };
  if (isThere) return { verdict: "swings", arrived };
  const isShrinking = late.at(-1)! < 0.995 * late[0]!;
  return { verdict: isShrinking ? "swingsLong" : "forever", arrived };
}
