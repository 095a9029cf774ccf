/**
 * The policy `onDemand`: nodes wait until a value is asked for, and then all that wait run as one
 * plan. What becomes of a round: values that were asked for, written into a tensor, left in a
 * `.grad`, detached, or that a backward pass began with, and small ones that nothing consumes, are
 * kept. Others are computed on the way and forgotten; if one is needed after all, it is computed
 * again from the inputs it still holds, and its plan keeps it from then on. Read next:
 * schedule/plan.ts.
 */
import type { Backend } from "../backends/backend.js";
import type { Buffer } from "../graph/buffer.js";
import type { Node } from "../graph/node.js";
import type { Storage } from "../graph/storage.js";
import { runNow } from "./flush.js";
import type { Policy } from "./flush.js";
import { hashOf, Plan, Round } from "./plan.js";
import type { Spare } from "./plan.js";
import { compileWith } from "./replay.js";

/** Nodes that may wait, before they run one by one. */
const MOST_NODES = 5_000;

/** Bytes that waiting nodes may keep from the collector, before all of them run. */
const MOST_BYTES = 2 ** 26;

/** Plans that are remembered. */
const MOST_PLANS = 256;

export function onDemand(backend: Backend): Policy {
  const plans = new Map<string, Plan[]>();
  let nodes: Node[] = [];
  let round = new Round();
  let held = 0;
  let written: Storage[] = [];
  let spares: Spare[] = [];
  let last: Plan | null = null;

  /** Takes a node into the round. */
  function wait(node: Node): void {
    node.round = round;
    node.slot = nodes.push(node) - 1;
  }

  function record(node: Node): void {
    const { inputs } = node;
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i]!;
      if (input.round === round) continue;
      if (input.buffer === null) revive(input);
      else hold(input, input.buffer);
    }
    if (node.operation.work === null && inputs[0]!.buffer !== null) runNow(node);
    else {
      wait(node);
      if (nodes.length >= MOST_NODES) runOneByOne();
      else if (held > MOST_BYTES) realize([]);
    }
  }

  /** Counts what would be gone by now if nothing waited: given elements that no plan has read. */
  function hold(input: Node, buffer: Buffer): void {
    input.round = round;
    if (buffer.reads === 0) held += buffer.ownBytes ?? 0;
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
      else wait(top);
    }
  }

  function realize(asked: readonly Node[]): void {
    for (const node of asked) want(node);
    for (const { node } of written) want(node);
    if (nodes.length === 0) return;
    const [ready, own, changed, places] = [nodes, round, written, spares];
    begin();
    const plan = find(ready, own);
    if (last !== null) last.next = plan;
    last = plan;
    for (const { node, place } of changed) if (place !== null) places.push({ node, buffer: place });
    plan.run(ready, own, places);
    for (const storage of changed) storage.settle();
  }

  function begin(): void {
    nodes = [];
    held = 0;
    round = new Round();
    written = [];
    spares = [];
  }

  /** One that ran without being kept is computed now, before its inputs are gone. */
  function keep(node: Node): void {
    if (node.buffer === null && node.round !== round) realize([node]);
    else node.wanted = true;
  }

  function want(node: Node): void {
    if (node.buffer !== null) return;
    node.wanted = true;
    if (node.round !== round) revive(node);
  }

  function find(ready: readonly Node[], own: Round): Plan {
    const expected = last?.next ?? null;
    if (expected?.matches(ready, own) === true) return expected;
    const key = hashOf(ready);
    const alike = plans.get(key) ?? [];
    const known = alike.find((plan) => plan !== expected && plan.matches(ready, own));
    if (known !== undefined) return known;
    const plan = new Plan(backend, ready, own);
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
    const waiting = nodes.reverse();
    begin();
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node.buffer === null) runNow(node);
    }
  }

  const policy: Policy = {
    record,
    keep,
    write: (storage) => written.push(storage),
    reuse: (node, buffer) => spares.push({ node, buffer }),
    realize,
  };
  return { ...policy, compile: compileWith(policy, backend) };
}
