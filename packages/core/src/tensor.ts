/**
 * What a tensor is: numbers in a shape, and the memory of how they were computed. This file has
 * what a tensor knows and how it is read; its operations come from the tables in ops/, one record
 * each, and are added as methods at the end. Not here: how backward() walks (autograd.ts, read it
 * next), what an operation is (ops/define.ts), what it computes with.
 */
import { backward, keepGradient } from "./autograd.js";
import type { BackwardOptions } from "./autograd.js";
import { ArgumentError, DTypeError, GradientError, PrimitiveError, ShapeError } from "./errors.js";
import { isFloat } from "./graph/dtype.js";
import type { DType, TypedArray } from "./graph/dtype.js";
import { Gradient } from "./graph/gradient.js";
import { mode } from "./graph/mode.js";
import { giveName } from "./graph/names.js";
import { checkTensor, lent } from "./graph/node.js";
import type { Node } from "./graph/node.js";
import { Origin } from "./graph/origin.js";
import type { Compared } from "./graph/shape-types.js";
import { countElements, formatShape, normalizeDim, sameShape } from "./graph/shape.js";
import type { Shape } from "./graph/shape.js";
import { Storage } from "./graph/storage.js";
import type { NestedArray } from "./ops/create.js";
import { construct } from "./ops/define.js";
import * as functions from "./ops/functions.js";
import { refreshContents, refreshOrigin, viewable } from "./ops/inplace.js";
import type { View } from "./ops/inplace.js";
import { installInPlace, installMethods } from "./ops/methods.js";
import type { InPlaceMethods, Methods } from "./ops/methods.js";
import * as scatters from "./ops/scatter.js";
import * as tables from "./ops/tables.js";
import { print } from "./print.js";
import { read as elements, readOne } from "./schedule/flush.js";

/** Sees a gradient on its way back, and may give another in its place. */
export type Hook = (gradient: Tensor) => Tensor | null | undefined | void;

/**
 * An n-dimensional array of numbers of one type that remembers how it was computed, so that
 * `backward()` can find the derivative of a result by everything it was made from. Make one with
 * `tensor`, `zeros`, `rand` and their like. Every operation is a method (`a.add(b)`) and a free
 * function (`add(a, b)`).
 * @example
 * const w = tensor([1, 2], { requiresGrad: true });
 * const loss = w.square().sum();
 * loss.backward();
 * w.grad // tensor([2., 4.])
 */
export class Tensor<S extends Shape = Shape, D extends DType = DType> {
  /** Of what is found to be a tensor, no more is known. @internal */
  declare static readonly [Symbol.hasInstance]: (value: unknown) => value is Tensor;
  /** The value, as of when it was last looked at; others ask for `node`. @internal */
  contents: Node;
  /** What `storage` shows, once there is one. */
  private ownStorage: Storage | null = null;
  /** Whether nobody will ever write to it, so that its views need not share. @internal */
  isFixed = false;
  /** Its tie to the tensor of which it is a view. @internal */
  shows: View | null = null;
  /** How it was computed, as of when it was last looked at; others ask for `origin`. @internal */
  ownOrigin: Origin | null;
  /** Where its gradient is, once there was one. */
  private ownGradient: Gradient | null = null;
  private seen = 0;

  /** Made by the functions that create tensors and by operations. @internal */
  constructor(node: Node, origin: Origin | null) {
    this.contents = node;
    this.ownOrigin = origin;
  }

  /**
   * From now on the elements are those of a storage, where this tensor's value lies already.
   * @internal
   */
  showStorage(storage: Storage): void {
    this.ownStorage = storage;
    this.seen = storage.version;
  }

  /**
   * Where the elements are, shared with views and detached aliases.
   * @internal
   */
  get storage(): Storage {
    return (this.ownStorage ??= new Storage(this.contents));
  }

  /**
   * Whether nobody has written to it since a time on `mode.clock`.
   * @internal
   */
  isAsOf(time: number): boolean {
    return this.ownStorage === null || this.ownStorage.writtenAt <= time;
  }

