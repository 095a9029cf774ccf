/**
 * L-BFGS: steps that follow the curvature, guessed from the last changes of the gradient. It calls
 * the closure several times in one step and reads values, so a step cannot be compiled. For
 * functions without noise. The line search: strong-wolfe.ts.
 */
import { ArgumentError, cat, enableGrad, noGrad, ShapeError, Tensor } from "@nabla/core";
import { gradientOf, refuseCompile } from "@nabla/core/engine";

import { checkCounts, checkNumbers, checkWord } from "./checks.js";
import { Optimizer } from "./optimizer.js";
import type { ParameterGroupOptions, ParameterState } from "./optimizer.js";
import { strongWolfe } from "./strong-wolfe.js";
import type { Place } from "./strong-wolfe.js";

/** The options of LBFGS. */
export interface LBFGSOptions {
  /** How far along the direction to go, or to try first; 1 unless said otherwise. */
  readonly lr?: number;
  /** Iterations in one step; 20 unless said otherwise. */
  readonly maxIter?: number;
  /** Calls of the closure in one step; 5/4 of `maxIter` unless said otherwise. */
  readonly maxEval?: number | null;
  /** A step ends when no element of the gradient is larger; 1e-7 unless said otherwise. */
  readonly toleranceGrad?: number;
  /** A step ends when parameters or loss change by less; 1e-9 unless said otherwise. */
  readonly toleranceChange?: number;
  /** Changes that are remembered; 100 unless said otherwise. */
  readonly historySize?: number;
  /** How far to go: `lr`, if `null`, or where a line search ends. */
  readonly lineSearchFn?: "strong_wolfe" | null;
}

/** What LBFGS remembers, all parameters as one vector; in the state of the first parameter. */
export interface LBFGSState {
  funcEvals: number;
  nIter: number;
  /** The last direction, and how far it was followed. */
  d?: Tensor;
  t?: number;
  /** Changes of the gradient and of the parameters, and 1 over their products, oldest first. */
  oldDirs?: Tensor[];
  oldStps?: Tensor[];
  ro?: number[];
  /** The guessed curvature is that of the identity over this. */
  hDiag?: number;
  prevFlatGrad?: Tensor;
  prevLoss?: number;
}

const defaults: Required<LBFGSOptions> = {
  lr: 1,
  maxIter: 20,
  maxEval: null,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
};

const largest = (x: Tensor): number => x.abs().max().item();

/**
 * L-BFGS, as PyTorch's `torch.optim.LBFGS`: Nocedal and Wright, "Numerical Optimization" (2006),
 * algorithms 7.4 (the direction) and 7.5. A step needs a closure, which computes the loss and its
 * gradients and may be called many times. Throws an ArgumentError for a step without one, for
 * several groups, and for options that mean nothing.
 * @example
 * const w = tensor([1.5, -2], { requiresGrad: true });
 * const opt = new LBFGS([w], { lineSearchFn: "strong_wolfe" });
 * opt.step(() => {
 *   opt.zeroGrad();
 *   const loss = w.sub(tensor([3, 4])).square().sum();
 *   loss.backward();
 *   return loss;
 * });
 * w // tensor([3.0000, 4.0000], requiresGrad=true)
 */
export class LBFGS extends Optimizer<Required<LBFGSOptions>, LBFGSState> {
  /** The parameters, and options. */
  constructor(parameters: Iterable<Tensor>, options: LBFGSOptions = {}) {
    super(parameters, defaults, options);
  }

