/**
 * Large graphs made small enough to look at: what repeats is shown once at its beginning and once
 * at its end, and if that is not enough, only the first and the last of the rest. Not here: what is
 * drawn of it (graph.ts).
 */
import type { GraphNode } from "@nabla/core/inspect";

import { writeShape } from "./labels.js";

/** Nodes that are drawn as one. */
export interface Fold {
  readonly nodes: GraphNode[];
  /** What comes again and again; empty where nothing does. */
  readonly period: readonly GraphNode[];
}

/** A node or a fold, in the order of the graph. */
export type Part = GraphNode | Fold;

export const isFold = (part: Part): part is Fold => "period" in part;

/** At most `most` parts. */
export function folded(graph: readonly GraphNode[], most: number): Part[] {
  if (graph.length <= most) return [...graph];
  const parts = withoutRepetition(graph);
  if (parts.length <= most) return parts;
  const half = Math.floor((most - 1) / 2);
  const [from, to] = [most - 1 - half, parts.length - half];
  const nodes = parts.slice(from, to).flatMap((part) => (isFold(part) ? part.nodes : [part]));
  return [...parts.slice(0, from), { nodes, period: [] }, ...parts.slice(to)];
}

/** The longest stretch of operations that is looked for again, and how often it must come. */
const [LONGEST, LEAST_TIMES] = [60, 4];

function withoutRepetition(graph: readonly GraphNode[]): Part[] {
  const known = new Map<string, number>();
  const kinds = graph.map((node) => {
    const key = `${node.op} ${node.inputs.length} ${writeShape(node.shape)} ${node.dtype}`;
    if (!known.has(key)) known.set(key, known.size);
    return known.get(key)!;
  });
  // agreeing[p][i]: how many in a row from i on are of the kind of the one p places later.
  const agreeing = Array.from({ length: LONGEST + 1 }, () => new Int32Array(graph.length + 1));
  for (let p = 1; p <= LONGEST; p++) {
    const run = agreeing[p]!;
    for (let i = graph.length - p - 1; i >= 0; i--) {
      run[i] = kinds[i] === kinds[i + p] ? run[i + 1]! + 1 : 0;
    }
  }
  const parts: Part[] = [];
  for (let i = 0; i < graph.length;) {
    let [period, times] = [1, 1];
    for (let p = 1; p <= LONGEST; p++) {
      const found = Math.floor(agreeing[p]![i]! / p) + 1;
      if (found >= LEAST_TIMES && found * p > times * period) [period, times] = [p, found];
    }
    if (times >= LEAST_TIMES) {
      const end = i + period * times;
      const [first, last] = [graph.slice(i, i + period), graph.slice(end - period, end)];
      const nodes = graph.slice(i + period, end - period);
      parts.push(...first, { nodes, period: first }, ...last);
      i = end;
    } else {
      parts.push(graph[i]!);
      i += 1;
    }
  }
  return parts;
}
