/**
 * What a model is: a class with parameters, buffers and other modules in its fields, and a
 * `forward`. This file has what every module can do with them; which fields count is in members.ts,
 * state dicts are in state-dict.ts, how a model prints is in summary.ts. The layers: layers/.
 */
import { ArgumentError, Tensor } from "@nabla/core";
import type { DType } from "@nabla/core";
import { isCaptured, isLent, restsOn } from "@nabla/core/engine";

import { isFloat } from "./checks.js";
import { located } from "./located.js";
import { checkNames, inPlaceOf, membersOf, pythonName, roleOf } from "./members.js";
import type { Member } from "./members.js";
import type { Accepted, Output, Taking } from "./shape-types.js";
import { loadState, stateOf } from "./state-dict.js";
import type { LoadOptions, LoadResult, StateDict } from "./state-dict.js";
import { summary } from "./summary.js";

/** Sees a module and its inputs before `forward`; a list that it returns takes their place. */
export type ForwardPreHook = (module: Module, inputs: readonly unknown[]) => unknown;

/** Sees what `forward` gave; what it returns, unless `undefined`, takes the output's place. */
export type ForwardHook = (module: Module, inputs: readonly unknown[], output: unknown) => unknown;

/**
 * A model or a part of one, as PyTorch's `nn.Module`. Extend it, put layers and parameters into
 * fields, and say in `forward` what they do; nothing is registered. Lists and plain objects of
 * modules in a field count, too. Names are PyTorch's: the field `convBlock` is `conv_block` in a
 * state dict. Private fields (`#layer`) are not seen. Use a model by `call`.
 * @example
 * class Net extends Module {
 *   hidden = new Linear(2, 3);
 *   output = new Linear(3, 1, { bias: false });
 *   forward(x) {
 *     return this.output.call(this.hidden.call(x).relu());
 *   }
 * }
 * const model = new Net();
 * model.call(ones([5, 2])).shape // [ 5, 1 ]
 * Object.keys(model.stateDict()) // [ 'hidden.weight', 'hidden.bias', 'output.weight' ]
 */
export abstract class Module {
  /** Whether the model is being trained: what dropout and batch norm go by. See `train`. */
  training = true;
  #before: readonly ForwardPreHook[] = [];
  #after: readonly ForwardHook[] = [];

  /**
   * What the module does with its inputs; every module says so itself. Call `call`, which also runs
   * hooks.
   * @example
   * new Identity().forward(tensor([1, 2])) // tensor([1., 2.])
   */
  abstract forward(...inputs: never[]): unknown;

