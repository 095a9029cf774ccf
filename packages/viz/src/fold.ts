/**
 * Large graphs made small enough to look at: modules become one part each, where names tell of any;
 * else what repeats is shown once at its beginning and once at its end, and if that is not enough,
 * only the first and the last of the rest. Not here: what is drawn of it (graph.ts).
 */
import type { GraphNode } from "@nabla/core/inspect";

import { writeShape } from "./labels.js";

/** Nodes that are drawn as one. */
export interface Fold {
  readonly nodes: GraphNode[];
  /** What comes again and again; empty where nothing does. */
  readonly period: readonly GraphNode[];
  /** The module that they are; `null` where they are none. */
  readonly module: string | null;
}

/** A node or a fold, in the order of the graph. */
export type Part = GraphNode | Fold;

export const isFold = (part: Part): part is Fold => "period" in part;

/** At most `most` parts. `nameOf` gives the name of a leaf: modules are what stands before dots. */
export function folded(
  graph: readonly GraphNode[],
  most: number,
  nameOf: (leaf: GraphNode) => string,
): Part[] {
  if (graph.length <= most) return [...graph];
  const modules = byModules(graph, most, nameOf);
  if (modules !== null) return modules;
  const parts = withoutRepetition(graph);
  if (parts.length <= most) return parts;
  const half = Math.floor((most - 1) / 2);
  const [from, to] = [most - 1 - half, parts.length - half];
  const nodes = parts.slice(from, to).flatMap((part) => (isFold(part) ? part.nodes : [part]));
  return [...parts.slice(0, from), { nodes, period: [], module: null }, ...parts.slice(to)];
}

/** A part for each module, as deep as there is room for; `null` if there are none, or too many. */
function byModules(
  graph: readonly GraphNode[],
  most: number,
  nameOf: (leaf: GraphNode) => string,
): Part[] | null {
  const leaves = graph.filter(({ leaf }) => leaf !== null);
  const paths = leaves.map((leaf) => nameOf(leaf).split(".").slice(0, -1));
  const deepest = paths.reduce((depth, path) => Math.max(depth, path.length), 0);
  for (let depth = deepest; depth > 0; depth--) {
    const owners = new Map<GraphNode, string>();
    leaves.forEach((leaf, i) => {
      if (paths[i]!.length > 0) owners.set(leaf, paths[i]!.slice(0, depth).join("."));
    });
    assign(graph, owners);
    const parts: Part[] = [];
    const found = new Map<string, Fold>();
    for (const node of graph) {
      const module = owners.get(node);
      const known = module === undefined ? undefined : found.get(module);
      if (known !== undefined) known.nodes.push(node);
      else if (module === undefined) parts.push(node);
      else {
        const fold = { nodes: [node], period: [], module };
        found.set(module, fold);
        parts.push(fold);
      }
    }
    if (parts.length <= most) return parts;
  }
  return null;
}

/** Operations belong to the module whose parameters they take, and those between them too. */
function assign(graph: readonly GraphNode[], owners: Map<GraphNode, string>): void {
  const parameters = new Map(owners);
  const takers = new Map<GraphNode, GraphNode[]>();
  const forward = [...graph].reverse().filter(({ op }) => op !== null);
  for (const node of forward) {
    const inputs = node.inputs.filter((input) => input !== null && takesPart(input));
    for (const input of inputs) {
      const known = takers.get(input!);
      if (known === undefined) takers.set(input!, [node]);
      else known.push(node);
    }
    const modules = inputs.map((input) => parameters.get(input!));
    const owner = modules.find((module) => module !== undefined);
    if (owner === undefined) continue;
    owners.set(node, owner);
    // What is made of parameters alone, such as a matrix turned round, is as good as they are.
    const isPure = inputs.length === node.inputs.length;
    if (isPure && modules.every((module) => module === owner)) parameters.set(node, owner);
  }
  for (const node of forward.filter((other) => !owners.has(other))) {
    const after = new Set(takers.get(node)?.map((taker) => owners.get(taker)));
    const before = node.inputs.map((input) => input && owners.get(input));
    const module = before.find((owner) => typeof owner === "string" && after.has(owner));
    if (typeof module === "string") owners.set(node, module);
  }
}

/** Whether a gradient goes there. */
const takesPart = (node: GraphNode | null): boolean =>
  node !== null && (node.op !== null || node.leaf !== null);

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
      parts.push(...first, { nodes, period: first, module: null }, ...last);
      i = end;
    } else {
      parts.push(graph[i]!);
      i += 1;
    }
  }
  return parts;
}
