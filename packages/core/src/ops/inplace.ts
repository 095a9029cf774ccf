/**
 * Writing into tensors. Values never change: a write makes a new value and puts it where the
 * tensor's old one was. A view remembers its base, the tensor that owns the elements, and the path
 * of movements from there; a write through a view makes a new value of the base, and whoever looks
 * at the base follows the path again when next used (`refresh`). What was recorded before a write
 * keeps the old value; backward() finds it in the tensor's `past`. Read first: tensor.ts and
 * ops/movement.ts.
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
export interface ViewStep {
  readonly again: (x: Tensor) => Tensor;
}
export type Path = readonly ViewStep[];

/** A view's tie to the tensor whose elements it shows. */
export interface View {
  readonly base: Tensor;
  readonly path: Path;
  /** When the view last looked at its base, on `mode.clock`. */
  seenAt: number;
  /** Whether the view was made while operations were remembered. */
  readonly remembered: boolean;
}

/** What a tensor was before a write, for those who used it until then. */
export interface Past {
  readonly until: number;
  readonly tensor: Tensor;
  readonly next: Past | null;
}

const follow = (path: Path, base: Tensor): Tensor =>
  path.reduce((tensor, step) => step.again(tensor), base);

/** Makes `view` one of `x`: from now on a write to either is seen by both. */
export function share(x: Tensor, view: Tensor, step: ViewStep): Tensor {
  const base = x.view?.base ?? x;
  const path = x.view === null ? [step] : [...x.view.path, step];
  view.view = { base, path, seenAt: mode.clock, remembered: mode.gradients };
  return view;
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
 * Puts `value` where `target` had its elements, for all who share them. `name` is the operation,
 * for messages.
 */
export function write(name: string, target: Tensor, value: Tensor): Tensor {
  checkWrite(name, target, value);
  const converted = value.to(target.dtype);
  const fitted = sameShape(value.shape, target.shape) ? converted : converted.expand(target.shape);
  const { view } = target;
  if (view === null) {
    replace(target, fitted);
  } else {
    replace(view.base, written(snapshot(view.base, ++mode.clock), fitted, view.path));
  }
  return target;
}

function checkWrite(name: string, target: Tensor, value: Tensor): void {
  if (!sameShape(target.shape, value.shape) && !fits(value.shape, target.shape)) {
    throw new ShapeError(
      `${name}: the result has shape ${formatShape(value.shape)}, which cannot be written into a ` +
        "tensor of shape " +
        `${formatShape(target.shape)}; use the operation without "_", which makes a new tensor.`,
    );
  }
  if (!isFloat(target.dtype) && isFloat(value.dtype)) {
    throw new DTypeError(
      `${name}: a ${value.dtype} result cannot be written into a tensor of type ${target.dtype}; ` +
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
  const owner = view?.base ?? target;
  if (mode.gradients && owner.isLeaf && owner.requiresGrad) {
    throw new InPlaceError(
      `${name}: a leaf that requires grad${view === null ? "" : ", or a view of one,"} cannot be ` +
        "changed in place " +
        `while its operations are remembered; change it inside noGrad(() => x.${name}(...)).`,
    );
  }
}

const fits = (from: Shape, to: Shape): boolean =>
  from.length <= to.length &&
  from.every((size, i) => size === 1 || size === to[to.length - from.length + i]);

/** Gives a tensor another value. If that has a history, so has the tensor now. */
function replace(tensor: Tensor, value: Tensor): void {
  if (mode.gradients && (tensor.requiresGrad || value.requiresGrad)) {
    become(tensor, value);
  } else {
    tensor.contents = value.contents;
    tensor.writtenAt = ++mode.clock;
  }
}

/** Gives a tensor the value and the history of another; what it was stays in its past. */
function become(tensor: Tensor, value: Tensor): void {
  const until = ++mode.clock;
  tensor.past = { until, tensor: snapshot(tensor, until), next: tensor.past };
  tensor.contents = value.contents;
  tensor.maker = value.maker;
  tensor.parents = value.parents;
  tensor.requiresGrad = value.requiresGrad;
  tensor.writtenAt = until;
  tensor.recordedAt = ++mode.clock;
}

/** The tensor as it is now, as a value of its own that no write reaches. */
function snapshot(tensor: Tensor, writtenAt: number): Tensor {
  const copy = construct.tensor(tensor.contents, tensor.parents);
  copy.maker = tensor.maker;
  copy.recordedAt = tensor.recordedAt;
  copy.writtenAt = writtenAt;
  return copy;
}

/** Makes a view show what its base holds now. */
export function refresh(tensor: Tensor, view: View): void {
  if (view.seenAt >= view.base.writtenAt) return;
  const current = (view.remembered ? enableGrad : noGrad)(() => follow(view.path, view.base));
  if (current.parents === null) tensor.contents = current.contents;
  else become(tensor, current);
  view.seenAt = mode.clock;
}
