/**
 * Writing into tensors. Values never change: a write makes a new value and puts it where the old
 * one was. A view remembers its base, the tensor that holds the elements, and the path of movements
 * from there; a write through a view makes a new value of the base, and every view of that follows
 * its path again when next used (`refresh`). What was recorded before a write keeps the old value,
 * and its gradient goes to the tensor as it was then: backward() finds that in the tensor's `past`.
 * Read first: tensor.ts and ops/movement.ts.
 */
import { DTypeError, InPlaceError, ShapeError } from "../errors.js";
import { isFloat } from "../graph/dtype.js";
import { enableGrad, mode, noGrad } from "../graph/mode.js";
import type { Work } from "../graph/node.js";
import { formatShape, rowMajor, sameShape } from "../graph/shape.js";
import type { Layout, Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { zeros } from "./create.js";
import { construct, record } from "./define.js";
import type { Op, Vjp } from "./define.js";

/** One movement on the way from a base to a view: a call of a record of ops/movement.ts. */
interface ViewStep {
  readonly call: (x: Tensor, ...args: unknown[]) => Tensor;
  readonly args: readonly unknown[];
}
type Path = readonly ViewStep[];

export const viewStep = <Arguments extends unknown[]>(
  call: (x: Tensor, ...args: Arguments) => Tensor,
  args: Arguments,
): ViewStep => ({ call: call as ViewStep["call"], args });

/** A view's tie to the tensor whose elements it shows. */
export interface View {
  /** The tensor that holds the elements, and the way from there. */
  readonly base: Tensor;
  readonly path: Path;
  /**
   * The tensor in whose gradient it has part, and the way from there: not the base after detach().
   */
  readonly owner: Tensor;
  readonly ownPath: Path;
  /** The write to its base that the view has seen last, on `mode.clock`. */
  seenAt: number;
  /** Whether the view was made while operations were remembered. */
  readonly remembered: boolean;
}

/** What a tensor was before a write, for those recorded until then. */
export interface Past {
  readonly until: number;
  readonly tensor: Tensor;
}

const follow = (path: Path, base: Tensor): Tensor =>
  path.reduce((tensor, { call, args }) => call(tensor, ...args), base);

/** Makes `view` one of `x`: from now on a write to either is seen by both. */
export function share(x: Tensor, view: Tensor, step: ViewStep): Tensor {
  const base = x.view?.base ?? x;
  const path = x.view === null ? [step] : [...x.view.path, step];
  const owner = x.view?.owner ?? x;
  const ownPath = owner === base ? path : [...x.view!.ownPath, step];
  const seenAt = base.writtenAt;
  view.view = { base, path, owner, ownPath, seenAt, remembered: mode.gradients };
  return view;
}

/** Makes `alias` share the elements of `x`, with no part in its gradient. */
export function shareDetached(x: Tensor, alias: Tensor): Tensor {
  const { base, path } = x.view ?? { base: x, path: [] };
  const seenAt = base.writtenAt;
  alias.view = { base, path, owner: alias, ownPath: [], seenAt, remembered: false };
  return alias;
}

interface Written {
  readonly path: Path;
  /** Where the written elements lie in the row-major base. */
  readonly place: Layout;
}

/** The base with other elements at the end of a path. */
const writeThrough: Op = {
  name: "writeThrough",
  vjps: [
    ((g, { attributes: { path, place } }): Tensor =>
      written(g, zeros(place.shape, { dtype: g.dtype }), path)) as Vjp<Written> as Vjp,
    ((g, { attributes: { path } }): Tensor => follow(path, g)) as Vjp<Written> as Vjp,
  ],
  work(node): Work {
    const { place } = node.attributes as Written;
    return {
      kind: "host",
      run([base, value]) {
        const result = base!.slice();
        const strides = place.strides ?? rowMajor(place.shape);
        const index = new Array<number>(place.shape.length).fill(0);
        let at = place.offset;
        for (let i = 0; i < value!.length; i++) {
          result[at] = value![i]!;
          for (let dim = index.length - 1; dim >= 0; dim--) {
            at += strides[dim]!;
            index[dim] = index[dim]! + 1;
            if (index[dim]! < place.shape[dim]!) break;
            at -= strides[dim]! * place.shape[dim]!;
            index[dim] = 0;
          }
        }
        return result;
      },
    };
  },
};

function written(tensor: Tensor, value: Tensor, path: Path): Tensor {
  const base = tensor.contiguous();
  const { shape, strides, offset } = follow(path, base).node;
  const place: Layout = { shape, strides, offset: offset - base.node.offset };
  const attributes: Written = { path, place };
  return record(writeThrough, [base, value], attributes, base.dtype, { shape: base.shape });
}

/** Zeros of a shape, with `g` where the path leads: how a gradient goes back through a view. */
export function embed(g: Tensor, shape: Shape, step: ViewStep): Tensor {
  return written(zeros(shape, { dtype: g.dtype }), g, [step]);
}

/**
 * Puts `value` where `target` had its elements, for all who share them. `value` is what an
 * operation has just made of `target`; `name` is that of the operation, for messages.
 */
export function write(name: string, target: Tensor, value: Tensor): Tensor {
  checkWrite(name, target, value);
  const time = value.parents === null ? ++mode.clock : value.recordedAt;
  const fitting = value.to(target.dtype);
  const { view } = target;
  (view?.base ?? target).version += 1;
  if (view === null) {
    put(target, fitting, time);
  } else if (view.owner === view.base) {
    put(view.base, written(snapshot(view.base, time), fitting, view.path), time);
  } else {
    noGrad(() => put(view.base, written(view.base, fitting, view.path), time));
    const { owner, ownPath } = view;
    put(owner, written(snapshot(owner, time), fitting, ownPath), time);
    owner.view!.seenAt = time;
  }
  return target;
}

function checkWrite(name: string, target: Tensor, value: Tensor): void {
  if (!sameShape(target.shape, value.shape)) {
    throw new ShapeError(
      `${name}: the result has shape ${formatShape(value.shape)}, which cannot be written into a ` +
        "tensor of shape " +
        `${formatShape(target.shape)}; use the operation without "_", which makes a new tensor.`,
    );
  }
  const [from, to] = [value.dtype, target.dtype];
  if ((isFloat(from) && !isFloat(to)) || (from !== "bool" && to === "bool")) {
    throw new DTypeError(
      `${name}: a result of type ${value.dtype} cannot be written into a tensor of type ` +
        `${target.dtype}; ` +
        `use the operation without "_", or convert the tensor first with x.to("${value.dtype}").`,
    );
  }
  const { node, view } = target;
  if (view !== null && node.strides?.some((step, i) => step === 0 && node.shape[i]! > 1)) {
    throw new InPlaceError(
      `${name}: several elements of this expanded tensor are one in memory, so it cannot be ` +
        "written to; " +
        `write to a copy: x.clone().${name}(...).`,
    );
  }
  const owner = view?.owner ?? target;
  if (mode.gradients && owner.isLeaf && owner.requiresGrad) {
    throw new InPlaceError(
      `${name}: a leaf that requires grad${owner === target ? "" : ", or a view of one,"} cannot ` +
        "be changed in place while its operations are remembered; " +
        `change it inside noGrad(() => x.${name}(...)).`,
    );
  }
}

/** Gives a tensor another value. If that has a history, so has the tensor now. */
function put(tensor: Tensor, value: Tensor, time: number): void {
  if (mode.gradients && value.requiresGrad) {
    become(tensor, value, time);
  } else {
    tensor.contents = value.contents;
    tensor.writtenAt = time;
  }
}

/** Gives a tensor the value and the history of another; what it was stays in its past. */
function become(tensor: Tensor, value: Tensor, time: number): void {
  tensor.past ??= [];
  tensor.past.push({ until: time, tensor: snapshot(tensor, time) });
  tensor.hooks = null;
  tensor.contents = value.contents;
  tensor.maker = value.maker;
  tensor.parents = value.parents;
  tensor.recordedAt = value.recordedAt;
  tensor.writtenAt = time;
  tensor.requiresGrad = value.requiresGrad;
}

/** The tensor as it is now, as a value of its own that was written over at `time`. */
function snapshot(tensor: Tensor, time: number): Tensor {
  const copy = construct.tensor(tensor.contents, tensor.parents);
  copy.maker = tensor.maker;
  copy.recordedAt = tensor.recordedAt;
  copy.writtenAt = time;
  copy.hooks = tensor.hooks;
  return copy;
}

/** Makes a view show what its base holds now. */
export function refresh(tensor: Tensor, view: View): void {
  const time = view.base.writtenAt;
  if (view.seenAt >= time) return;
  view.seenAt = time;
  if (view.owner === tensor) {
    tensor.contents = noGrad(() => follow(view.path, view.base)).node;
    return;
  }
  const within = view.remembered ? enableGrad : noGrad;
  const current = within(() => follow(view.ownPath, view.owner));
  if (current.parents === null) tensor.contents = current.contents;
  else become(tensor, current, time);
}
