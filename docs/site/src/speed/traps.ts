/**
 * Mistakes that are made when something is timed, made on purpose, and what comes out without them.
 * Each is to run in a worker of its own: what runs first is part of the matter.
 */
import { rand } from "nabla";

import { line } from "../../../../bench/regressions.js";
import { steady, time, warmUp } from "./clock.js";
import type { Trap } from "./protocol.js";

/** Microseconds as they would be believed, and as they are. */
interface Outcome {
  readonly naive: number;
  readonly honest: number;
}

export const traps: Readonly<Record<Trap, () => Outcome>> = {
  // Nothing is computed before it is read.
  lazy: () => {
    const x = rand([1_000_000]);
    const loss = (): unknown => x.mul(2).sub(1).square().mean();
    const honest = steady(() => x.mul(2).sub(1).square().mean().item());
    return { naive: time(loss, 50), honest };
  },
  // The first step makes machine code; later ones run it.
  cold: () => {
    const { nabla } = line(5000, "float32");
    const naive = time(nabla.step, 1);
    return { naive, honest: steady(nabla.step) };
  },
  // What a loop writes to from outside of the function is in memory, not in a register.
  captured: () => {
    const { x, y } = numbers();
    return { naive: steady(byCaptured(x, y)), honest: steady(byLocals(x, y)) };
  },
  // A function that has seen lists of several kinds is compiled for all of them.
  order: () => {
    const { x } = numbers();
    const honest = steady(() => total(x));
    const some = x.subarray(0, 1000);
    const others = [Float64Array, Int32Array, Int16Array, Uint8Array].map((Kind) => new Kind(some));
    for (const list of [...others, Array.from(some)]) warmUp(() => total(list), 20);
    return { naive: steady(() => total(x)), honest };
  },
  // A clock that ticks every 100 microseconds sees nothing of a step that takes less than one.
  clock: () => {
    const { other } = line(100, "float32");
    const honest = steady(other.step);
    const singles = Array.from({ length: 1001 }, () => time(other.step, 1));
    return { naive: singles.sort((a, b) => a - b)[500]!, honest };
  },
};

function numbers(): { x: Float32Array; y: Float32Array } {
  const x = Float32Array.from({ length: 100_000 }, (_, i) => (i % 1000) / 1000);
  return { x, y: x.map((value) => 2 * value + 1) };
}

function byCaptured(x: Float32Array, y: Float32Array): () => number {
  let [w, b, dw, db] = [0, 0, 0, 0];
  return () => {
    [dw, db] = [0, 0];
    for (let i = 0; i < x.length; i++) {
      const r = w * x[i]! + b - y[i]!;
      dw += r * x[i]!;
      db += r;
    }
    w -= (0.2 * dw) / x.length;
    b -= (0.2 * db) / x.length;
    return w;
  };
}

function byLocals(xs: Float32Array, ys: Float32Array): () => number {
  const line = new Float64Array(2);
  return () => {
    const [x, y] = [xs, ys];
    const [w, b] = [line[0]!, line[1]!];
    let dw = 0;
    let db = 0;
    for (let i = 0; i < x.length; i++) {
      const r = w * x[i]! + b - y[i]!;
      dw += r * x[i]!;
      db += r;
    }
    line[0] = w - (0.2 * dw) / x.length;
    line[1] = b - (0.2 * db) / x.length;
    return line[0];
  };
}

function total(list: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < list.length; i++) sum += list[i]!;
  return sum;
}
