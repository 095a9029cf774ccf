/**
 * Padding: a tensor with more elements around it, or fewer. Read first: ops/join.ts.
 */
import { ArgumentError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import { checkList, formatShape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { full } from "./create.js";
import { cat } from "./join.js";
import { shaped } from "./typed.js";

/** How pad() fills what it adds. */
export interface PadOptions {
  /**
   * `"constant"`: with `value`; `"replicate"`: with the outermost element; `"reflect"`: as in a
   * mirror that stands on it; `"circular"`: with what is at the other end.
   */
  readonly mode?: "constant" | "reflect" | "replicate" | "circular";
  /** What `"constant"` fills in; 0 unless given. */
  readonly value?: number;
}

/** What stands before and after the elements of a dimension. */
type Border = (x: Tensor, dim: number, before: number, after: number) => [Tensor, Tensor];

const repeated = (x: Tensor, dim: number, count: number): Tensor =>
  x.expand(x.shape.map((size, i) => (i === dim ? count : size)));

const borders: Record<Exclude<PadOptions["mode"], "constant" | undefined>, Border> = {
  reflect(x, dim, before, after) {
    const size = x.size(dim);
    return [
      x.slice(dim, 1, before + 1).flip(dim),
      x.slice(dim, size - 1 - after, size - 1).flip(dim),
    ];
  },
  replicate(x, dim, before, after) {
    return [
      repeated(x.slice(dim, 0, 1), dim, before),
      repeated(x.slice(dim, x.size(dim) - 1), dim, after),
    ];
  },
  circular(x, dim, before, after) {
    return [x.slice(dim, x.size(dim) - before), x.slice(dim, 0, after)];
  },
};

/**
 * The tensor with `sizes` elements added: `[before, after]` of the last dimension, then of the one
 * before it, and so on; negative numbers take elements away. What is added is 0 unless the options
 * say otherwise.
 * @example
 * tensor([1, 2]).pad([1, 2]) // tensor([0., 1., 2., 0., 0.])
 * tensor([1, 2, 3]).pad([2, 0], { mode: "reflect" }) // tensor([3., 2., 1., 2., 3.])
 */
export const pad = shaped<"pad", "pad", [sizes: readonly number[], options?: PadOptions]>(
  (x, sizes, options) => {
    const { shape } = checkTensor("pad", x);
    const { mode = "constant", value = 0 } = options ?? {};
    checkList("pad", sizes);
    if (mode !== "constant" && !Object.hasOwn(borders, mode)) {
      throw new ArgumentError(
        `pad: there is no mode "${mode}"; use "constant", "reflect", "replicate" or "circular".`,
      );
    }
    const pairs = sizes.length / 2;
    if (!Number.isInteger(pairs) || pairs > shape.length || !sizes.every(Number.isInteger)) {
      throw new ArgumentError(
        `pad: [${sizes.join(", ")}] is no padding for the shape ${formatShape(shape)}; give two ` +
          "integers for each of the last dimensions, for example x.pad([1, 1]).",
      );
    }
    let result = pairs === 0 ? x.clone() : x;
    for (let pair = 0; pair < pairs; pair++) {
      const dim = shape.length - 1 - pair;
      const [before, after] = [sizes[2 * pair]!, sizes[2 * pair + 1]!];
      checkBorder(mode, shape[dim]!, [before, after], dim);
      const cropped = result.slice(dim, Math.max(0, -before), shape[dim]! - Math.max(0, -after));
      const [left, right] = [Math.max(0, before), Math.max(0, after)];
      const around =
        mode === "constant"
          ? [left, right].map((count) => {
              const block = cropped.shape.map((size, i) => (i === dim ? count : size));
              return full(block, value, { dtype: x.dtype });
            })
          : borders[mode](cropped, dim, left, right);
      result = cat([around[0]!, cropped, around[1]!], dim);
    }
    return result;
  },
);

/** Throws where so much cannot be added, or taken away. */
function checkBorder(
  mode: string,
  size: number,
  [before, after]: readonly [number, number],
  dim: number,
): void {
  const most = { constant: Infinity, reflect: size - 1, replicate: Infinity, circular: size }[
    mode
  ]!;
  const left = size + Math.min(0, before) + Math.min(0, after);
  const empty = mode === "replicate" && size === 0 && Math.max(before, after) > 0;
  if (left >= 0 && Math.max(before, after, 0) <= Math.max(most, 0) && !empty) return;
  throw new ArgumentError(
    `pad: dimension ${dim} has size ${size}, too small for a padding of [${before}, ${after}] in ` +
      `mode "${mode}".`,
  );
}
