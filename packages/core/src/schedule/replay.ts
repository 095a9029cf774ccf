/**
 * A compiled step: what one call of a function recorded, laid out once more at every later call
 * with the values of that call, and run as one plan. JavaScript of the function does not run again;
 * what it does besides recording was noted by schedule/capture.ts, and so was what has to hold for
 * the step to be the right one. Not here: what users call (compile.ts). Read next:
 * schedule/plan.ts.
 */
import { CompileError } from "../errors.js";
import { construct, scalar } from "../graph/construct.js";
import { mode } from "../graph/mode.js";
import { dataNode, Node } from "../graph/node.js";
import { sameShape } from "../graph/shape.js";
import type { Storage } from "../graph/storage.js";
import type { Tensor } from "../tensor.js";
import { Capturing, copied } from "./capture.js";
import type { Source } from "./capture.js";
import type { Compile, Policy } from "./flush.js";
import type { Plan, Spare } from "./plan.js";
import { tapeOf } from "./round.js";
import type { Recorded } from "./round.js";
import { givenBy, isTensor, mapTree, mismatch, signatureOf } from "./signature.js";
import type { Given, Signature } from "./signature.js";

/** Steps that one function may be at the same time: for the last, smaller batch, for eval. */
const MOST_STEPS = 8;

/** Makes a plan for what was recorded. */
type PlanOf = (tape: Recorded) => Plan;

/** Makes compiled steps of functions that otherwise run by a policy. */
export const compileWith =
  (policy: Policy, planOf: PlanOf): Compile =>
  <Arguments extends unknown[], Result>(
    run: (...args: Arguments) => Result,
  ): ((...args: Arguments) => Result) => {
    let steps: Step[] = [];
    /** Tensors whose gradients the function is known to be concerned with. */
    const parameters = new Set<Tensor>();
    let isFirst = true;
    return (...args: Arguments) => {
      let reason = "it is captured for the first time";
      for (const step of steps) {
        const given: Given = { tensors: [], numbers: [] };
        reason = step.mismatch(args, given) ?? "";
        if (reason !== "") continue;
        if (step !== steps[0]) steps = [step, ...steps.filter((other) => other !== step)];
        return step.replay(given) as Result;
      }
      if (isFirst) {
        const result = observed(() => run(...args), parameters);
        isFirst = false;
        return mapTree(result, withoutGraph) as Result;
      }
      mode.onRecapture?.(reason);
      const [step, result] = capture(policy, planOf, run, args, parameters);
      steps = [step, ...steps.slice(0, MOST_STEPS - 1)];
      return result;
    };
  };

/** A function run the ordinary way, while the leaves it uses are noted. */
function observed<Result>(run: () => Result, parameters: Set<Tensor>): Result {
  const { onRecord } = mode;
  mode.onRecord = (node, tensors = []) => {
    for (const tensor of tensors) if (tensor.ownOrigin?.leaf === tensor) parameters.add(tensor);
    onRecord(node, tensors);
  };
  try {
    return run();
  } finally {
    mode.onRecord = onRecord;
  }
}

/** What a compiled function returns has no graph: backward() belongs inside. */
const withoutGraph = (value: unknown): unknown =>
  isTensor(value) && !value.isLeaf ? value.detach() : value;

/** A value as a result of a step: computed, or one that was there before. */
type Outcome = { readonly slot: number } | { readonly leaf: number };

/** What a step does to the gradient of a tensor. */
interface Change {
  readonly parameter: Tensor;
  readonly wasNull: boolean;
  /** `undefined`: nothing; `null`: it is dropped. */
  readonly becomes: Outcome | null | undefined;
}

/** What a step returns, where it is no value of its own. */
class Returned {
  readonly outcome: Outcome | null;
  readonly argument: number;

  constructor(outcome: Outcome | null, argument = -1) {
    this.outcome = outcome;
    this.argument = argument;
  }
}

function capture<Arguments extends unknown[], Result>(
  policy: Policy,
  planOf: PlanOf,
  run: (...args: Arguments) => Result,
  args: Arguments,
  parameters: Set<Tensor>,
): [Step, Result] {
  const signature = signatureOf(args);
  const { tensors, numbers } = givenBy(args);
  for (const { node } of tensors) if (node.buffer === null) policy.realize([node]);
  const aliases = tensors.map(aliasOf);
  const capturing = new Capturing(policy, aliases, numbers);
  capturing.concerns(parameters);
  let [tensor, number] = [0, 0];
  const standIns = mapTree(args, (part) => {
    if (isTensor(part) && part === tensors[tensor]) return aliases[tensor++];
    if (typeof part === "number" && part === numbers[number]) return capturing.argument(number++);
    return part;
  });
  const { gradients } = mode;
  const result = capturing.watch(() => {
    const returned = run(...(standIns as Arguments));
    // Views of what was written are made when they are looked at, which belongs to the step.
    mapTree(returned, (part) => isTensor(part) && part.node);
    for (const { ownGrad } of capturing.concerned.keys()) void ownGrad?.node;
    return returned;
  });
  for (const parameter of capturing.concerned.keys()) parameters.add(parameter);
  const step = new Step(policy, planOf, { capturing, signature, gradients, result, aliases });
  return [step, step.first(tensors) as Result];
}

