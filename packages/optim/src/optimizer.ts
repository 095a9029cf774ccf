/**
 * What every optimizer is: groups of parameters with their options, some state for each parameter,
 * and a step that turns gradients into new values. An algorithm is one file with one `update`.
 * Not here: any algorithm. Read next: sgd.ts.
 */
import { ArgumentError, enableGrad, noGrad, readOptions, ShapeError, Tensor } from "@nabla/core";
import { concerns, gradientOf, hostScalar, isCaptured, realize, restsOn } from "@nabla/core/engine";

/** Some parameters with the options that differ for them from those of the optimizer. */
export type ParameterGroupOptions<Options> = {
  readonly params: Tensor | Iterable<Tensor>;
} & Partial<Options>;

/** What an optimizer is given: tensors, or groups of tensors. */
export type Parameters<Options> = Iterable<Tensor> | Iterable<ParameterGroupOptions<Options>>;

/** Parameters with all their options; a schedule changes these between steps. */
export type ParameterGroup<Options> = { params: Tensor[] } & {
  -readonly [Name in keyof Options]: Options[Name];
};

/** What an algorithm remembers of one parameter between steps, by name. */
export type ParameterState = Record<string, Tensor | number | readonly (Tensor | number)[]>;

/** Options of PyTorch's that no optimizer here has, and why. */
const leftOut: Readonly<Record<string, string>> = {
  foreach: "steps are fused by the engine, whatever their parameters",
  fused: "steps are fused by the engine, whatever their parameters",
  capturable: "there are no CUDA graphs to capture a step in",
  differentiable: "a step cannot be differentiated; write its update in tensor operations",
};

/**
 * Everything an optimizer needs to go on where it was: its options and its state, with parameters
 * counted in order through all groups.
 */
export interface OptimizerState<Options> {
  readonly state: Readonly<Record<number, ParameterState>>;
  readonly paramGroups: readonly ({ readonly params: readonly number[] } & Options)[];
}

/**
 * The base of all optimizers. A step is `opt.zeroGrad(); loss.backward(); opt.step()`. To write an
 * algorithm, extend it with an `update` of one parameter.
 * @example
 * class Plain extends Optimizer<{ lr: number }> {
 *   override update(parameter: Tensor, gradient: Tensor, options: { lr: number }): void {
 *     parameter.sub_(gradient.mul(options.lr));
 *   }
 * }
 * const w = tensor(1, { requiresGrad: true });
 * const opt = new Plain([w], { lr: 0.1 });
 * w.square().backward();
 * opt.step();
 * w // tensor(0.8000, requiresGrad=true)
 */
export abstract class Optimizer<Options extends object, State extends object = ParameterState> {
  private readonly groups: ParameterGroup<Options>[] = [];
  /** Whether somebody else may have the groups, and so change them at any time. */
  protected areShown = true;
  /** What is remembered of each parameter that has moved. */
  protected readonly state = new Map<Tensor, State>();
  /** How often groups, options or what is remembered were changed from in here, but for numbers. */
  protected changes = 0;
  private defaults: Options;

  /**
   * `defaults` are all options that the algorithm has, `undefined` for those that must be given;
   * `options` are those that were given.
   */
  constructor(
    parameters: Parameters<Options>,
    defaults: { readonly [Name in keyof Options]: Options[Name] | undefined },
    options: Partial<Options> = {},
  ) {
    this.defaults = defaults as Options;
    this.defaults = this.complete(options);
    const given = [...listOf<Tensor | ParameterGroupOptions<Options>>(this.name, parameters)];
    if (given.length === 0) {
      throw new ArgumentError(
        `${this.name}: there is nothing to optimize, the list of parameters is empty; ` +
          `pass tensors that require grad, for example new ${this.name}([w, b], { lr: 0.1 }).`,
      );
    }
    const tensors: Tensor[] = [];
    const groups: ParameterGroupOptions<Options>[] = [];
    for (const item of given) {
      if (item instanceof Tensor) tensors.push(item);
      else if (typeof item === "object" && (item as object | null) !== null) groups.push(item);
      else this.checkParameter(item as unknown as Tensor);
    }
    if (tensors.length > 0 && groups.length > 0) {
      throw new ArgumentError(
        `${this.name}: tensors and groups are mixed; put the tensors into a group, { params: [w, ` +
          "b] }.",
      );
    }
    // A group without options of its own: no option is required in a group.
    const own: Partial<Options> = {};
    if (tensors.length > 0) groups.push({ ...own, params: tensors });
    for (const group of groups) this.addParamGroup(group);
  }

