/**
 * One step of a recurrent network as a layer. Whole sequences: recurrent.ts; the formulas:
 * recurrent-step.ts.
 */
import { ArgumentError } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkRank, checkShape, checkSize, checkTensors } from "../checks.js";
import * as F from "../functional/index.js";
import { Module } from "../module.js";
import type { Maps } from "../shape-types.js";
import { checkCounts, layerOptions } from "./layer.js";
import { drawWeights, elman, gated, longShortTerm, makeWeights } from "./recurrent-step.js";
import type { Kind } from "./recurrent-step.js";

/** What `LSTMCell` and `GRUCell` take last. */
export interface CellOptions {
  /** Whether something is added that is learned, too; `true` unless said otherwise. */
  readonly bias?: boolean;
}

/** What `RNNCell` takes last. */
export interface RNNCellOptions extends CellOptions {
  /** `"tanh"` unless said otherwise. */
  readonly nonlinearity?: "tanh" | "relu";
}

/** What all cells have. */
abstract class Cell extends Module {
  /** The size of the input. */
  readonly inputSize: number;
  /** The size of the state. */
  readonly hiddenSize: number;
  /** What the input is multiplied by, [gates · hiddenSize, inputSize]. */
  weightIh: Tensor;
  /** What the state is multiplied by, [gates · hiddenSize, hiddenSize]. */
  weightHh: Tensor;
  /** [gates · hiddenSize], or null. */
  biasIh: Tensor | null;
  /** [gates · hiddenSize], or null. */
  biasHh: Tensor | null;
  readonly #kind: Kind;

  protected constructor(inputSize: number, hiddenSize: number, bias: boolean, kind: Kind) {
    super();
    checkCounts(new.target.name, { inputSize, hiddenSize });
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.#kind = kind;
    const weights = makeWeights(kind.gates * hiddenSize, inputSize, hiddenSize, bias);
    this.weightIh = weights.weightIh;
    this.weightHh = weights.weightHh;
    this.biasIh = weights.biasIh;
    this.biasHh = weights.biasHh;
    this.resetParameters();
  }

  /** Draws the parameters anew, uniform between ±1 / √hiddenSize. */
  resetParameters(): void {
    drawWeights(this.parameters(), this.hiddenSize);
  }

  /** The next state of inputs [n, inputSize] or [inputSize]. */
  protected next(input: Tensor, given: readonly Tensor[] | null): Tensor[] {
    const { name } = this.constructor;
    checkTensors(name, { input });
    checkRank(name, input, [1, 2], `[n, ${this.inputSize}], or without n`);
    checkSize(name, input, -1, this.inputSize);
    const shape = [...input.shape.slice(0, -1), this.hiddenSize];
    const zeros = (): Tensor => input.newZeros(shape);
    const state = given ?? Array.from({ length: this.#kind.states }, zeros);
    for (const hidden of state) {
      checkTensors(name, { hidden });
      checkShape(name, "the state", hidden, shape);
    }
    const weighted = F.linear(input, this.weightIh, this.biasIh);
    return this.#kind.step(weighted, F.linear(state[0]!, this.weightHh, this.biasHh), state);
  }
}

/**
 * tanh (or relu) of weightIh · input + biasIh + weightHh · state + biasHh: from inputs [n,
 * inputSize] and states [n, hiddenSize], zeros unless given, to the next states; or without n.
 * @example
 * new RNNCell(3, 2).call(ones([5, 3])).shape // [ 5, 2 ]
 */
export class RNNCell<In extends number = number, Size extends number = number> extends Cell {
  constructor(inputSize: In, hiddenSize: Size, options: RNNCellOptions = {}) {
    const defaults = { bias: true, nonlinearity: "tanh" } as const;
    const { bias, nonlinearity } = layerOptions<RNNCellOptions>("RNNCell", options, defaults);
    super(inputSize, hiddenSize, bias, elman(checkNonlinearity("RNNCell", nonlinearity)));
  }

  override forward(input: Tensor, hidden: Tensor | null = null): Tensor {
    return this.next(input, hidden === null ? null : [hidden])[0]!;
  }
}
export interface RNNCell<In extends number, Size extends number> extends Maps<
  ["sequence", `RNNCell(${In}, ${Size})`, In, Size, 1 | 2, "one"]
> {}

/**
 * A step of an LSTM: from inputs [n, inputSize] and a state [hidden, cell], each [n, hiddenSize]
 * and zeros unless given, to the next state; or without n.
 * @example
 * const [hidden, cell] = new LSTMCell(3, 2).call(ones([5, 3]));
 * cell.shape // [ 5, 2 ]
 */
export class LSTMCell<In extends number = number, Size extends number = number> extends Cell {
  constructor(inputSize: In, hiddenSize: Size, options: CellOptions = {}) {
    const { bias } = layerOptions<CellOptions>("LSTMCell", options, { bias: true });
    super(inputSize, hiddenSize, bias, longShortTerm);
  }

  override forward(
    input: Tensor,
    state: readonly [hidden: Tensor, cell: Tensor] | null = null,
  ): [hidden: Tensor, cell: Tensor] {
    checkPair("LSTMCell", state);
    return this.next(input, state) as [Tensor, Tensor];
  }
}
export interface LSTMCell<In extends number, Size extends number> extends Maps<
  ["sequence", `LSTMCell(${In}, ${Size})`, In, Size, 1 | 2, "pair", true]
> {}

/**
 * A step of a GRU: from inputs [n, inputSize] and states [n, hiddenSize], zeros unless given, to
 * the next states; or without n.
 * @example
 * new GRUCell(3, 2).call(ones([5, 3])).shape // [ 5, 2 ]
 */
export class GRUCell<In extends number = number, Size extends number = number> extends Cell {
  constructor(inputSize: In, hiddenSize: Size, options: CellOptions = {}) {
    const { bias } = layerOptions<CellOptions>("GRUCell", options, { bias: true });
    super(inputSize, hiddenSize, bias, gated);
  }

  override forward(input: Tensor, hidden: Tensor | null = null): Tensor {
    return this.next(input, hidden === null ? null : [hidden])[0]!;
  }
}
export interface GRUCell<In extends number, Size extends number> extends Maps<
  ["sequence", `GRUCell(${In}, ${Size})`, In, Size, 1 | 2, "one"]
> {}

/** Throws an ArgumentError unless it is tanh or relu. */
export function checkNonlinearity(name: string, given: "tanh" | "relu"): "tanh" | "relu" {
  if (given === "tanh" || given === "relu") return given;
  throw new ArgumentError(
    `${name}: there is no nonlinearity "${String(given)}"; use "tanh" or "relu".`,
  );
}

/** Throws an ArgumentError unless the state of an LSTM is two tensors, or missing. */
export function checkPair(name: string, state: readonly Tensor[] | null): void {
  if (state === null || (Array.isArray(state) && state.length === 2)) return;
  throw new ArgumentError(`${name}: its state is a list of two tensors, [hidden, cell].`);
}