  /**
   * The value as it is now.
   * @internal
   */
  get node(): Node {
    const { ownStorage } = this;
    if (ownStorage !== null && this.seen !== ownStorage.version) {
      this.seen = ownStorage.version;
      refreshContents(this);
    }
    return this.contents;
  }

  /**
   * How it was computed, which is what backward() walks; `null` where no gradient is wanted.
   * @internal
   */
  get origin(): Origin | null {
    const { shows } = this;
    if (shows !== null && shows.version !== this.storage.version) {
      this.ownOrigin = refreshOrigin(this, shows);
    }
    return this.ownOrigin;
  }

  /**
   * The size of each dimension; `[]` for a single number.
   * @example
   * zeros([2, 3]).shape // [ 2, 3 ]
   */
  get shape(): Shape {
    return this.contents.shape;
  }

  /**
   * The type of the elements.
   * @example
   * zeros([2]).dtype // float32
   */
  get dtype(): DType {
    return this.contents.dtype;
  }

  /**
   * The number of dimensions.
   * @example
   * zeros([2, 3]).dim() // 2
   */
  dim(): number {
    return this.shape.length;
  }

  /**
   * The size of one dimension; negative ones count from the end.
   * @example
   * zeros([2, 3]).size(-1) // 3
   */
  size(dim: number): number {
    return this.shape[normalizeDim("size", dim, this.shape.length)] ?? 1;
  }

  /**
   * The number of elements.
   * @example
   * zeros([2, 3]).numel() // 6
   */
  numel(): number {
    return countElements(this.shape);
  }

  /**
   * The dimensions in reverse order; a view.
   * @example
   * zeros([2, 3]).T.shape // [ 3, 2 ]
   */
  get T(): Tensor {
    return (this as Tensor).permute(this.shape.map((_, i) => this.dim() - 1 - i));
  }

  /**
   * The last two dimensions exchanged: every matrix of a batch transposed; a view.
   * @example
   * zeros([5, 2, 3]).mT.shape // [ 5, 3, 2 ]
   */
  get mT(): Tensor {
    return (this as Tensor).transpose(-2, -1);
  }

  /**
   * Whether this tensor was made by you rather than computed from tensors that require grad: the
   * end of the way back, where backward() leaves a gradient.
   * @example
   * const w = tensor(1, { requiresGrad: true });
   * w.isLeaf // true
   * w.mul(2).isLeaf // false
   */
  get isLeaf(): boolean {
    return this.origin === null || this.origin.leaf !== null;
  }

  /**
   * Whether gradients are wanted by this tensor: set for leaves, and so for whatever is computed
   * from them. Only float tensors can require grad (DTypeError), and only leaves be changed
   * (GradientError).
   * @example
   * const w = tensor([1, 2]);
   * w.requiresGrad = true;
   * w.mul(2).requiresGrad // true
   */
  get requiresGrad(): boolean {
    return this.origin !== null;
  }

  set requiresGrad(wanted: boolean) {
    if (typeof wanted !== "boolean") {
      throw new ArgumentError(`requiresGrad: ${String(wanted)} is neither true nor false.`);
    }
    if (wanted && !isFloat(this.dtype)) {
      throw new DTypeError(
        `requiresGrad: a tensor of type ${this.dtype} has no derivatives; ` +
          `make it of float32 or float64, for example x.to("float32").requiresGrad_().`,
      );
    }
    if (!wanted && !this.isLeaf) {
      throw new GradientError(
        "requiresGrad: only a leaf can stop requiring grad, and this tensor was computed; use " +
          "x.detach().",
      );
    }
    if (wanted !== this.requiresGrad) this.ownOrigin = wanted ? Origin.ofLeaf(this) : null;
    mode.changes += 1;
  }