  protected override validate(options: Required<LBFGSOptions>): void {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize } = options;
    checkNumbers("LBFGS", { lr, toleranceGrad, toleranceChange });
    checkCounts("LBFGS", { maxIter, historySize, ...(maxEval !== null && { maxEval }) });
    checkWord("LBFGS", "lineSearchFn", options.lineSearchFn, [null, "strong_wolfe"]);
  }

  /**
   * Throws an ArgumentError for a second group: all parameters are one vector with one set of
   * options.
   * @example
   * const opt = new LBFGS([tensor(1, { requiresGrad: true })]);
   * const more = { params: [tensor(2, { requiresGrad: true })] };
   * opt.addParamGroup(more) // throws ArgumentError: LBFGS: all parameters are one vector
   */
  override addParamGroup(group: ParameterGroupOptions<Required<LBFGSOptions>>): void {
    if (this.paramGroups.length > 0) {
      throw new ArgumentError(
        "LBFGS: all parameters are one vector with one set of options, so there is one group; " +
          "pass them in one list, new LBFGS([w, b]).",
      );
    }
    super.addParamGroup(group);
  }

  protected override initialState(): LBFGSState {
    return { funcEvals: 0, nIter: 0 };
  }

  protected override checkState(_parameter: Tensor, state: ParameterState, i: number): void {
    const count = this.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0);
    for (const [key, value] of Object.entries(state)) {
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (!(one instanceof Tensor) || (one.dim() === 1 && one.numel() === count)) continue;
        throw new ShapeError(
          `LBFGS.loadStateDict: ${key} of parameter ${i} has shape ` +
            `[${one.shape.join(", ")}], and the parameters have ${count} elements; ` +
            "load the state of the same model.",
        );
      }
    }
  }

  /** One parameter alone has no step here. */
  protected override update(): void {}

  /**
   * Goes on for `maxIter` iterations or until nothing changes any more, and returns the loss of
   * before. Throws an ArgumentError without a closure.
   * @example
   * const opt = new LBFGS([tensor(1, { requiresGrad: true })]);
   * opt.step() // throws ArgumentError: LBFGS: a step needs a closure
   */
  override step(closure?: () => Tensor): Tensor {
    refuseCompile(
      "LBFGS.step",
      "its search reads the loss to decide how to go on; call it in a plain loop, or compile the " +
        "loss and its gradients only",
    );
    if (closure === undefined) {
      throw new ArgumentError(
        "LBFGS: a step needs a closure, which it calls several times; for example " +
          "opt.step(() => { opt.zeroGrad(); const loss = lossOf(x); loss.backward(); " +
          "return loss; }).",
      );
    }
    const [options] = this.paramGroups;
    this.validate(options!);
    const [first] = this.parameters();
    const state = this.state.get(first!) ?? this.initialState();
    this.state.set(first!, state);
    return noGrad(() => this.iterate(closure, options!, state));
  }

  private iterate(
    closure: () => Tensor,
    { lr, maxIter, maxEval, toleranceGrad, toleranceChange, ...rest }: Required<LBFGSOptions>,
    state: LBFGSState,
  ): Tensor {
    const mostCalls = maxEval ?? Math.floor((maxIter * 5) / 4);
    let calls = 0;
    const call = (): Tensor => {
      calls += 1;
      state.funcEvals += 1;
      return enableGrad(closure);
    };
    const first = call();
    let loss = first.item();
    let gradient = this.gradient();
    if (largest(gradient) <= toleranceGrad) return first;

    for (let i = 1; i <= maxIter; i++) {
      state.nIter += 1;
      const direction = this.direction(state, gradient, rest.historySize);
      const isFirst = state.nIter === 1;
      let t = isFirst ? Math.min(1, 1 / gradient.abs().sum().item()) * lr : lr;
      const slope = gradient.dot(direction).item();
      Object.assign(state, { d: direction, t, prevFlatGrad: gradient, prevLoss: loss });
      if (slope > -toleranceChange) break;
      const before = loss;
      const starts = this.parameters().map((parameter) => parameter.clone());
      if (rest.lineSearchFn === "strong_wolfe") {
        const evaluate = (far: number): Place => {
          this.moveTo(starts, direction.mul(far));
          const value = call().item();
          const here = this.gradient();
          return { t: far, value, gradient: here, slope: here.dot(direction).item() };
        };
        const start = { t: 0, value: loss, gradient, slope };
        ({ t, value: loss, gradient } = strongWolfe(evaluate, start, t, largest(direction)));
        this.moveTo(starts, direction.mul(t));
        state.t = t;
      } else {
        this.moveTo(starts, direction.mul(t));
        // After the last iteration nobody needs to know where it led.
        if (i === maxIter) break;
        loss = call().item();
        gradient = this.gradient();
      }
      if (calls >= mostCalls || largest(gradient) <= toleranceGrad) break;
      if (largest(direction.mul(t)) <= toleranceChange) break;
      if (Math.abs(loss - before) < toleranceChange) break;
    }
    this.realizeAll();
    return first;
  }

  /** Against the gradient, with the curvature of the changes remembered: the two loops. */
  private direction(state: LBFGSState, gradient: Tensor, historySize: number): Tensor {
    const { d, t, prevFlatGrad } = state;
    if (state.nIter === 1 || d === undefined || t === undefined || prevFlatGrad === undefined) {
      Object.assign(state, { oldDirs: [], oldStps: [], ro: [], hDiag: 1 });
      return gradient.neg();
    }
    const { oldDirs = [], oldStps = [], ro = [] } = state;
    const [y, s] = [gradient.sub(prevFlatGrad), d.mul(t)];
    const product = y.dot(s).item();
    if (product > 1e-10) {
      if (oldDirs.length >= historySize) for (const list of [oldDirs, oldStps, ro]) list.shift();
      oldDirs.push(y);
      oldStps.push(s);
      ro.push(1 / product);
      state.hDiag = product / y.dot(y).item();
    }
    const shares: number[] = [];
    let direction = gradient.neg();
    for (let i = ro.length - 1; i >= 0; i--) {
      shares[i] = oldStps[i]!.dot(direction).item() * ro[i]!;
      direction = direction.sub(oldDirs[i]!.mul(shares[i]!));
    }
    direction = direction.mul(state.hDiag ?? 1);
    for (let i = 0; i < ro.length; i++) {
      const share = oldDirs[i]!.dot(direction).item() * ro[i]!;
      direction = direction.add(oldStps[i]!.mul(shares[i]! - share));
    }
    return direction;
  }

  private parameters(): readonly Tensor[] {
    return this.paramGroups[0]!.params;
  }

  /** All gradients as one vector, zeros where there is none. */
  private gradient(): Tensor {
    return cat(
      this.parameters().map((parameter) =>
        (gradientOf(parameter)?.clone() ?? parameter.newZeros(parameter.shape)).reshape([-1]),
      ),
    );
  }

  /** Puts the parameters where a step from `starts` leads. */
  private moveTo(starts: readonly Tensor[], step: Tensor): void {
    let from = 0;
    this.parameters().forEach((parameter, i) => {
      const part = step.narrow(0, from, parameter.numel()).reshape([...parameter.shape]);
      parameter.copy_(starts[i]!.add(part));
      from += parameter.numel();
    });
  }
}