  /**
   * The groups, with all their options.
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1 });
   * opt.paramGroups[0].lr // 0.1
   */
  get paramGroups(): ParameterGroup<Options>[] {
    this.areShown = true;
    return this.groups;
  }

  /** The algorithm's name, for messages. */
  protected get name(): string {
    return this.constructor.name;
  }

  /**
   * The new value of one parameter, written into it; `state` is the algorithm's to change. What is
   * to be kept of the gradient is kept as a copy, `gradient.clone()`: its place is used again.
   */
  protected abstract update(
    parameter: Tensor,
    gradient: Tensor,
    options: ParameterGroup<Options>,
    state: State,
  ): void;

  /** What is remembered of a parameter before its first step. */
  protected initialState(_parameter: Tensor, _options: ParameterGroup<Options>): State {
    return {} as State;
  }

  /** Throws an ArgumentError for options that the algorithm cannot work with. */
  protected validate(_options: Options): void {}

  /**
   * Adds parameters, with options of their own where given. Throws an ArgumentError for a tensor
   * that was computed (only leaves hold gradients), for one that is in a group already, and for an
   * option the algorithm does not have.
   * @example
   * const [w, b] = [tensor(1, { requiresGrad: true }), tensor(0, { requiresGrad: true })];
   * const opt = new SGD([w], { lr: 0.1 });
   * opt.addParamGroup({ params: [b], lr: 0.01 });
   * opt.paramGroups.map((group) => group.lr) // [ 0.1, 0.01 ]
   */
  addParamGroup(group: ParameterGroupOptions<Options>): void {
    const { params, ...own } = group;
    const list = params instanceof Tensor ? [params] : [...listOf(this.name, params)];
    const known = new Set(this.groups.flatMap((other) => other.params));
    for (const parameter of list) {
      this.checkParameter(parameter);
      if (known.has(parameter)) {
        throw new ArgumentError(
          `${this.name}: a parameter of shape [${parameter.shape.join(", ")}] is given twice; ` +
            "each belongs to one group, once.",
        );
      }
      known.add(parameter);
    }
    const options = this.complete(own as unknown as Partial<Options>);
    this.validate(options);
    this.groups.push({ ...options, params: list });
    this.changes += 1;
  }

  /** All options, from those given and the defaults of the rest; unknown ones are refused. */
  private complete(options: Partial<Options>): Options {
    return readOptions<Options>(this.name, options, this.defaults as Required<Options>, leftOut);
  }

  private checkParameter(parameter: Tensor): void {
    if (!(parameter instanceof Tensor)) {
      throw new ArgumentError(
        `${this.name}: ${String(parameter)} is no tensor; pass tensors that require grad.`,
      );
    }
    if (!parameter.isLeaf) {
      throw new ArgumentError(
        `${this.name}: a tensor of shape [${parameter.shape.join(", ")}] was computed from ` +
          "others, so " +
          "backward() leaves no gradient in it; optimize the leaves it was computed from, or " +
          "x.detach().requiresGrad_().",
      );
    }
  }

  /**
   * Forgets the gradients of all parameters, so that the next backward() starts from nothing. With
   * `setToNone` false they become zeros instead of `null`.
   * @example
   * const w = tensor(3, { requiresGrad: true });
   * const opt = new SGD([w], { lr: 0.1 });
   * w.square().backward();
   * opt.zeroGrad();
   * w.grad // null
   */
  zeroGrad(setToNone = true): void {
    for (const { params } of this.groups) concerns(params);
    for (const { params } of this.groups) {
      for (const parameter of params) {
        if (setToNone) parameter.grad = null;
        else if (parameter.grad !== null) parameter.grad = parameter.newZeros(parameter.shape);
      }
    }
  }

