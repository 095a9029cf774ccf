/**
 * Recurrent networks over sequences: several layers, one direction or both. One step:
 * recurrent-cell.ts; the formulas: recurrent-step.ts.
 */
import { ShapeError, cat, stack } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import { checkRange, checkRank, checkShape, checkSize, checkTensors } from "../checks.js";
import * as F from "../functional/index.js";
import { Module } from "../module.js";
import type { Recurring } from "../shape-types.js";
import { checkCounts, layerOptions } from "./layer.js";
import { checkNonlinearity, checkPair } from "./recurrent-cell.js";
import { drawWeights, elman, gated, longShortTerm, makeWeights, unroll } from "./recurrent-step.js";
import type { Kind, Weights } from "./recurrent-step.js";

/** What `LSTM` and `GRU` take last. */
export interface RecurrentOptions {
  /** So many layers, each over the outputs of the one before; 1 unless said otherwise. */
  readonly numLayers?: number;
  /** Whether something is added that is learned, too; `true` unless said otherwise. */
  readonly bias?: boolean;
  /** Whether inputs and outputs are [n, steps, ...] and not [steps, n, ...]; `false` unless. */
  readonly batchFirst?: boolean;
  /** The probability with which outputs between layers are left out in training; 0 unless said. */
  readonly dropout?: number;
  /** Whether sequences are gone through backwards, too; `false` unless said otherwise. */
  readonly bidirectional?: boolean;
}

/** What `RNN` takes last. */
export interface RNNOptions extends RecurrentOptions {
  /** `"tanh"` unless said otherwise. */
  readonly nonlinearity?: "tanh" | "relu";
}

const defaults = {
  numLayers: 1,
  bias: true,
  batchFirst: false,
  dropout: 0,
  bidirectional: false,
};

/** What all kinds have. */
abstract class Recurrent extends Module {
  /** The size of the inputs. */
  readonly inputSize: number;
  /** The size of the states. */
  readonly hiddenSize: number;
  /** The number of layers. */
  readonly numLayers: number;
  /** Whether there are biases. */
  readonly bias: boolean;
  /** Whether inputs and outputs are [n, steps, ...]. */
  readonly batchFirst: boolean;
  /** The probability with which outputs between layers are left out in training. */
  dropout: number;
  /** Whether sequences are gone through backwards, too. */
  readonly bidirectional: boolean;
  readonly #kind: Kind;

  /** `weightIhL0`, and `weightIhL0Reverse` backwards: [gates · hiddenSize, inputs of the layer]. */
  [weightIh: `weightIhL${string}`]: Tensor;
  /** `weightHhL0`: [gates · hiddenSize, hiddenSize]. */
  [weightHh: `weightHhL${string}`]: Tensor;
  /** `biasIhL0`: [gates · hiddenSize], or null. */
  [biasIh: `biasIhL${string}`]: Tensor | null;
  /** `biasHhL0`: [gates · hiddenSize], or null. */
  [biasHh: `biasHhL${string}`]: Tensor | null;

  protected constructor(
    inputSize: number,
    hiddenSize: number,
    options: Required<RecurrentOptions>,
    kind: Kind,
  ) {
    super();
    const { name } = new.target;
    const { numLayers, bias, batchFirst, dropout, bidirectional } = options;
    checkCounts(name, { inputSize, hiddenSize, numLayers });
    checkRange(name, "dropout", dropout, 0, 1);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    this.#kind = kind;
    for (let layer = 0; layer < numLayers; layer++) {
      const inputs = layer === 0 ? inputSize : hiddenSize * this.endings().length;
      for (const ending of this.endings()) {
        const made = makeWeights(kind.gates * hiddenSize, inputs, hiddenSize, bias);
        this[`weightIhL${layer}${ending}`] = made.weightIh;
        this[`weightHhL${layer}${ending}`] = made.weightHh;
        this[`biasIhL${layer}${ending}`] = made.biasIh;
        this[`biasHhL${layer}${ending}`] = made.biasHh;
      }
    }
    this.resetParameters();
  }

  /** Draws the parameters anew, uniform between ±1 / √hiddenSize. */
  resetParameters(): void {
    drawWeights(this.parameters(), this.hiddenSize);
  }

  /** What the names of weights end with, for each direction. */
  private endings(): readonly string[] {
    return this.bidirectional ? ["", "Reverse"] : [""];
  }

  private weights(layer: number, ending: string): Weights {
    return {
      weightIh: this[`weightIhL${layer}${ending}`]!,
      weightHh: this[`weightHhL${layer}${ending}`]!,
      biasIh: this[`biasIhL${layer}${ending}`] ?? null,
      biasHh: this[`biasHhL${layer}${ending}`] ?? null,
    };
  }

