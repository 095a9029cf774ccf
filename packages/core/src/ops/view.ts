/**
 * The family of views: other ways to look at the same elements. A record of it says how the layout
 * (shape, strides, offset) changes; nothing is copied, and the result shares its elements with the
 * tensor it was made from. Not here: the records, which are in ops/movement.ts; read that next.
 */
import { checkTensor } from "../graph/node.js";
import { Recent } from "../graph/recent.js";
import type { RuleName, ShapedRow } from "../graph/shape-types.js";
import { rowMajor, simplify } from "../graph/shape.js";
import type { Layout, Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { record, row } from "./define.js";
import type { Op, Vjp } from "./define.js";
import { share, viewable } from "./inplace.js";

/** A layout whose strides are written out. */
export interface Walk {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

const walkOf = ({ shape, strides, offset }: Layout): Walk => ({
  shape,
  strides: strides ?? rowMajor(shape),
  offset,
});

export const laidOut = (shape: Shape, strides: readonly number[], offset: number): Layout => ({
  shape,
  strides: simplify(shape, strides),
  offset,
});

/**
 * The family of views. Where `layout` gives nothing, the elements do not lie so that a view can
 * show them: they are copied.
 */
export function movement<Name extends string, K extends RuleName, Arguments extends unknown[]>(of: {
  readonly layout: (x: Walk, ...args: Arguments) => Layout | undefined;
  readonly vjps: readonly [Vjp<Arguments>];
}): ShapedRow<Name, K, Arguments> {
  const op: Op = {
    name: "",
    vjps: of.vjps as readonly Vjp<never>[] as readonly Vjp[],
    keeps: false,
    work: null,
  };
  const recent = new Recent<readonly [args: Arguments, layout: Layout | undefined]>();
  const workOut = (node: Layout, given: Arguments): readonly [Arguments, Layout | undefined] => {
    // Lists are the caller's, who may change them later.
    const args = given.map((arg: unknown) => (Array.isArray(arg) ? arg.slice() : arg)) as Arguments;
    const layout = of.layout(walkOf(node), ...args);
    Object.freeze(layout?.shape);
    return recent.keep(node, args, [args, layout]);
  };
  const call = (x: Tensor, ...given: Arguments): Tensor => {
    const { isFixed } = checkTensor(op.name, x);
    const { node, dtype } = isFixed ? x : viewable(x);
    const [args, layout] = recent.find(node, given) ?? workOut(node, given);
    if (layout === undefined) return call(x.clone(), ...args);
    const result = record(op, [x], args, dtype, layout);
    if (isFixed) return result;
    return share(x, result, (own) => of.layout(walkOf(own), ...args));
  };
  return row(op, [], call) as never;
}