  /**
   * Changes every parameter that has a gradient, by the algorithm. With a `closure`, that is called
   * first to compute the loss and its gradients, and what it returns is returned.
   * @example
   * const w = tensor(3, { requiresGrad: true });
   * const opt = new SGD([w], { lr: 0.1 });
   * w.square().backward();
   * opt.step();
   * w.item().toFixed(4) // 2.4000
   */
  step(): void;
  step(closure: () => Tensor): Tensor;
  step(closure?: () => Tensor): Tensor | undefined {
    const loss = closure === undefined ? undefined : enableGrad(closure);
    // All of them before any parameter moves: what throws changes nothing.
    for (const group of this.groups) this.validate(group);
    if (isCaptured()) {
      restsOn(`the groups of ${this.name}, their options and its state`, this.premises());
    }
    noGrad(() => {
      for (const group of this.groups) {
        for (const parameter of group.params) {
          const gradient = gradientOf(parameter);
          if (gradient === null) continue;
          this.update(parameter, gradient, group, this.stateOf(parameter, group));
        }
      }
    });
    this.realizeAll();
    return loss;
  }

  /**
   * For a compiled step, whose JavaScript does not run again: whether there are the same groups of
   * the same parameters, with as much to remember, and options that choose the same ways to
   * compute. Numbers may change, but for whether they are 0.
   */
  private premises(): () => unknown {
    const groups = this.groups.map((group) => ({
      group,
      params: [...group.params],
      options: { ...group } as Options,
    }));
    return () => {
      // What nobody else has nobody else has changed.
      if (!this.areShown) return this.changes;
      if (groups.length !== this.groups.length) return false;
      for (let i = 0; i < groups.length; i++) {
        const own = groups[i]!;
        const { group, params } = own;
        if (this.groups[i] !== group || !sameItems(group.params, params)) return false;
        if (this.sameOptions(group, own.options)) continue;
        for (const name of Object.keys(this.defaults) as (keyof Options)[]) {
          if (choiceOf(name, group[name]) !== choiceOf(name, own.options[name])) return false;
        }
        this.validate(group);
        own.options = { ...group };
      }
      return this.changes;
    };
  }

  private sameOptions(a: Options, b: Options): boolean {
    for (const name in this.defaults) if (a[name] !== b[name]) return false;
    return true;
  }

  /** Computes what the step has changed, so that nothing waits from step to step. */
  protected realizeAll(): void {
    const changed: Tensor[] = [];
    for (const { params } of this.groups) for (const one of params) changed.push(one);
    for (const state of this.state.values() as Iterable<ParameterState>) {
      for (const name in state) {
        const value = state[name]!;
        if (value instanceof Tensor) changed.push(value);
        else if (Array.isArray(value)) {
          for (const one of value as unknown[]) if (one instanceof Tensor) changed.push(one);
        }
      }
    }
    realize(changed);
  }

  private stateOf(parameter: Tensor, group: ParameterGroup<Options>): State {
    let state = this.state.get(parameter);
    if (state === undefined) {
      state = this.initialState(parameter, group);
      this.state.set(parameter, state);
      this.changes += 1;
    }
    return state;
  }

  /**
   * A copy of the options and the state, to go on from later with loadStateDict().
   * @example
   * const opt = new SGD([tensor(1, { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });
   * opt.stateDict().paramGroups[0].momentum // 0.9
   */
  stateDict(): OptimizerState<Options> {
    const parameters = this.groups.flatMap(({ params }) => params);
    const state: Record<number, ParameterState> = {};
    parameters.forEach((parameter, i) => {
      const own = this.state.get(parameter) as ParameterState | undefined;
      if (own !== undefined && Object.keys(own).length > 0) state[i] = copyState(own);
    });
    const position = new Map(parameters.map((parameter, i) => [parameter, i]));
    const paramGroups = this.groups.map((group) => ({
      ...group,
      params: group.params.map((parameter) => position.get(parameter)!),
    }));
    return { state, paramGroups };
  }