/** The same elements, in the same storage, of another tensor. */
function aliasOf(x: Tensor): Tensor {
  const alias = construct.tensor(x.node, null);
  alias.showStorage(x.storage);
  return alias;
}

interface Captured {
  readonly capturing: Capturing;
  readonly signature: Signature;
  readonly gradients: boolean;
  readonly result: unknown;
  readonly aliases: readonly Tensor[];
}

class Step {
  private readonly policy: Policy;
  private readonly capturing: Capturing;
  private readonly signature: Signature;
  private readonly gradients: boolean;
  private readonly plan: Plan;
  /** The nodes that lead to what can be seen afterwards, and their inputs, as the plan has them. */
  private readonly nodes: readonly Node[];
  /** What was there before; the plan knows the first of them. */
  private readonly leaves: Node[];
  private readonly planned: number;
  private readonly writes: readonly { readonly storage: Storage; readonly value: Outcome }[];
  private readonly changes: readonly Change[];
  private readonly returned: unknown;

  constructor(policy: Policy, planOf: PlanOf, captured: Captured) {
    const { capturing, signature, gradients, result, aliases } = captured;
    const { round } = capturing;
    this.policy = policy;
    this.capturing = capturing;
    this.signature = signature;
    this.gradients = gradients;
    const written = [...capturing.written];
    const changes = [...capturing.concerned.values()].map(({ parameter, before }) => {
      const after = parameter.ownGrad;
      return { parameter, before, after: after === before ? undefined : after };
    });
    const isOwn = (tensor: Tensor): boolean =>
      capturing.closedOver.has(tensor) ||
      capturing.concerned.has(tensor) ||
      (tensor.node.round !== round && !capturing.sources.has(tensor.node));
    const results: Tensor[] = [];
    mapTree(result, (part) => {
      if (part instanceof Promise) {
        capturing.refuse("an async function", "await outside: step(await load())");
      }
      if (isTensor(part) && !aliases.includes(part) && !isOwn(part)) results.push(part);
      return part;
    });
    const seen = [
      ...written.map(({ node }) => node),
      ...changes.flatMap(({ after }) => after?.node ?? []),
      ...results.map(({ node }) => node),
    ];
    const needed = new Set(seen);
    for (const node of needed) {
      if (node.round === round) for (const input of node.inputs) needed.add(input);
    }
    this.nodes = capturing.nodes.filter((node) => needed.has(node));
    this.nodes.forEach((node, slot) => (node.slot = slot));
    for (const node of seen) node.wanted = true;
    const tape = tapeOf(this.nodes, round);
    this.plan = planOf(tape);
    this.leaves = [...tape.leaves];
    this.planned = this.leaves.length;
    const outcomeOf = (node: Node): Outcome => {
      if (node.round === round) return { slot: node.slot };
      const at = this.leaves.indexOf(node);
      return { leaf: at >= 0 ? at : this.leaves.push(node) - 1 };
    };
    this.writes = written.map((storage) => ({ storage, value: outcomeOf(storage.node) }));
    this.changes = changes.map(({ parameter, before, after }) => ({
      parameter,
      wasNull: before === null,
      becomes: after === undefined || after === null ? after : outcomeOf(after.node),
    }));
    this.returned = mapTree(result, (part) => {
      if (!isTensor(part)) return part;
      const argument = aliases.indexOf(part);
      if (argument >= 0) return new Returned(null, argument);
      return isOwn(part) ? part : new Returned(outcomeOf(part.node));
    });
  }

  /** Ends the call that was captured: its own nodes run. */
  first(tensors: readonly Tensor[]): unknown {
    const { nodes, leaves } = this;
    this.plan.run(nodes, leaves.slice(0, this.planned), this.spares(nodes));
    for (const { storage } of this.writes) storage.settle();
    return this.results(tensors, (outcome) => nodeAt(outcome, nodes, leaves));
  }

  /** Why this is not the step for these arguments, and as things stand; `null` if it is. */
  mismatch(args: readonly unknown[], given: Given): string | null {
    const { capturing } = this;
    if (mode.gradients !== this.gradients)
      return "noGrad() or enableGrad() is around it, or is not";
    const reason = mismatch(this.signature, args, given);
    if (reason !== null) return reason;
    for (const [tensor, required] of capturing.closedOver) {
      if (tensor.requiresGrad !== required) return "a tensor requires grad, or does not any more";
    }
    for (const { parameter, wasNull } of this.changes) {
      if ((parameter.ownGrad === null) !== wasNull) {
        return `a gradient is ${wasNull ? "there, and was null" : "null, and was there"}`;
      }
    }
    for (const { node, storage } of given.tensors) {
      if (node.buffer === null) this.policy.realize([node]);
      if (capturing.written.has(storage)) return "an argument is a tensor that the function writes";
    }
    const nodeOf = (leaf: Node): Node => this.nodeOf(leaf, given);
    for (let i = 0; i < this.leaves.length; i++) {
      const leaf = this.leaves[i]!;
      if (!sameLayout(leaf, this.layoutOf(leaf, given))) {
        return "a tensor lies in memory in another way, or has another shape or type";
      }
    }
    for (const { on, read, value } of capturing.guards) {
      if (!Object.is(read(nodeOf), value)) return `what it rests on has changed: ${on}`;
    }
    return null;
  }

