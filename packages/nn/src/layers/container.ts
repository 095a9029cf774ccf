/**
 * Modules of modules: one after another, a list, by name; and a list of parameters. In a field,
 * plain lists and objects do the same (see module.ts); these have PyTorch's names and are modules
 * themselves.
 */
import { ArgumentError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { membersOf, parameter } from "../members.js";
import type { Member } from "../members.js";
import { Module } from "../module.js";
import type { Fitting, Maps } from "../shape-types.js";

/** A module that keeps things in a list or by name. */
abstract class Container<Items extends object> extends Module {
  readonly #items: Items;

  protected constructor(items: Items) {
    super();
    this.#items = items;
  }

  protected get items(): Items {
    return this.#items;
  }

  /** Those of the fields, for classes that add some, and what is kept. */
  override *members(): Iterable<Member> {
    yield* super.members();
    yield* membersOf(this.#items);
  }

  /** Containers have nothing to compute, but for `Sequential`. */
  override forward(..._inputs: never[]): unknown {
    throw new ArgumentError(
      `${this.constructor.name}: it has no forward; call the modules that are in it.`,
    );
  }
}

function checkModules(name: string, given: readonly unknown[]): void {
  const strange = given.find((module) => !(module instanceof Module));
  if (strange === undefined && !given.includes(undefined)) return;
  throw new ArgumentError(`${name}: a ${typeof strange} is no module; give modules only.`);
}

/** A container in which things have an order. */
abstract class Ordered<Item> extends Container<Item[]> {
  /** How many there are. */
  get length(): number {
    return this.items.length;
  }

  /**
   * One of them; negative numbers count from the end. Throws an ArgumentError where there is none.
   */
  at(index: number): Item {
    const item = this.items.at(index);
    if (item !== undefined && Number.isInteger(index)) return item;
    throw new ArgumentError(
      `${this.constructor.name}: there is no ${String(index)}; it has ${this.length}.`,
    );
  }

  /** They can be gone through with `for (const item of list)`. */
  [Symbol.iterator](): IterableIterator<Item> {
    return this.items[Symbol.iterator]();
  }
}

/**
 * Modules one after another, each with what the one before gave. In a state dict they are `0`, `1`
 * and so on.
 * @example
 * const model = new Sequential(new Linear(3, 2), new ReLU());
 * model.call(ones([5, 3])).shape // [ 5, 2 ]
 * model.at(-1) // ReLU()
 */
export class Sequential<
  const Layers extends readonly Module[] = readonly Module[],
> extends Ordered<Module> {
  constructor(...modules: Fitting<Layers>) {
    checkModules("Sequential", modules);
    super([...(modules as readonly Module[])]);
  }

  /**
   * Puts a module behind the others.
   * @example
   * new Sequential(new ReLU()).append(new Tanh()).length // 2
   */
  append(module: Module): this {
    checkModules("Sequential", [module]);
    this.items.push(module);
    return this;
  }

  override forward(input: Tensor): Tensor {
    let value: unknown = input;
    for (const module of this.items) value = module.call(value);
    // What the last one gives, which need not be a tensor where nobody goes on with it.
    return value as never;
  }
}
export interface Sequential<Layers extends readonly Module[]> extends Maps<["sequential", Layers]> {
  at<Self extends Module, I extends number>(this: Self, index: I): At<Self, I>;
}
/** The layer at a position, where it is known. */
type At<Self, I extends number> =
  Self extends Maps<["sequential", infer Layers]>
    ? `${I}` extends keyof Layers
      ? Extract<Layers[`${I}`], Module>
      : [Layers, I] extends [readonly [...unknown[], infer Last extends Module], -1]
        ? Last
        : Module
    : Module;

/**
 * A list of modules; go through it in your own `forward`.
 * @example
 * const layers = new ModuleList([new Linear(3, 3), new Linear(3, 2)]);
 * let x = ones([5, 3]);
 * for (const layer of layers) x = layer.call(x);
 * x.shape // [ 5, 2 ]
 */
export class ModuleList<Item extends Module = Module> extends Ordered<Item> {
  constructor(modules: Iterable<Item> = []) {
    const list = [...modules];
    checkModules("ModuleList", list);
    super(list);
  }

  /**
   * Puts a module behind the others.
   * @example
   * new ModuleList([new ReLU()]).append(new Tanh()).length // 2
   */
  append(module: Item): this {
    checkModules("ModuleList", [module]);
    this.items.push(module);
    return this;
  }
}

/**
 * Modules by name.
 * @example
 * const heads = new ModuleDict({ digit: new Linear(3, 10), sign: new Linear(3, 2) });
 * heads.get("sign").call(ones([5, 3])).shape // [ 5, 2 ]
 * Object.keys(heads.stateDict()).length // 4
 */
export class ModuleDict<Item extends Module = Module> extends Container<Record<string, Item>> {
  constructor(modules: Readonly<Record<string, Item>> = {}) {
    checkModules("ModuleDict", Object.values(modules));
    super({ ...modules });
  }

  /**
   * The module of a name. Throws an ArgumentError where there is none.
   * @example
   * new ModuleDict({ act: new ReLU() }).get("act") // ReLU()
   */
  get(name: string): Item {
    if (Object.hasOwn(this.items, name)) return this.items[name]!;
    const names = this.keys().join(", ");
    throw new ArgumentError(`ModuleDict: there is no "${name}"; there is ${names}.`);
  }

  /**
   * Puts a module there, in the place of another of that name.
   * @example
   * new ModuleDict().set("act", new Tanh()).keys() // [ 'act' ]
   */
  set(name: string, module: Item): this {
    checkModules("ModuleDict", [module]);
    this.items[name] = module;
    return this;
  }

  /**
   * The names.
   * @example
   * new ModuleDict({ act: new ReLU() }).keys() // [ 'act' ]
   */
  keys(): string[] {
    return Object.keys(this.items);
  }
}

/**
 * A list of parameters.
 * @example
 * const weights = new ParameterList([ones([2]), zeros([3])]);
 * weights.at(1) // tensor([0., 0., 0.], requiresGrad=true)
 * weights.parameters().length // 2
 */
export class ParameterList extends Ordered<Tensor> {
  constructor(parameters: Iterable<Tensor> = []) {
    super(Array.from(parameters, (data) => parameter(data)));
  }

  /**
   * Puts a parameter behind the others.
   * @example
   * new ParameterList().append(ones([2])).length // 1
   */
  append(data: Tensor): this {
    this.items.push(parameter(data));
    return this;
  }
}
