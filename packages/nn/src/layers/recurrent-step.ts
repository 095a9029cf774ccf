/**
 * One step of a recurrent network: from what the input and the last state come to under their
 * weights, to the next state. The three kinds, and what cells (recurrent-cell.ts) and whole layers
 * (recurrent.ts) share.
 */
import { empty } from "@nabla/core";
import type { Tensor } from "@nabla/core";

import * as F from "../functional/index.js";
import { uniform_ } from "../init.js";
import { parameter } from "../members.js";

/** A kind of recurrent network. */
export interface Kind {
  /** How many vectors of the size of the state the weights make. */
  readonly gates: number;
  /** How many tensors the state is: one, or two for LSTM. */
  readonly states: number;
  /** The next state, from the weighted input and the weighted first tensor of the state. */
  readonly step: (input: Tensor, hidden: Tensor, state: readonly Tensor[]) => Tensor[];
}

/** tanh, or relu, of the sum. Source: Elman, "Finding structure in time" (1990). */
export const elman = (nonlinearity: "tanh" | "relu"): Kind => ({
  gates: 1,
  states: 1,
  step: (input, hidden) => [input.add(hidden)[nonlinearity]()],
});

/**
 * Gates in the order input, forget, cell, output. Source: Hochreiter and Schmidhuber, "Long
 * short-term memory" (1997), with the forget gate of Gers et al. (2000).
 */
export const longShortTerm: Kind = {
  gates: 4,
  states: 2,
  step: (input, hidden, [, cell]) => {
    const [i, f, g, o] = input.add(hidden).chunk(4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const next = f.sigmoid().mul(cell!).add(i.sigmoid().mul(g.tanh()));
    return [o.sigmoid().mul(next.tanh()), next];
  },
};

/**
 * Gates in the order reset, update, new; the reset gate is a factor of the weighted state, its bias
 * included. Source: Cho et al., "Learning phrase representations" (2014), version v1.
 */
export const gated: Kind = {
  gates: 3,
  states: 1,
  step: (input, hidden, [state]) => {
    const [inputR, inputZ, inputN] = input.chunk(3, -1) as [Tensor, Tensor, Tensor];
    const [hiddenR, hiddenZ, hiddenN] = hidden.chunk(3, -1) as [Tensor, Tensor, Tensor];
    const reset = inputR.add(hiddenR).sigmoid();
    const update = inputZ.add(hiddenZ).sigmoid();
    const fresh = inputN.add(reset.mul(hiddenN)).tanh();
    return [fresh.add(update.mul(state!.sub(fresh)))];
  },
};

/** The weights of one direction of one layer. */
export interface Weights {
  readonly weightIh: Tensor;
  readonly weightHh: Tensor;
  readonly biasIh: Tensor | null;
  readonly biasHh: Tensor | null;
}

/** New weights, yet to be drawn. */
export function makeWeights(rows: number, inputs: number, hidden: number, bias: boolean): Weights {
  return {
    weightIh: parameter(empty([rows, inputs])),
    weightHh: parameter(empty([rows, hidden])),
    biasIh: bias ? parameter(empty([rows])) : null,
    biasHh: bias ? parameter(empty([rows])) : null,
  };
}

/** PyTorch's default of all recurrent networks: uniform between ±1 / √hiddenSize. */
export function drawWeights(parameters: readonly Tensor[], hiddenSize: number): void {
  const bound = 1 / Math.sqrt(hiddenSize);
  for (const one of parameters) uniform_(one, -bound, bound);
}

/**
 * All steps over a sequence [steps, ...], in order or backwards: the outputs, and the last state.
 */
export function unroll(
  kind: Kind,
  { weightIh, weightHh, biasIh, biasHh }: Weights,
  sequence: Tensor,
  initial: readonly Tensor[],
  isReverse: boolean,
): { outputs: Tensor[]; state: readonly Tensor[] } {
  const inputs = F.linear(sequence, weightIh, biasIh).unbind(0);
  if (isReverse) inputs.reverse();
  let state = initial;
  const outputs = inputs.map((input) => {
    state = kind.step(input, F.linear(state[0]!, weightHh, biasHh), state);
    return state[0]!;
  });
  if (isReverse) outputs.reverse();
  return { outputs, state };
}
