/**
 * The policy `onDemand`: nodes wait until a value is asked for, and then all that wait run as one
 * plan. What becomes of a round: values that were asked for, written into a tensor, left in a
 * `.grad`, detached, or that a backward pass began with, and small ones that nothing consumes, are
 * kept. Others are computed on the way and forgotten; if one is needed after all, it is computed
 * again from the inputs it still holds, and its plan keeps it from then on. Read next:
 * schedule/plan.ts.
 */
import type { Backend } from "../backends/backend.js";
import type { Node } from "../graph/node.js";
import type { Storage } from "../graph/storage.js";
import { runNow } from "./flush.js";
import type { Policy } from "./flush.js";
import { hashOf, Plan } from "./plan.js";
import type { Spare } from "./plan.js";
import { Round } from "./round.js";

/** Nodes that may wait, before they run one by one. */
const MOST_NODES = 5_000;

/** Bytes that waiting nodes may keep from the collector, before all of them run. */
const MOST_BYTES = 2 ** 26;

/** Plans that are remembered. */
const MOST_PLANS = 256;

export function onDemand(backend: Backend): Policy {
  const plans = new Map<string, Plan[]>();
  let round = new Round();
  let written: Storage[] = [];
  let spares: Spare[] = [];
  let last: Plan | null = null;

  function record(node: Node): void {
    const { inputs } = node;
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i]!;
      if (input.buffer === null && input.round !== round) revive(input);
    }
    if (node.operation.work === null && inputs[0]!.buffer !== null) runNow(node);
    else {
      round.add(node);
      if (round.nodes.length >= MOST_NODES) runOneByOne();
      else if (round.held > MOST_BYTES) realize([]);
    }
  }

  /** Takes a node that ran without being kept into the round again, after what it needs. */
  function revive(node: Node): void {
    if (node.round instanceof Round) node.round.plan?.remember(node.slot);
    const stack = [node];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const missing = top.inputs.find((one) => one.buffer === null && one.round !== round);
      if (missing !== undefined) {
        stack.push(missing);
        continue;
      }
      stack.pop();
      if (top.buffer !== null || top.round === round) continue;
      if (top.operation.work === null && top.inputs[0]!.buffer !== null) runNow(top);
      else round.add(top);
    }
  }

  function realize(asked: readonly Node[]): void {
    for (const node of asked) want(node);
    for (const { node } of written) want(node);
    if (round.nodes.length === 0) return;
    const [own, changed, places] = [round, written, spares];
    begin();
    const plan = own.asExpected() ?? find(own);
    if (last !== null) last.next = plan;
    last = plan;
    round.expected = plan.next;
    for (const { node, spare } of changed) {
      if (spare?.buffer?.shared === false && spare.forks === 0) {
        places.push({ node, buffer: spare.buffer });
      }
    }
    const { nodes, leaves } = own;
    own.close();
    plan.run(own, nodes, leaves, places);
    for (const storage of changed) settle(storage);
  }

  function begin(): void {
    round = new Round();
    written = [];
    spares = [];
  }

  /** One that ran without being kept is computed now, before its inputs are gone. */
  function keep(node: Node): void {
    if (node.buffer === null && node.round !== round) realize([node]);
    else if (node.buffer === null) round.want(node);
  }

  function want(node: Node): void {
    if (node.buffer !== null) return;
    if (node.round !== round) revive(node);
    if (node.round === round) round.want(node);
  }

  function find(own: Round): Plan {
    const codes = own.codes();
    const key = hashOf(own.nodes);
    const alike = plans.get(key) ?? [];
    const known = alike.find((plan) => plan.matches(own, codes));
    if (known !== undefined) return known;
    const plan = new Plan(backend, own, codes);
    plans.delete(key);
    plans.set(key, [plan, ...alike.slice(0, 3)]);
    for (const oldest of plans.keys()) {
      if (plans.size <= MOST_PLANS) break;
      plans.delete(oldest);
    }
    return plan;
  }

  function runOneByOne(): void {
    // The list is emptied on the way, so that a result which nobody has goes at once.
    const waiting = round.nodes.reverse();
    round.close();
    begin();
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node.buffer === null) runNow(node);
    }
  }

  return {
    record,
    keep,
    write: (storage) => written.push(storage),
    reuse: (node, buffer) => spares.push({ node, buffer }),
    realize,
  };
}

/**
 * A storage that is written at every step keeps two places and changes between them: the version
 * before the current one has its elements still, the one before that is lost.
 */
function settle(storage: Storage): void {
  const { node, current } = storage;
  if (node === current) return;
  storage.spare = current;
  storage.current = node.operation.work === null ? null : node;
}
