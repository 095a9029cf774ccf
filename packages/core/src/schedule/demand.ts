/**
 * The policy `onDemand`: nodes wait until a value is asked for, and then all that wait run as one
 * plan. What becomes of a round: values that were asked for, written into a tensor, left in a
 * `.grad`, detached, or that a backward pass began with, and all that nothing consumes, are kept.
 * Others are computed on the way and forgotten; if one is needed after all, it is computed again
 * from the inputs it still holds, and its plan keeps it from then on. Read next: schedule/plan.ts.
 */
import type { Backend } from "../backends/backend.js";
import { StaleError } from "../errors.js";
import { Buffer } from "../graph/buffer.js";
import { computed } from "../graph/node.js";
import type { Node } from "../graph/node.js";
import { formatShape } from "../graph/shape.js";
import type { Storage } from "../graph/storage.js";
import { PlanCache } from "./cache.js";
import { runNow } from "./flush.js";
import type { Policy } from "./flush.js";
import { Plan } from "./plan.js";
import type { Onlooker, Spare } from "./plan.js";
import { compileWith } from "./replay.js";
import { hashOf, Round, tapeOf } from "./round.js";
import type { Recorded } from "./round.js";

/** Nodes that may wait, before they run one by one: more than a recurrent net of fifty steps. */
const MOST_NODES = 10_000;

/** Bytes that waiting nodes may keep from the collector, before all of them run. */
const MOST_BYTES = 2 ** 26;

export function onDemand(backend: Backend, onlooker: Onlooker | null = null): Policy {
  const plans = new PlanCache();
  let round = new Round();
  let written: Storage[] = [];
  let spares: Spare[] = [];
  let last: Plan | null = null;

  function record(node: Node): void {
    const { inputs } = node;
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i]!;
      if (input.round === round) continue;
      if (input.buffer === null) {
        const reason = revive(input);
        if (reason !== null) return giveUp(node, Buffer.ofNothing(reason));
        // Kept this time: what is carried from round to round would grow by a round each time.
        if (input.round === round) round.want(input);
      } else if (!round.hasRead(input) && input.buffer.isLost) return giveUp(node, input.buffer);
    }
    if (node.operation.work === null && inputs[0]!.buffer !== null) runNow(node);
    else {
      round.add(node);
      if (round.nodes.length >= MOST_NODES) {
        if (onlooker === null) runOneByOne();
        else onlooker.onRun(round.nodes, null, runOneByOne);
      } else if (round.held > MOST_BYTES) realize([]);
    }
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
      else round.add(one);
    }
    return null;
  }

  /** What cannot be computed any more is an error when it is read, and not before. */
  function giveUp(node: Node, nothing: Buffer): void {
    computed(node, nothing);
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
    for (const { node, place } of changed) {
      if (place !== null) places.push({ node, buffer: place });
    }
    const { nodes, leaves } = own;
    own.end(plan);
    plan.run(nodes, leaves, places);
    for (const storage of changed) storage.settle();
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
    const reason = node.round === round ? null : revive(node);
    if (reason !== null) throw new StaleError(reason);
    if (node.round === round) round.want(node);
  }

  const planOf = (tape: Recorded, moving?: ReadonlySet<number>): Plan =>
    new Plan(backend, tape, onlooker, moving);

  function find(own: Round): Plan {
    const tape = tapeOf(own.nodes, own);
    const key = hashOf(tape);
    const alike = plans.alike(key);
    const known = alike.find((one) => one.matches(tape));
    if (known !== undefined) return known;
    // What has been put at one place and is put at another now may move on.
    const moving = alike.map((one) => one.moving(tape)).find((slots) => slots !== null);
    const plan = planOf(tape, moving ?? undefined);
    plans.add(key, plan);
    return plan;
  }

  function runOneByOne(): void {
    // The list is emptied on the way, so that a result which nobody has goes at once.
    const waiting = round.nodes.reverse();
    round.end(null);
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
    compile: (run) => compileWith(policy, planOf)(run),
  };
  return policy;
}

/** What is said where a value is needed that a later version has taken the place of. */
const whyLost = ({ operation }: Node, leaf: Node): string =>
  `${operation.name}: a result of it is read, two or more steps after it was made, for the first ` +
  `time, and the tensor of shape ${formatShape(leaf.shape)} it is computed from has been written ` +
  "over twice; read or detach() the result in its own step.";
