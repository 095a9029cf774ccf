/**
 * The policy `onDemand`: nodes wait until a value is asked for, and then all that wait run as one
 * plan. What becomes of a round: values that were asked for, written into a tensor, left in a
 * `.grad`, detached, or that a backward pass began with, and small ones that nothing consumes, are
 * kept. Others are computed on the way and forgotten; if one is needed after all, it is computed
 * again from the inputs it still holds, and its plan keeps it from then on. Read next:
 * schedule/plan.ts.
 */
import type { Backend } from "../backends/backend.js";
import { StaleError } from "../errors.js";
import { Buffer } from "../graph/buffer.js";
import type { Node } from "../graph/node.js";
import { formatShape } from "../graph/shape.js";
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

/** Who looks on, as report.ts does for NABLA_DEBUG. */
export interface Onlooker {
  /** These run now, as one plan or, `null`, one by one; `run` has to be called. */
  onRun(nodes: readonly Node[], plan: Plan | null, run: () => void): void;
}

export function onDemand(backend: Backend, onlooker: Onlooker | null = null): Policy {
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
      if (input.buffer === null) {
        const reason = revive(input);
        if (reason !== null) return giveUp(node, Buffer.ofNothing(reason));
      } else if (input.buffer.isLost) return giveUp(node, input.buffer);
      else hold(input, input.buffer);
    }
    if (node.operation.work === null && inputs[0]!.buffer !== null) runNow(node);
    else {
      wait(node);
      if (nodes.length >= MOST_NODES) {
        if (onlooker === null) runOneByOne();
        else onlooker.onRun(nodes, null, runOneByOne);
      } else if (held > MOST_BYTES) realize([]);
    }
  }

  /** Counts what would be gone by now if nothing waited: given elements that no plan has read. */
  function hold(input: Node, buffer: Buffer): void {
    input.round = round;
    if (buffer.reads === 0) held += buffer.ownBytes ?? 0;
  }

  /**
   * Takes a node that ran without being kept into the round again, after what it needs; gives the
   * reason where that is gone.
   */
  function revive(node: Node): string | null {
    const [needed, stack] = [new Set<Node>(), [node]];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const lost = top.inputs.find(({ buffer }) => buffer?.isLost === true);
      if (lost !== undefined) return whyLost(top, lost);
      const isMissing = (one: Node): boolean =>
        one.buffer === null && one.round !== round && !needed.has(one);
      const missing = top.inputs.find(isMissing);
      if (missing !== undefined) stack.push(missing);
      else needed.add(stack.pop()!);
    }
    if (node.round instanceof Round) node.round.plan?.remember(node.slot);
    for (const one of needed) {
      if (one.operation.work === null && one.inputs[0]!.buffer !== null) runNow(one);
      else wait(one);
    }
    return null;
  }

  /** What cannot be computed any more is an error when it is read, and not before. */
  function giveUp(node: Node, nothing: Buffer): void {
    node.buffer = nothing;
    node.inputs = [];
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
    for (const { node, place } of changed) {
      if (place !== null) places.push({ node, buffer: place });
    }
    if (onlooker === null) plan.run(ready, own, places);
    else onlooker.onRun(ready, plan, () => plan.run(ready, own, places));
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
    const reason = node.round === round ? null : revive(node);
    if (reason !== null) throw new StaleError(reason);
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
    compile: (run) => compileWith(policy, backend)(run),
  };
  return policy;
}

/** What is said where a value is needed that a later version has taken the place of. */
const whyLost = ({ operation }: Node, leaf: Node): string =>
  `${operation.name}: a result of it is read, two or more steps after it was made, for the first ` +
  `time, and the tensor of shape ${formatShape(leaf.shape)} it is computed from has been written ` +
  "over twice; read or detach() the result in its own step.";