  replay(given: Given): unknown {
    const { happenings, numbers } = this.capturing;
    given.numbers.forEach((value, i) => (numbers[i] = value));
    for (const happen of happenings) happen();
    const leaves = this.leaves.map((leaf) => this.nodeOf(leaf, given));
    const nodes: Node[] = [];
    for (const [slot, node] of this.nodes.entries()) {
      const inputs = this.plan.entries[slot]!.codes.map(
        (code) => nodes[code] ?? leaves[-1 - code]!,
      );
      const copy = copied(node, inputs);
      copy.slot = slot;
      nodes.push(copy);
    }
    const valueOf = (outcome: Outcome): Node => nodeAt(outcome, nodes, leaves);
    // Gradients that are written are those of before, so they come first.
    const targets = this.writes.map(({ storage }) => this.storageNow(storage));
    this.plan.run(nodes, leaves.slice(0, this.planned), this.spares(nodes));
    this.writes.forEach(({ value }, i) => {
      const storage = targets[i]!;
      storage.write(valueOf(value));
      storage.settle();
    });
    for (const { parameter, becomes } of this.changes) {
      if (becomes === undefined) continue;
      parameter.grad = null;
      parameter.spareGrad = null;
      if (becomes !== null) parameter.leaveGrad(tensorOf(valueOf(becomes)));
    }
    return this.results(given.tensors, valueOf);
  }

  /** Where a storage that is written is now: gradients are other tensors from time to time. */
  private storageNow(storage: Storage): Storage {
    return this.capturing.gradientOf(storage)?.ownGrad?.storage ?? storage;
  }

  private spares(nodes: readonly Node[]): Spare[] {
    return this.writes.flatMap(({ storage, value }) => {
      const { place } = this.storageNow(storage);
      return place === null || !("slot" in value)
        ? []
        : [{ node: nodes[value.slot]!, buffer: place }];
    });
  }

  private results(tensors: readonly Tensor[], valueOf: (outcome: Outcome) => Node): unknown {
    return mapTree(this.returned, (part) => {
      if (!(part instanceof Returned)) return part;
      return part.outcome === null ? tensors[part.argument] : tensorOf(valueOf(part.outcome));
    });
  }

  /** What is in the place of a leaf in this call. */
  private nodeOf(leaf: Node, given: Given): Node {
    const source: Source = this.capturing.sources.get(leaf)!;
    if (source.kind === "number")
      return scalar(this.capturing.numbers[source.index]!, source.dtype).node;
    if (source.kind === "draw") {
      return dataNode(this.capturing.drawings[source.index]!, leaf.shape, leaf.dtype);
    }
    if (source.kind === "view") {
      const base = this.nodeOf(source.of, given);
      const { shape, strides } = leaf;
      const view = new Node(leaf.operation, [], null, leaf.dtype, {
        shape,
        strides,
        offset: base.offset + source.by,
      });
      view.buffer = base.buffer;
      view.buffer!.shared = true;
      return view;
    }
    const node = this.given(source, given);
    if (node.buffer === null) this.policy.realize([node]);
    // Reading elements that are gone throws.
    if (node.buffer!.isLost) void node.buffer!.array;
    return node;
  }

  private given(source: Source, { tensors }: Given): Node {
    switch (source.kind) {
      case "argument":
        return tensors[source.index]!.node;
      case "storage":
        return source.storage.node;
      case "tensor":
        return source.tensor.node;
      case "gradient":
        return source.parameter.ownGrad!.node;
      case "constant":
        return source.node;
      default:
        throw new CompileError(`compile: ${source.kind} has no value yet`);
    }
  }

  /** What of a leaf may differ from call to call, and must not. */
  private layoutOf(leaf: Node, given: Given): Node {
    const source = this.capturing.sources.get(leaf)!;
    const isMade = source.kind === "number" || source.kind === "draw" || source.kind === "view";
    if (source.kind === "view") {
      return sameLayout(source.of, this.layoutOf(source.of, given)) ? leaf : source.of;
    }
    return isMade ? leaf : this.given(source, given);
  }
}

const nodeAt = (outcome: Outcome, nodes: readonly Node[], leaves: readonly Node[]): Node =>
  "slot" in outcome ? nodes[outcome.slot]! : leaves[outcome.leaf]!;

/** A tensor of its own with a value that others may have, too. */
function tensorOf(node: Node): Tensor {
  const tensor = construct.tensor(node, null);
  node.forks += 1;
  return tensor;
}

const sameLayout = (a: Node, b: Node): boolean =>
  a === b ||
  (a.dtype === b.dtype &&
    sameShape(a.shape, b.shape) &&
    (a.strides === b.strides ||
      (a.strides !== null && b.strides !== null && sameShape(a.strides, b.strides))));