  /**
   * Takes over options and state from stateDict(), for an optimizer with as many groups of as many
   * parameters of the same shapes; anything else is an ArgumentError or a ShapeError, and changes
   * nothing.
   * @example
   * const w = tensor(1, { requiresGrad: true });
   * const saved = new SGD([w], { lr: 0.5 }).stateDict();
   * const opt = new SGD([w], { lr: 0.1 });
   * opt.loadStateDict(saved);
   * opt.paramGroups[0].lr // 0.5
   */
  loadStateDict(saved: OptimizerState<Options>): void {
    const { state: given, paramGroups } = (saved ?? {}) as Partial<OptimizerState<Options>>;
    if (!Array.isArray(paramGroups) || typeof given !== "object") {
      throw new ArgumentError(
        `${this.name}.loadStateDict: this is no state; pass what stateDict() gave.`,
      );
    }
    const parameters = this.groups.flatMap(({ params }) => params);
    const sizes = (groups: readonly { params: readonly unknown[] }[]): string =>
      groups.map(({ params }) => params.length).join(", ");
    if (sizes(saved.paramGroups) !== sizes(this.groups)) {
      throw new ArgumentError(
        `${this.name}.loadStateDict: the saved groups have ${sizes(saved.paramGroups)} ` +
          "parameters, " +
          `these have ${sizes(this.groups)}; build the optimizer as it was when it was saved.`,
      );
    }
    const groups = this.groups.flatMap((group) => group.params.map(() => group));
    const states = parameters.map((parameter, i) => {
      const own = saved.state[i];
      if (own === undefined) return null;
      const missing = Object.keys(this.initialState(parameter, groups[i]!)).find(
        (key) => !(key in own),
      );
      if (missing !== undefined) {
        throw new ArgumentError(
          `${this.name}.loadStateDict: the state of parameter ${i} has no ${missing}; ` +
            `load the state of the same kind of optimizer.`,
        );
      }
      this.checkState(parameter, own, i);
      return copyState(own) as State;
    });
    for (const group of saved.paramGroups) this.validate(group);
    saved.paramGroups.forEach((group, i) => {
      Object.assign(this.groups[i]!, group, { params: this.groups[i]!.params });
    });
    this.state.clear();
    this.changes += 1;
    parameters.forEach((parameter, i) => {
      const own = states[i];
      if (own !== undefined && own !== null) this.state.set(parameter, own);
    });
    this.realizeAll();
  }

  /** Throws a ShapeError for state that cannot be that of a parameter, the i-th. */
  protected checkState(parameter: Tensor, state: ParameterState, i: number): void {
    for (const [key, value] of Object.entries(state)) {
      if (!(value instanceof Tensor) || sameItems(value.shape, parameter.shape)) continue;
      throw new ShapeError(
        `${this.name}.loadStateDict: ${key} of parameter ${i} has shape ` +
          `[${value.shape.join(", ")}], ` +
          `the parameter [${parameter.shape.join(", ")}]; load the state of the same model.`,
      );
    }
  }
}

/**
 * An average that moves: `share` of what it was, and of `value` the rest.
 * @internal
 */
export const averaged = (average: Tensor, value: Tensor, share: () => number): Tensor =>
  average.mul_(hostScalar(share)).add_(value.mul(hostScalar(() => 1 - share())));

/** What of an option chooses a way to compute: all of it, but for numbers. */
function choiceOf(name: PropertyKey, option: unknown): unknown {
  if (name === "lr" || Array.isArray(option)) return null;
  return typeof option === "number" ? option !== 0 : option;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const copyState = (state: ParameterState): ParameterState =>
  Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map(copyOne) : copyOne(value as Tensor | number),
    ]),
  );

const copyOne = (value: Tensor | number): Tensor | number =>
  value instanceof Tensor ? value.detach().clone() : value;

function listOf<Item>(name: string, parameters: Iterable<Item>): Iterable<Item> {
  if (typeof parameters === "object" && parameters !== null && Symbol.iterator in parameters) {
    return parameters;
  }
  throw new ArgumentError(
    `${name}: the parameters must come in a list, for example new ${name}([w, b], { lr: 0.1 }).`,
  );
}
