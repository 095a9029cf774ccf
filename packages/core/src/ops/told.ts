/**
 * Operations whose derivatives are told and not found: a tensor computed anyhow is put into the
 * graph as what an operation made of its inputs. For functions made of others whose own derivative
 * is simpler, or keeps digits that those of their parts lose. For users: customFunction, custom.ts.
 */
import { isFloat } from "../graph/dtype.js";
import { mode, noGrad } from "../graph/mode.js";
import { lent } from "../graph/node.js";
import { Origin } from "../graph/origin.js";
import type { Tensor } from "../tensor.js";
import type { Op, Vjp } from "./define.js";

/** An operation that is never run: its results come with their values. */
export const toldOp = (name: string, vjps: NonNullable<Op["vjps"]>): Op => ({
  name,
  // Whoever tells a derivative may have it, too.
  vjps: vjps.map((vjp) => vjp && ((g, saved): Tensor | null => shared(vjp(g, saved)))),
  work: null,
});

const shared = (share: Tensor | null): Tensor | null => share && lent(share);

/** The value of `result` as what `op` made of `inputs`. */
export function remember(
  op: Op,
  result: Tensor,
  inputs: readonly Tensor[],
  attributes: unknown = null,
): Tensor {
  const tensor = result.fork();
  if (mode.gradients && isFloat(result.dtype) && inputs.some((x) => x.requiresGrad)) {
    tensor.ownOrigin = Origin.of(op, attributes, inputs, tensor);
  }
  return tensor;
}

/** A function of one tensor, which `run` computes, by its derivative. */
export const told = <Attributes>(
  name: string,
  vjp: (...of: Parameters<Vjp<Attributes>>) => Tensor | null,
): ((x: Tensor, attributes: Attributes, run: (x: Tensor) => Tensor) => Tensor) => {
  const op = toldOp(name, [vjp as Vjp]);
  return (x, attributes, run) =>
    remember(
      op,
      noGrad(() => run(x)),
      [x],
      attributes,
    );
};
