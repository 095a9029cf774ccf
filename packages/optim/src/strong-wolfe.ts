/**
 * The line search of LBFGS: how far to go along a direction, so that the value falls enough and the
 * slope flattens enough (the strong Wolfe conditions). Nocedal and Wright, "Numerical Optimization"
 * (2006), algorithms 3.5 (growing until a good place is inside) and 3.6 (zooming in on it), with
 * PyTorch's safeguards. Not the choice of the direction: lbfgs.ts.
 */
import type { Tensor } from "@nabla/core";

/** A place on the line: how far it is, the value there, its gradient and the slope of the line. */
export interface Place {
  readonly t: number;
  readonly value: number;
  readonly gradient: Tensor;
  readonly slope: number;
}

/** How much of the fall that the slope promises is enough, and how much of the slope may stay. */
const enoughFall = 1e-4;
const enoughFlat = 0.9;
/** The shortest bracket, as the largest change of a parameter. */
const shortest = 1e-9;
const mostTries = 25;

/**
 * A place that meets the conditions, or the best that was found in 25 tries. `start` is where t is
 * 0, `t` the first to try, `size` the largest element of the direction.
 * @internal
 */
export function strongWolfe(
  evaluate: (t: number) => Place,
  start: Place,
  t: number,
  size: number,
): Place {
  const isTooHigh = (place: Place): boolean =>
    place.value > start.value + enoughFall * place.t * start.slope;
  const isFlat = (place: Place): boolean => Math.abs(place.slope) <= -enoughFlat * start.slope;

  let before = start;
  let place = evaluate(t);
  let tries = 0;
  let bracket: [Place, Place] | null = null;
  while (tries < mostTries) {
    if (isTooHigh(place) || (tries > 1 && place.value >= before.value)) {
      bracket = [before, place];
      break;
    }
    if (isFlat(place)) return place;
    if (place.slope >= 0) {
      bracket = [before, place];
      break;
    }
    const bounds = [place.t + 0.01 * (place.t - before.t), place.t * 10] as const;
    const next = lowestOfCubic(before, place, bounds);
    before = place;
    place = evaluate(next);
    tries += 1;
  }
  bracket ??= [start, place];

  let low: 0 | 1 = bracket[0].value <= bracket[1].value ? 0 : 1;
  let isStuck = false;
  while (tries < mostTries) {
    const [first, second] = bracket;
    if (Math.abs(second.t - first.t) * size < shortest) break;
    const [least, most] = [Math.min(first.t, second.t), Math.max(first.t, second.t)];
    let next = lowestOfCubic(first, second, [least, most]);
    // Twice in a row close to an end: a tenth of the bracket away from it, so that it shrinks.
    const margin = 0.1 * (most - least);
    const isClose = Math.min(most - next, next - least) < margin;
    if (isClose && (isStuck || next >= most || next <= least)) {
      next = Math.abs(next - most) < Math.abs(next - least) ? most - margin : least + margin;
      isStuck = false;
    } else isStuck = isClose;
    place = evaluate(next);
    tries += 1;
    const high = low === 0 ? 1 : 0;
    if (isTooHigh(place) || place.value >= bracket[low].value) {
      bracket[high] = place;
      low = bracket[0].value <= bracket[1].value ? 0 : 1;
      continue;
    }
    if (isFlat(place)) return place;
    if (place.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
    bracket[low] = place;
  }
  return bracket[low];
}

/** Where the cubic through two values and slopes is lowest, within bounds (equation 3.59). */
function lowestOfCubic(a: Place, b: Place, [least, most]: readonly [number, number]): number {
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const mean = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const square = mean ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const root = Math.sqrt(square);
  const share = (right.slope + root - mean) / (right.slope - left.slope + 2 * root);
  return Math.min(Math.max(right.t - (right.t - left.t) * share, least), most);
}
