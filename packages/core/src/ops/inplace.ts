/**
 * Sharing elements, and writing them. Elements are in a storage; a view shows a part of it by a
 * layout. A value never changes: a write puts a new value into the storage, and the tensors that
 * share it look again when next used. In the graph a view is tied to its owner, the tensor whose
 * gradient it has part in: after a write the owner comes from what was written, and the view from
 * the owner. What was recorded before keeps its origins and its values.
 * Read first: tensor.ts and ops/movement.ts.
 */
import { DTypeError, InPlaceError, ShapeError } from "../errors.js";
import { construct } from "../graph/construct.js";
import { allocate, canHold } from "../graph/dtype.js";
import { mode, noGrad } from "../graph/mode.js";
import { Node } from "../graph/node.js";
import type { Work } from "../graph/node.js";
import { Origin } from "../graph/origin.js";
import { countElements, formatShape, overlaps, place, sameShape } from "../graph/shape.js";
import type { Layout, Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { zeros } from "./create.js";
import { binary, record } from "./define.js";
import type { Op, Saved, Vjp } from "./define.js";

/** A view's tie to the tensor in whose gradient it has part. */
export interface View {
  readonly owner: Tensor;
  /** Where the view's elements are among those of its owner, taken row by row. */
  readonly layout: Layout;
  /** What the owner came from when the view last looked. */
  ownerOrigin: Origin | null;
  /** The version of the storage that the view's own origin belongs to. */
  version: number;
  /** Whether the view was made while operations were remembered. */
  readonly remembered: boolean;
}

const isRowMajor = ({ strides, offset }: Layout): boolean => strides === null && offset === 0;

/** Whether a tensor shows all of its storage as it lies. */
const isWhole = (x: Tensor): boolean => x.node === x.storage.node;

/**
 * The tensor itself, its elements row-major in a storage of its own, unless it shows part of
 * another's. Only such a tensor can be viewed: layouts are relative to the storage.
 */
export function viewable(x: Tensor): Tensor {
  if (!isWhole(x) || isRowMajor(x.contents)) return x;
  const { node } = noGrad(() => x.fork().clone());
  x.storage.node = node;
  x.contents = node;
  return x;
}

/**
 * Makes `view`, which a movement has just made of `x`, share the elements of `x`. `relative` gives
 * the movement's layout for an `x` that lies row-major; only views of parts that were detached need
 * it.
 */
export function share(
  x: Tensor,
  view: Tensor,
  relative: (x: Layout) => Layout | undefined,
): Tensor {
  const owner = x.shows?.owner ?? x;
  const { shape, strides, offset } = view.contents;
  const layout = isWhole(owner)
    ? { shape, strides, offset }
    : relative(x.shows?.layout ?? { shape: x.shape, strides: null, offset: 0 });
  // A layout that the whole storage has and the detached part has not: the result stays a copy.
  if (layout === undefined) return view;
  const { version } = x.storage;
  view.showStorage(x.storage);
  const ownerOrigin = owner.origin;
  view.shows = { owner, layout, ownerOrigin, version, remembered: mode.gradients };
  return view;
}

/** Makes a tensor that shares its storage show what is there now. */
export function refreshContents(x: Tensor): void {
  const { contents, storage } = x;
  const layout = { shape: contents.shape, strides: contents.strides, offset: contents.offset };
  const whole = isRowMajor(contents) && sameShape(contents.shape, storage.node.shape);
  x.contents = whole ? storage.node : look(storage.node, layout, x);
}

/** A node that shows part of another. */
function look(node: Node, layout: Layout, x: Tensor): Node {
  const part = new Node(looking, [node], layout, node.dtype, layout);
  mode.onRecord(part, [x]);
  return part;
}

/** Gives a view the origin that it has through its owner, if that was written to. */
export function refreshOrigin(x: Tensor, view: View): Origin | null {
  const { owner, layout } = view;
  view.version = x.storage.version;
  const ownerOrigin = owner.origin;
  if (ownerOrigin === view.ownerOrigin) return x.ownOrigin;
  view.ownerOrigin = ownerOrigin;
  if (ownerOrigin === null || !view.remembered) return null;
  const { node } = x;
  return Origin.of(looking, layout, [owner], construct.tensor(node, null));
}

const whole = (x: Tensor): Tensor => (isRowMajor(x.node) ? x : x.clone());

/** The elements of `x`, taken row by row, that are at `layout`. */
const looked = (x: Tensor, layout: Layout): Tensor =>
  record(looking, [whole(x)], layout, x.dtype, layout);

/** Zeros of a shape with `g` added at `layout`. */
const added = (g: Tensor, shape: Shape, layout: Layout): Tensor =>
  record(adding, [g], layout, g.dtype, { shape });

/** `x` with `value` at `layout`. */
const written = (x: Tensor, value: Tensor, layout: Layout): Tensor =>
  record(writing, [x, value], layout, x.dtype, { shape: x.shape });

type Placed = Saved<Layout>;

const looking: Op = {
  name: "view",
  keeps: false,
  vjps: [((g, { shape, attributes }: Placed): Tensor => added(g, shape, attributes)) as Vjp],
  work: null,
};

const adding: Op = {
  name: "addThrough",
  keeps: false,
  vjps: [((g, { attributes }: Placed): Tensor => looked(g, attributes)) as Vjp],
  work(node): Work {
    const layout = node.attributes as Layout;
    const isApart = countElements(layout.shape) > 0 && !overlaps(layout);
    return {
      kind: "host",
      run([value]) {
        const result = allocate(node.dtype, countElements(node.shape));
        place(result, value!, layout, true);
        return result;
      },
      ...(isApart ? { into: layout } : {}),
    };
  },
};

const writing: Op = {
  name: "writeThrough",
  keeps: false,
  vjps: [
    ((g, { attributes }: Placed): Tensor =>
      written(g, zeros(attributes.shape, { dtype: g.dtype }), attributes)) as Vjp,
    ((g, { attributes }: Placed): Tensor => looked(g, attributes)) as Vjp,
  ],
  work: (node): Work => ({
    kind: "host",
    run([x, value]) {
      const result = x!.slice();
      place(result, value!, node.attributes as Layout, false);
      return result;
    },
  }),
};

/** Zeros of a shape, with `g` where a movement leads: how a gradient goes back through a view. */
export function embed(g: Tensor, shape: Shape, step: ViewStep): Tensor {
  const { node } = noGrad(() => step.call(zeros(shape, { dtype: g.dtype }), ...step.args));
  return added(g, shape, { shape: node.shape, strides: node.strides, offset: node.offset });
}

/** A call of a movement. */
interface ViewStep {
  readonly call: (x: Tensor, ...args: unknown[]) => Tensor;
  readonly args: readonly unknown[];
}

export const viewStep = (call: unknown, args: readonly unknown[]): ViewStep => ({
  call: call as never,
  args,
});

/**
 * Other elements in the place of those of `a`, which keeps its part in the graph although none of
 * its elements is left.
 */
export const replacement = binary({
  kernel: (_a, b) => b,
  vjps: [(g): Tensor => g.newZeros(g.shape), (g): Tensor => g],
  samples: [
    [-3, 3],
    [-3, 3],
  ],
});
replacement.op.name = "copy_";

/**
 * Puts `value` where `target` had its elements, for all who share them. `value` is what an
 * operation has just made of `target`; `name` is that of the operation, for messages.
 */
export function write(name: string, target: Tensor, value: Tensor): Tensor {
  checkWrite(name, target, value);
  const { storage, shows: view } = target;
  mode.capture?.touched(storage, name);
  const owner = view?.owner ?? target;
  const remembered = mode.gradients && (owner.requiresGrad || value.requiresGrad);
  let fitting = value.dtype === target.dtype ? value : value.to(target.dtype);
  // A value without history still takes the place of one that has.
  if (remembered && target.requiresGrad && !value.requiresGrad) {
    fitting = replacement(target, fitting);
  }
  const placed =
    view === null
      ? fitting
      : written(construct.tensor(owner.node, owner.origin), fitting, view.layout);
  const origin = remembered ? placed.origin : null;
  const all = isWhole(owner);
  const stored = all ? whole(placed).node : storedPart(target, fitting);

  const made = remembered ? [value.origin, fitting.origin, origin] : [];
  for (const one of made) one?.writesOver(storage);
  storage.write(stored);
  mode.onWrite(storage);
  // A gradient may be a number repeated, in a layout that a written value does not have.
  if (all) owner.contents = stored;
  if (remembered) {
    owner.ownOrigin = origin;
    for (const one of made) one?.writtenInto(storage);
  }
  return target;
}

/** What is in the storage of a detached part, with `value` in the place of `target`. */
function storedPart(target: Tensor, value: Tensor): Node {
  const { storage, node } = target;
  const layout = { shape: node.shape, strides: node.strides, offset: node.offset };
  return noGrad(() => written(construct.tensor(storage.node, null), value, layout)).node;
}

function checkWrite(name: string, target: Tensor, value: Tensor): void {
  if (!sameShape(target.shape, value.shape)) {
    throw new ShapeError(
      `${name}: the result has shape ${formatShape(value.shape)}, which cannot be written into a ` +
        `tensor of shape ${formatShape(target.shape)}; use the operation without "_", which ` +
        "makes a new tensor.",
    );
  }
  if (!canHold(target.dtype, value.dtype)) {
    throw new DTypeError(
      `${name}: a result of type ${value.dtype} cannot be written into a tensor of type ` +
        `${target.dtype}; use the operation without "_", or convert the tensor first with ` +
        `x.to("${value.dtype}").`,
    );
  }
  if (!isWhole(target) && overlaps(target.node)) {
    throw new InPlaceError(
      `${name}: several elements of this view are one in memory, so it cannot be written to; ` +
        `write to a copy: x.clone().${name}(...).`,
    );
  }
  const owner = target.shows?.owner ?? target;
  if (mode.gradients && owner.isLeaf && owner.requiresGrad) {
    throw new InPlaceError(
      `${name}: a leaf that requires grad${owner === target ? "" : ", or a view of one,"} cannot ` +
        "be changed in place while its operations are remembered; " +
        `change it inside noGrad(() => x.${name}(...)).`,
    );
  }
}