  /** The outputs of the last layer, and the last states [layers · directions, n, hiddenSize]. */
  protected run(
    input: Tensor,
    given: readonly Tensor[] | null,
  ): { output: Tensor; states: Tensor[] } {
    const { name } = this.constructor;
    checkTensors(name, { input });
    const isBatch = input.dim() === 3;
    const order = this.batchFirst ? "n, steps" : "steps, n";
    checkRank(name, input, [2, 3], `[${order}, ${this.inputSize}], or without n`);
    checkSize(name, input, -1, this.inputSize);
    const time = isBatch && this.batchFirst ? 1 : 0;
    let sequence = input.movedim(time, 0);
    if (sequence.size(0) === 0) throw new ShapeError(`${name}: the input has no steps.`);
    const batch = sequence.shape.slice(1, -1);
    const endings = this.endings();
    const shape = [this.numLayers * endings.length, ...batch, this.hiddenSize];
    for (const state of given ?? []) {
      checkTensors(name, { state });
      checkShape(name, "the state", state, shape);
    }
    const zeros = (): Tensor => input.newZeros(shape);
    const initial = given ?? Array.from({ length: this.#kind.states }, zeros);
    const last: (readonly Tensor[])[] = [];
    for (let layer = 0; layer < this.numLayers; layer++) {
      const outputs = endings.map((ending, i) => {
        const at = layer * endings.length + i;
        const start = initial.map((state) => state.select(0, at));
        const done = unroll(this.#kind, this.weights(layer, ending), sequence, start, i === 1);
        last.push(done.state);
        return stack(done.outputs);
      });
      sequence = cat(outputs, -1);
      if (layer < this.numLayers - 1) {
        sequence = F.dropout(sequence, { p: this.dropout, training: this.training });
      }
    }
    const states = initial.map((_, i) => stack(last.map((state) => state[i]!)));
    return { output: sequence.movedim(0, time), states };
  }
}

/**
 * A recurrent network of Elman's kind over sequences [steps, n, inputSize] ([n, steps, inputSize]
 * with `batchFirst`, or without n): gives the outputs of every step, [steps, n, hiddenSize], or
 * twice as many in both directions, and the last states, [layers · directions, n, hiddenSize]. It
 * may be given states to start from, else they are 0. Parameters are called as in PyTorch:
 * `weightIhL0`, `weightHhL0`, `biasIhL0`, `biasHhL0`, `weightIhL0Reverse`, and start uniform
 * between ±1 / √hiddenSize. Sequences of several lengths (PackedSequence) are not there.
 * @example
 * const [output, hidden] = new RNN(3, 2, { numLayers: 2 }).call(ones([4, 5, 3]));
 * output.shape // [ 4, 5, 2 ]
 * hidden.shape // [ 2, 5, 2 ]
 */
export class RNN<
  In extends number = number,
  Size extends number = number,
  const O extends RNNOptions = number extends In ? RNNOptions : object,
> extends Recurrent {
  constructor(inputSize: In, hiddenSize: Size, options?: O) {
    const all = { ...defaults, nonlinearity: "tanh" } as const;
    const { nonlinearity, ...rest } = layerOptions<RNNOptions>("RNN", options ?? {}, all);
    super(inputSize, hiddenSize, rest, elman(checkNonlinearity("RNN", nonlinearity)));
  }

  override forward(input: Tensor, hidden: Tensor | null = null): [output: Tensor, hidden: Tensor] {
    const { output, states } = this.run(input, hidden === null ? null : [hidden]);
    return [output, states[0]!];
  }
}
export interface RNN<
  In extends number,
  Size extends number,
  O extends RNNOptions,
> extends Recurring<`RNN(${In}, ${Size})`, In, Size, O, "state"> {}

/**
 * An LSTM over sequences: as `RNN`, but its state is a pair [hidden, cell]. It has no `projSize`.
 * @example
 * const lstm = new LSTM(3, 2, { bidirectional: true, batchFirst: true });
 * const [output, [hidden, cell]] = lstm.call(ones([5, 4, 3]));
 * output.shape // [ 5, 4, 4 ]
 * cell.shape // [ 2, 5, 2 ]
 */
export class LSTM<
  In extends number = number,
  Size extends number = number,
  const O extends RecurrentOptions = number extends In ? RecurrentOptions : object,
> extends Recurrent {
  constructor(inputSize: In, hiddenSize: Size, options?: O) {
    super(
      inputSize,
      hiddenSize,
      layerOptions<RecurrentOptions>("LSTM", options ?? {}, defaults),
      longShortTerm,
    );
  }

  override forward(
    input: Tensor,
    state: readonly [hidden: Tensor, cell: Tensor] | null = null,
  ): [output: Tensor, state: [hidden: Tensor, cell: Tensor]] {
    checkPair("LSTM", state);
    const { output, states } = this.run(input, state);
    return [output, states as [Tensor, Tensor]];
  }
}
export interface LSTM<
  In extends number,
  Size extends number,
  O extends RecurrentOptions,
> extends Recurring<`LSTM(${In}, ${Size})`, In, Size, O, "states"> {}

/**
 * A GRU over sequences: as `RNN`, with gates.
 * @example
 * const [output, hidden] = new GRU(3, 2).call(ones([4, 5, 3]));
 * output.shape // [ 4, 5, 2 ]
 * hidden.shape // [ 1, 5, 2 ]
 */
export class GRU<
  In extends number = number,
  Size extends number = number,
  const O extends RecurrentOptions = number extends In ? RecurrentOptions : object,
> extends Recurrent {
  constructor(inputSize: In, hiddenSize: Size, options?: O) {
    super(
      inputSize,
      hiddenSize,
      layerOptions<RecurrentOptions>("GRU", options ?? {}, defaults),
      gated,
    );
  }

  override forward(input: Tensor, hidden: Tensor | null = null): [output: Tensor, hidden: Tensor] {
    const { output, states } = this.run(input, hidden === null ? null : [hidden]);
    return [output, states[0]!];
  }
}
export interface GRU<
  In extends number,
  Size extends number,
  O extends RecurrentOptions,
> extends Recurring<`GRU(${In}, ${Size})`, In, Size, O, "state"> {}
