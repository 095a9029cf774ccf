/**
 * The larger and the smaller of two, and values kept within bounds, element by element. The largest
 * and smallest of a whole tensor: ops/extremes.ts.
 */
import { ArgumentError } from "../errors.js";
import { largestFloat } from "../graph/dtype.js";
import { checkTensor } from "../graph/node.js";
import { s } from "../kernel/scalar.js";
import type { Tensor } from "../tensor.js";
import { zerosLike } from "./create.js";
import { binary, pair } from "./define.js";
import type { Operand, Samples } from "./define.js";
import { readOptions } from "./options.js";
import { kept, together } from "./typed.js";

/** The gradient for one side of a contest: nothing where it lost, half where it was a tie. */
const winner = (g: Tensor, lost: Tensor, tie: Tensor): Tensor =>
  zerosLike(g).where(lost, g.mul(0.5).where(tie, g));

/** Where the tests look. */
const line: Samples = [[-3, 3]];
const plane: Samples = [...line, ...line];

/**
 * The larger of two, element by element; NaN where either is NaN. Where both are equal each gets
 * half of the gradient.
 * @example
 * tensor([1, 5]).maximum(tensor([3, 2])) // tensor([3., 5.])
 */
export const maximum = pair({
  kernel: (a, b) => s.max(a, b),
  vjps: [
    (g, { a, b }): Tensor => winner(g, a.lt(b), a.eq(b)),
    (g, { a, b }): Tensor => winner(g, b.lt(a), a.eq(b)),
  ],
  samples: plane,
});

/**
 * The smaller of two, element by element; NaN where either is NaN. Where both are equal each gets
 * half of the gradient.
 * @example
 * tensor([1, 5]).minimum(tensor([3, 2])) // tensor([1., 2.])
 */
export const minimum = pair({
  kernel: (a, b) => s.min(a, b),
  vjps: [
    (g, { a, b }): Tensor => winner(g, b.lt(a), a.eq(b)),
    (g, { a, b }): Tensor => winner(g, a.lt(b), a.eq(b)),
  ],
  samples: plane,
});

/**
 * The larger of two, element by element; where one is NaN, the other. Where both are equal the
 * first gets the gradient.
 * @example
 * tensor([1, NaN, 5]).fmax(tensor([3, 2, NaN])) // tensor([3., 2., 5.])
 */
export const fmax = pair({
  kernel: (a, b) => s.where(s.or(s.ge(a, b), s.ne(b, b)), a, b),
  vjps: [
    (g, { a, b }): Tensor => g.where(a.ge(b).logicalOr(b.isnan()), 0),
    (g, { a, b }): Tensor => zerosLike(g).where(a.ge(b).logicalOr(b.isnan()), g),
  ],
  samples: plane,
});

/**
 * The smaller of two, element by element; where one is NaN, the other. Where both are equal the
 * first gets the gradient.
 * @example
 * tensor([1, NaN, 5]).fmin(tensor([3, 2, NaN])) // tensor([1., 2., 5.])
 */
export const fmin = pair({
  kernel: (a, b) => s.where(s.or(s.le(a, b), s.ne(b, b)), a, b),
  vjps: [
    (g, { a, b }): Tensor => g.where(a.le(b).logicalOr(b.isnan()), 0),
    (g, { a, b }): Tensor => zerosLike(g).where(a.le(b).logicalOr(b.isnan()), g),
  ],
  samples: plane,
});

/**
 * Every element, or `min` where it is smaller; NaN stays NaN. At the bound the gradient is the
 * element's.
 * @example
 * tensor([-1, 0.5, 2]).clampMin(0) // tensor([0.0000, 0.5000, 2.0000])
 */
export const clampMin = binary({
  kernel: (a, b) => s.max(a, b),
  vjps: [
    (g, { a, b }): Tensor => g.where(a.ge(b), 0),
    (g, { a, b }): Tensor => g.where(a.lt(b), 0),
  ],
  samples: plane,
});

/**
 * Every element, or `max` where it is larger; NaN stays NaN. At the bound the gradient is the
 * element's.
 * @example
 * tensor([-1, 0.5, 2]).clampMax(1) // tensor([-1.0000,  0.5000,  1.0000])
 */
export const clampMax = binary({
  kernel: (a, b) => s.min(a, b),
  vjps: [
    (g, { a, b }): Tensor => g.where(a.le(b), 0),
    (g, { a, b }): Tensor => g.where(a.gt(b), 0),
  ],
  samples: plane,
});

/** What `clamp` takes by name. */
interface Bounds {
  readonly min?: number | null;
  readonly max?: number | null;
}
const isBounds = (min: Operand | Bounds | null | undefined): min is Bounds =>
  typeof min === "object" && min !== null && !("node" in min);

/**
 * Every element kept within bounds, numbers or tensors, either of which may be missing or `null`;
 * numbers may be given by name, too. `max` wins where they contradict each other. At a bound the
 * gradient is the element's. Throws an ArgumentError where both are missing.
 * @example
 * tensor([-1, 0.5, 2]).clamp(0, 1) // tensor([0.0000, 0.5000, 1.0000])
 * tensor([-1, 0.5, 2]).clamp(null, 1) // tensor([-1.0000,  0.5000,  1.0000])
 * tensor([-1, 0.5, 2]).clamp({ max: 1 }) // tensor([-1.0000,  0.5000,  1.0000])
 */
export const clamp = together<"clamp", [min?: Operand | Bounds | null, max?: Operand | null]>(
  (x, min, max) => {
    const none = { min: null, max: null };
    const named = isBounds(min) ? readOptions<Bounds>("clamp", min, none) : { min, max };
    const [low, high] = [named.min ?? null, named.max ?? null];
    if (low === null && high === null) {
      throw new ArgumentError("clamp: there is no bound; give one, for example x.clamp(0, 1).");
    }
    const raised = low === null ? checkTensor("clamp", x) : clampMin(x, low);
    return high === null ? raised : clampMax(raised, high);
  },
);

/** What stands for numbers that are none. */
export interface NanToNumOptions {
  /** In the place of NaN; 0 unless said otherwise. */
  readonly nan?: number;
  /** In the place of infinity; the largest number of the type unless said otherwise. */
  readonly posinf?: number;
  /** In the place of -infinity; the least number of the type unless said otherwise. */
  readonly neginf?: number;
}

/**
 * Every element, but with finite numbers in the place of NaN and the infinities. Whole numbers are
 * left as they are.
 * @example
 * tensor([1, NaN, Infinity]).nanToNum({ posinf: 9 }) // tensor([1., 0., 9.])
 */
export const nanToNum = kept<[options?: NanToNumOptions]>(
  (x: Tensor, options: NanToNumOptions = {}): Tensor => {
    const { dtype } = checkTensor("nanToNum", x);
    if (dtype === "int32" || dtype === "bool") return x.clone();
    const { nan = 0, posinf = largestFloat(dtype), neginf = -largestFloat(dtype) } = options;
    return x
      .where(x.isnan().logicalNot(), nan)
      .where(x.ne(Infinity), posinf)
      .where(x.ne(-Infinity), neginf);
  },
);