  /**
   * Runs the module, `forward` between its hooks: what `model(x)` is in PyTorch. Of a module whose
   * class is not known when typing, the compiler takes it that a tensor comes out.
   * @example
   * new Linear(3, 2).call(ones([5, 3])).shape // [ 5, 2 ]
   */
  call<Self extends Module, Asked extends unknown[], Inputs extends Accepted<Asked>>(
    this: Taking<Self, Inputs, Asked>,
    ...inputs: Inputs
  ): Output<Self, Inputs>;
  call(...inputs: never[]): unknown {
    let given: readonly unknown[] = inputs;
    for (const hook of this.#before) {
      const changed = hook(this, given);
      if (changed !== undefined) given = Array.isArray(changed) ? changed : [changed];
    }
    let output: unknown;
    try {
      output = this.forward(...(given as never[]));
    } catch (error) {
      throw located(error, this);
    }
    for (const hook of this.#after) {
      const changed = hook(this, given, output);
      if (changed !== undefined) output = changed;
    }
    if (isCaptured()) {
      const { name } = this.constructor;
      restsOn(`train() or eval() of ${name}`, () => this.training);
      restsOn(`the hooks before ${name}`, () => this.#before);
      restsOn(`the hooks after ${name}`, () => this.#after);
      // As they are after the call, which may count or keep something in them.
      restsOn(`what is in the fields of ${name}`, fieldsOf(this));
    }
    return output;
  }

  /**
   * Calls a function with the module and its inputs, as a list, before every `call`. A list that it
   * returns takes the inputs' place, and so does any other value, as the only input. Returns a
   * function that removes the hook.
   * @example
   * const layer = new Identity();
   * const remove = layer.registerForwardPreHook((module, [x]) => x.mul(2));
   * layer.call(tensor([1, 2])) // tensor([2., 4.])
   * remove();
   * layer.call(tensor([1, 2])) // tensor([1., 2.])
   */
  registerForwardPreHook(hook: ForwardPreHook): () => void {
    const own = checkedHook(hook);
    this.#before = [...this.#before, own];
    return () => (this.#before = this.#before.filter((other) => other !== own));
  }

  /**
   * Calls a function with the module, its inputs and its output after every `call`. What it
   * returns, unless `undefined`, takes the output's place. Returns a function that removes the
   * hook.
   * @example
   * const shapes = [];
   * const layer = new Linear(3, 2);
   * layer.registerForwardHook((module, inputs, output) => void shapes.push(output.shape));
   * layer.call(ones([5, 3]));
   * shapes // [ [ 5, 2 ] ]
   */
  registerForwardHook(hook: ForwardHook): () => void {
    const own = checkedHook(hook);
    this.#after = [...this.#after, own];
    return () => (this.#after = this.#after.filter((other) => other !== own));
  }

  /**
   * What is in the fields, for modules that keep others elsewhere than in fields.
   * @internal
   */
  *members(): Iterable<Member> {
    yield* membersOf(this, pythonName);
  }

  /**
   * The tensors and modules in the fields, by PyTorch's names.
   * @internal
   */
  contents(): Contents {
    const found: Contents = { tensors: [], modules: [] };
    for (const member of this.members()) {
      if (member.value instanceof Module) found.modules.push([member.name, member.value]);
      else if (isTensor(member) && roleOf(member.value) !== null) found.tensors.push(member);
    }
    const names = [
      ...found.tensors.map(({ name }) => name),
      ...found.modules.map(([name]) => name),
    ];
    checkNames(this.constructor.name, names);
    return found;
  }

  /**
   * The modules in the fields, each once, with their names.
   * @example
   * const model = new Sequential(new Linear(2, 3), new ReLU());
   * model.namedChildren().map(([name]) => name) // [ '0', '1' ]
   */
  namedChildren(): [name: string, module: Module][] {
    return firsts(this.contents().modules);
  }

  /**
   * The modules in the fields, each once.
   * @example
   * new Sequential(new Linear(2, 3), new ReLU()).children().length // 2
   */
  children(): Module[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /**
   * This module and all within, each once, with their names, that of this one empty.
   * @example
   * const model = new Sequential(new Sequential(new ReLU()), new Tanh());
   * model.namedModules().map(([name]) => name) // [ '', '0', '0.0', '1' ]
   */
  namedModules(): [name: string, module: Module][] {
    const all = (module: Module, prefix: string, within: readonly Module[]): [string, Module][] => {
      if (within.includes(module)) return [];
      const path = [...within, module];
      const inner = module.namedChildren().flatMap(([name, child]) => {
        return all(child, prefix === "" ? name : `${prefix}.${name}`, path);
      });
      return [[prefix, module], ...inner];
    };
    return firsts(all(this, "", []));
  }

  /**
   * This module and all within, each once.
   * @example
   * new Sequential(new Linear(2, 3), new ReLU()).modules().length // 3
   */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * The parameters, each once, with PyTorch's names.
   * @example
   * new LSTM(2, 3).namedParameters()[0][0] // weight_ih_l0
   */
  namedParameters(): [name: string, parameter: Tensor][] {
    return tensorsOf(this, (role) => role === "parameter");
  }

  /**
   * The parameters, each once: what an optimizer takes.
   * @example
   * new Linear(3, 2).parameters().map(({ shape }) => shape) // [ [ 2, 3 ], [ 2 ] ]
   */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /**
   * The buffers, each once, with PyTorch's names.
   * @example
   * new BatchNorm1d(3).namedBuffers()[2][0] // num_batches_tracked
   */
  namedBuffers(): [name: string, buffer: Tensor][] {
    return tensorsOf(this, (role) => role !== "parameter");
  }

  /**
   * The buffers, each once.
   * @example
   * new BatchNorm1d(3).buffers().length // 3
   */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /**
   * Calls a function with every module within, and this one last.
   * @example
   * const model = new Sequential(new Linear(2, 3), new ReLU());
   * model.apply((module) => {
   *   if (module instanceof Linear) init.zeros_(module.bias);
   * });
   * model.parameters()[1] // tensor([0., 0., 0.], requiresGrad=true)
   */
  apply(change: (module: Module) => void): this {
    for (const child of this.children()) child.apply(change);
    change(this);
    return this;
  }

  /**
   * Turns training on, or off, in this module and all within.
   * @example
   * new Dropout(0.5).train(false).call(tensor([1, 2])) // tensor([1., 2.])
   */
  train(wanted = true): this {
    for (const module of this.modules()) module.training = wanted;
    return this;
  }

  /**
   * Turns training off: no dropout, and batch norm by what it remembers.
   * @example
   * new Dropout(0.5).eval().call(tensor([1, 2])) // tensor([1., 2.])
   */
  eval(): this {
    return this.train(false);
  }

  /**
   * Whether gradients are wanted by the parameters: `requiresGrad_(false)` freezes a model.
   * @example
   * new Linear(2, 1).requiresGrad_(false).call(ones([1, 2])).requiresGrad // false
   */
  requiresGrad_(wanted = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(wanted);
    return this;
  }

  /**
   * Drops the gradients of all parameters.
   * @example
   * const layer = new Linear(2, 1);
   * layer.call(ones([1, 2])).sum().backward();
   * layer.zeroGrad();
   * layer.weight.grad // null
   */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Converts the parameters and buffers with fractions. They are other tensors then: make an
   * optimizer afterwards. Throws an ArgumentError for another type than float32 and float64.
   * @example
   * new Linear(2, 1).to("float64").weight.dtype // float64
   */
  to(dtype: DType): this {
    if (dtype !== "float32" && dtype !== "float64") {
      throw new ArgumentError(
        `to: a model is of float32 or float64, not of ${dtype}; there are no devices.`,
      );
    }
    const converted = new Map<Tensor, Tensor>();
    for (const module of this.modules()) {
      for (const { value: old, owner, field } of module.contents().tensors) {
        if (!isFloat(old) || old.dtype === dtype) continue;
        const made =
          converted.get(old) ??
          inPlaceOf(old, old.detach().to(dtype).requiresGrad_(old.requiresGrad));
        converted.set(old, made);
        owner[field] = made;
      }
    }
    return this;
  }

  /**
   * The parameters and buffers by PyTorch's names. They are the model's own, detached: clone them
   * to keep what they are now.
   * @example
   * const state = new Linear(3, 2).stateDict();
   * state["weight"].shape // [ 2, 3 ]
   */
  stateDict(): StateDict {
    return stateOf(this);
  }

  /**
   * Copies the elements of a state dict, one of PyTorch's too, into the parameters and buffers.
   * Throws an ArgumentError for names that are missing or unknown, unless `strict` is false, and a
   * ShapeError for shapes that differ; then nothing was copied. Returns the names that did not fit.
   * @example
   * const [one, two] = [new Linear(3, 2), new Linear(3, 2)];
   * two.loadStateDict(one.stateDict());
   * two.weight.equal(one.weight) // true
   * two.loadStateDict({}) // throws ArgumentError: Linear.loadStateDict: missing: weight, bias
   */
  loadStateDict(state: StateDict, options: LoadOptions = {}): LoadResult {
    return loadState(this, state, options);
  }

  /**
   * The model as a tree, with the shapes of parameters and their counts.
   * @example
   * String(new Sequential(new Linear(3, 2), new ReLU())) // Sequential(
   * //   (0): Linear(inFeatures: 3, outFeatures: 2): weight [2, 3], bias [2], 8 parameters
   * //   (1): ReLU()
   * // ): 8 parameters
   */
  toString(): string {
    return summary(this);
  }

  /** What console.log shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A tensor in a field. */
interface TensorMember extends Member {
  readonly value: Tensor;
}
const isTensor = (member: Member): member is TensorMember => member.value instanceof Tensor;

/** What `contents` finds. */
export interface Contents {
  readonly tensors: TensorMember[];
  readonly modules: [name: string, module: Module][];
}

/** The tensors of a role, those of a module before those of modules within. */
function tensorsOf(module: Module, isWanted: (role: string) => boolean): [string, Tensor][] {
  return firsts(
    module.namedModules().flatMap(([prefix, inner]) =>
      inner.contents().tensors.flatMap(({ name, value }): [string, Tensor][] => {
        if (!isWanted(roleOf(value)!)) return [];
        return [[prefix === "" ? name : `${prefix}.${name}`, value]];
      }),
    ),
  );
}

/** Of entries with the same value the first one. */
function firsts<Value>(entries: readonly [string, Value][]): [string, Value][] {
  const seen = new Set<Value>();
  return entries.filter(([, value]) => !seen.has(value) && seen.add(value));
}

/** A hook as one of its own, though the same function may be several. */
function checkedHook<Hook extends (...seen: never[]) => unknown>(hook: Hook): Hook {
  if (typeof hook !== "function") throw new ArgumentError("a hook is a function.");
  return ((...seen: Parameters<Hook>) => hook(...seen)) as Hook;
}

/** Tells whether the fields of a module, and its lists, have in them what they have now. */
function fieldsOf(module: Module): () => boolean {
  const own = module as unknown as Member["owner"];
  const all = Object.keys(own).map((field): [Member["owner"], string] => [own, field]);
  for (const { owner, field } of module.members()) {
    all.push([owner, field]);
    if (Array.isArray(owner)) all.push([owner, "length"]);
  }
  const places = all.filter(([owner, field]) => !isLent(owner, field));
  const values = places.map(([owner, field]) => owner[field]);
  return () => places.every(([owner, field], i) => Object.is(owner[field], values[i]));
}
