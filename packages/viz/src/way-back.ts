/**
 * The backward pass, one step at a time, for those who look on: it goes as backward() does and adds
 * to no `.grad`. Not here: what is said of a step (explain.ts), or drawn (graph.ts).
 */
import { ArgumentError, GradientError, Tensor } from "@nabla/core";
import { graphOf } from "@nabla/core/inspect";
import type { GraphNode } from "@nabla/core/inspect";

import { writeShape } from "./labels.js";

/** The graph behind a tensor, or an error of the function `name` that says why there is none. */
export function readGraph(name: string, loss: Tensor): readonly GraphNode[] {
  if (!(loss instanceof Tensor)) {
    throw new ArgumentError(
      `${name}: this is no tensor; pass the result of a computation, such as ` +
        `${name}(w.mul(2).square()).`,
    );
  }
  const graph = graphOf(loss);
  if (graph.length > 0) return graph;
  throw new GradientError(
    `${name}: this tensor does not require grad, so nothing remembers how it was computed; make ` +
      "what it is computed from with { requiresGrad: true }, outside of noGrad().",
  );
}

/** One step: a gradient arrives at a node, and the inputs get their shares of it. */
export interface Step {
  readonly node: GraphNode;
  /** The gradient: the sum of all that arrived. */
  readonly g: Tensor;
  /** Who passed it on; nobody where it starts. */
  readonly from: readonly GraphNode[];
  /** What each input gets; `null` for constants, and where there is no derivative. */
  readonly shares: readonly (Tensor | null)[];
}

/** All steps from the first node of a graph to its leaves, in the order of backward(). */
export function* wayBack(
  name: string,
  graph: readonly GraphNode[],
  gradient?: Tensor | null,
): Generator<Step> {
  const arrived = new Map<GraphNode, { g: Tensor; from: GraphNode[] }>();
  const [first] = graph;
  arrived.set(first!, { g: start(name, first!, gradient), from: [] });
  for (const node of graph) {
    const arrival = arrived.get(node);
    if (arrival === undefined) continue;
    arrived.delete(node);
    const shares = node.inputs.map((input, i) => {
      const share = node.share(i, arrival.g);
      if (share === null || input === null) return null;
      const before = arrived.get(input);
      if (before === undefined) arrived.set(input, { g: share, from: [node] });
      else {
        before.g = before.g.add(share);
        before.from.push(node);
      }
      return share;
    });
    yield { node, ...arrival, shares };
  }
}

function start(name: string, { value, shape }: GraphNode, gradient?: Tensor | null): Tensor {
  const loss = value!;
  if (gradient === undefined || gradient === null) {
    if (loss.numel() === 1) return loss.newOnes(shape);
    throw new GradientError(
      `${name}: a tensor of shape ${writeShape(shape)} is no single number, so its derivative ` +
        "needs a direction; reduce it first, for example x.sum(), or pass { gradient } of its " +
        "shape.",
    );
  }
  if (!(gradient instanceof Tensor) || writeShape(gradient.shape) !== writeShape(shape)) {
    throw new ArgumentError(
      `${name}: the gradient is no tensor of shape ${writeShape(shape)}, as the one it is the ` +
        "gradient of; pass one of that shape.",
    );
  }
  return gradient.detach().to(loss.dtype);
}