  /**
   * Sets `requiresGrad` and returns the tensor itself.
   * @example
   * tensor([1, 2]).requiresGrad_().requiresGrad // true
   */
  requiresGrad_(wanted = true): this {
    this.requiresGrad = wanted;
    return this;
  }

  /**
   * What backward() found for this leaf, summed over all calls since it was last `null`; of the
   * tensor's shape and type. Set it to `null` (as an optimizer's zeroGrad does) to start anew.
   * @example
   * const w = tensor(3, { requiresGrad: true });
   * w.square().backward();
   * w.grad // tensor(6.)
   */
  get grad(): Tensor | null {
    return this.gradient.show();
  }

  set grad(value: Tensor | null) {
    if (value !== null && checkTensor("grad", value).dtype !== this.dtype) {
      throw new DTypeError(
        `grad: a gradient of type ${value.dtype} does not belong to a tensor of type ` +
          `${this.dtype}; convert it with g.to("${this.dtype}").`,
      );
    }
    if (value !== null && !sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `grad: a gradient of shape ${formatShape(value.shape)} does not belong to a tensor of ` +
          `shape ${formatShape(this.shape)}; give one of the same shape, or null.`,
      );
    }
    this.gradient.put(value);
  }

  /**
   * What `grad` shows, for those who let nobody else have it.
   * @internal
   */
  get gradient(): Gradient {
    return (this.ownGradient ??= new Gradient());
  }

  /**
   * Finds the derivative of this tensor by every leaf it was computed from that requires grad, and
   * adds it to the leaf's `.grad`. A tensor of one element needs no argument; for others `gradient`
   * is the derivative of the loss by this tensor, of its shape. The graph is freed on the way,
   * unless `retainGraph`; with `createGraph` the gradients can be differentiated in turn. Throws a
   * GradientError where there is nothing to differentiate.
   * @example
   * const x = tensor([1, 2, 3], { requiresGrad: true });
   * x.square().backward(tensor([1, 1, 0]));
   * x.grad // tensor([2., 4., 0.])
   */
  backward(gradient?: Tensor | null, options: BackwardOptions = {}): void {
    if (gradient !== undefined && gradient !== null && !(gradient instanceof Tensor)) {
      throw new ArgumentError(
        "backward: the gradient is no tensor; options come second: " +
          "loss.backward(null, { retainGraph: true }).",
      );
    }
    backward([this], [gradient ?? null], options);
  }

  /**
   * Makes a tensor that was computed keep its gradient in `.grad`, as leaves do. Throws a
   * GradientError if it does not require grad.
   * @example
   * const h = tensor([1, 2], { requiresGrad: true }).mul(2);
   * h.retainGrad();
   * h.square().sum().backward();
   * h.grad // tensor([4., 8.])
   */
  retainGrad(): void {
    this.checkRequiresGrad("retainGrad");
    if (!this.isLeaf) keepGradient(this, this.origin!);
  }

  /**
   * Calls `hook` with the gradient of this tensor whenever backward() has found it. What the hook
   * returns takes the gradient's place; nothing leaves it as it is. Returns a function that removes
   * the hook. Throws a GradientError if the tensor does not require grad.
   * @example
   * const x = tensor([1, 2], { requiresGrad: true });
   * const remove = x.registerHook((g) => g.mul(10));
   * x.sum().backward();
   * remove();
   * x.grad // tensor([10., 10.])
   */
  registerHook(hook: Hook): () => void {
    this.checkRequiresGrad("registerHook");
    const origin = this.origin!;
    const own: Hook = (g) => hook(g);
    origin.watch([...(origin.hooks ?? []), own]);
    return () => origin.watch(origin.hooks!.filter((other) => other !== own));
  }

  private checkRequiresGrad(name: string): void {
    if (this.requiresGrad) return;
    throw new GradientError(
      `${name}: this tensor does not require grad, so it never gets a gradient; ` +
        "make it with { requiresGrad: true }.",
    );
  }

  /**
   * Gives the tensor a name by which drawings and explanations of the graph call it, and returns
   * the tensor itself. Nothing that is computed or printed depends on it. Throws an ArgumentError
   * for an empty name.
   * @example
   * const w = tensor(3, { requiresGrad: true }).named("w");
   * w // tensor(3., requiresGrad=true)
   */
  named(name: string): this {
    giveName(name, this, this.node, this.origin);
    return this;
  }

  /**
   * The same elements without the memory of how they were computed; gradients do not go through.
   * The elements are shared: a write to one is seen by the other.
   * @example
   * tensor([1, 2], { requiresGrad: true }).mul(2).detach().requiresGrad // false
   */
  detach(): Tensor<S, D> {
    const alias = new Tensor<S, D>(viewable(this).node, null);
    mode.onKeep(alias.contents);
    alias.showStorage(this.storage);
    return alias;
  }

  /**
   * The same value in a tensor of its own, which no write to this one reaches.
   * @internal
   */
  fork(): Tensor {
    return new Tensor(lent(this).node, null);
  }

  /**
   * The only element as a JavaScript number (0 or 1 for bool). Throws a ShapeError where there are
   * more or none.
   * @example
   * tensor([3, 4]).sum().item() // 7
   */
  item(): number {
    if (this.numel() !== 1) {
      throw new ShapeError(
        `item: a tensor of shape ${formatShape(this.shape)} has ${this.numel()} elements, not ` +
          "one; reduce it first, for example x.sum().item(), or read all of them with x.toArray().",
      );
    }
    return readOne(this);
  }

  /**
   * A copy of the elements in row-major order.
   * @example
   * tensor([[1, 2], [3, 4]]).data() // 1,2,3,4
   */
  data(): TypedArray {
    return elements(this).slice();
  }

  /**
   * The elements as arrays in arrays, as deep as the tensor has dimensions; true and false for
   * bool.
   * @example
   * tensor([[1, 2], [3, 4]]).toArray() // [ [ 1, 2 ], [ 3, 4 ] ]
   */
  toArray(): NestedArray {
    const values: (number | boolean)[] = Array.from(elements(this));
    const nest = (depth: number, from: number, count: number): NestedArray => {
      if (depth === this.shape.length) {
        return this.dtype === "bool" ? values[from] === 1 : values[from]!;
      }
      const size = this.shape[depth]!;
      const step = size === 0 ? 0 : count / size;
      return Array.from({ length: size }, (_, i) => nest(depth + 1, from + i * step, step));
    };
    return nest(0, 0, values.length);
  }

  /**
   * What `JSON.stringify` writes, as toArray(): the type is lost, and NaN becomes null.
   * @example
   * JSON.stringify({ w: tensor([1, 2]) }) // {"w":[1,2]}
   */
  toJSON(): NestedArray {
    return this.toArray();
  }

  /**
   * The elements as PyTorch prints them, with the type where it is not the usual one.
   * @example
   * tensor([1, 2.5]).toString() // tensor([1.0000, 2.5000])
   */
  toString(): string {
    return print(this, elements(this));
  }

  /** What console.log shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /**
   * `a + b` and `loss < 0.1` have no meaning for tensors in JavaScript: they throw a PrimitiveError
   * that names the method.
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new PrimitiveError(
      "a tensor is no number: JavaScript's operators cannot work on tensors. Use the methods: " +
        "a.add(b) for a + b, " +
        "a.lt(b) for a < b; or read the number of a one-element tensor: loss.item() < 0.1.",
    );
  }
}

/**
 * The operations as methods: every entry of the tables, and for functions of elements `name_`,
 * which writes in place.
 */
export interface Tensor<S extends Shape, D extends DType>
  extends
    Compared<S, D>,
    Methods<typeof tables>,
    InPlaceMethods<typeof functions>,
    InPlaceMethods<typeof scatters> {}

construct.tensor = (node, origin) => new Tensor(node, origin);

installMethods(Tensor.prototype, tables);
for (const table of [functions, scatters]) installInPlace(Tensor.prototype, table);
