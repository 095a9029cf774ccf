/**
 * The linear-regression step, by hand and by autograd: y = w·x + b, mean squared error, forward,
 * backward, descent, and the loss read back.
 */
import { manualSeed, rand, randn, SGD, tensor } from "nabla";
import type { DType } from "nabla";

import { measure } from "./measure.js";
import type { Row } from "./run.js";

const LEARNING_RATE = 0.1;

/** A step of either kind: it returns the loss before the step. */
interface Stepper {
  readonly step: () => number;
  readonly line: () => readonly [w: number, b: number];
}

/** One row for each size and type. */
export function* linearRegression(): Generator<Row> {
  for (const dtype of ["float32", "float64"] as const) {
    for (const size of [100, 10_000, 1_000_000]) {
      manualSeed(1);
      const x = rand([size], { dtype });
      const y = x
        .mul(2)
        .add(1)
        .add(randn([size], { dtype }).mul(0.1));
      const [byHand, byAutograd] = [handStepper(x.data(), y.data()), autogradStepper(x, y, dtype)];
      checkSame(byHand, byAutograd, dtype);
      const { hand, autograd } = measure({ hand: byHand.step, autograd: byAutograd.step });
      yield { name: `step N = ${size} ${dtype}`, timings: { hand, autograd } };
    }
  }
}

/**
 * Gradients in the best form that plain JavaScript has: one loop, local variables, typed arrays.
 */
function handStepper(x: ArrayLike<number>, y: ArrayLike<number>): Stepper {
  const parameters = x instanceof Float32Array ? new Float32Array(2) : new Float64Array(2);
  const step = function handStep(): number {
    const [w, b] = [parameters[0]!, parameters[1]!];
    const n = x.length;
    let loss = 0;
    let dw = 0;
    let db = 0;
    for (let i = 0; i < n; i++) {
      const r = w * x[i]! + b - y[i]!;
      loss += r * r;
      dw += r * x[i]!;
      db += r;
    }
    parameters[0] = w - (LEARNING_RATE * 2 * dw) / n;
    parameters[1] = b - (LEARNING_RATE * 2 * db) / n;
    return loss / n;
  };
  return { step, line: () => [parameters[0]!, parameters[1]!] };
}

function autogradStepper(
  x: ReturnType<typeof rand>,
  y: ReturnType<typeof rand>,
  dtype: DType,
): Stepper {
  const w = tensor(0, { dtype, requiresGrad: true });
  const b = tensor(0, { dtype, requiresGrad: true });
  const optimizer = new SGD([w, b], { lr: LEARNING_RATE });
  const step = (): number => {
    const loss = x.mul(w).add(b).sub(y).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
  return { step, line: () => [w.item(), b.item()] };
}

/** A comparison is worth nothing if the two sides do not compute the same. */
function checkSame(a: Stepper, b: Stepper, dtype: DType): void {
  const tolerance = dtype === "float32" ? 1e-4 : 1e-9;
  for (let i = 0; i < 20; i++) {
    const pairs = [[a.step(), b.step()], ...a.line().map((value, k) => [value, b.line()[k]!])];
    for (const [left, right] of pairs as [number, number][]) {
      if (Math.abs(left - right) <= tolerance * Math.max(1, Math.abs(left))) continue;
      throw new Error(`after step ${i} the two sides differ: ${left} and ${right}`);
    }
  }
}
