/**
 * A compiled step: what one call of a function recorded, laid out once more at every later call
 * with the values of that call, and run as one plan. JavaScript of the function does not run again;
 * what it does besides recording was noted by schedule/capture.ts, and so was what has to hold for
 * the step to be the right one. Not here: what users call (compile.ts). Read next:
 * schedule/plan.ts.
 */
import { OutOfMemory } from "../backends/backend.js";
import { CompileError } from "../errors.js";
import { construct, scalar } from "../graph/construct.js";
import { mode } from "../graph/mode.js";
import { dataNode, Node } from "../graph/node.js";
import type { Origin } from "../graph/origin.js";
import { sameShape } from "../graph/shape.js";
import type { Storage } from "../graph/storage.js";
import type { Tensor } from "../tensor.js";
import { Capturing, copied } from "./capture.js";
import type { Source } from "./capture.js";
import type { Compile, Policy } from "./flush.js";
import type { Plan, Spare } from "./plan.js";
import { ResidentStep } from "./resident.js";
import { tapeOf } from "./round.js";
import type { Recorded } from "./round.js";
import { givenBy, isTensor, mapTree, mismatches, signatureOf } from "./signature.js";
import type { Given, Signature } from "./signature.js";

/** Steps that one function may be at the same time: for the last, smaller batch, for eval. */
const MOST_STEPS = 8;

/** Makes a plan for what was recorded. */
type PlanOf = (tape: Recorded) => Plan;

/** Makes compiled steps of functions that otherwise run by a policy. */
export const compileWith =
  (policy: Policy, planOf: PlanOf): Compile =>
  <Arguments extends unknown[], Result>(
    run: (args: Arguments) => Result,
  ): ((args: Arguments) => Result) => {
    let steps: Step[] = [];
    /** Tensors whose gradients the function is known to be concerned with. */
    const parameters = new Set<Tensor>();
    let isFirst = true;
    return (args: Arguments) => {
      let reason = "it is captured for the first time";
      for (let i = 0; i < steps.length; i++) {
        const step = steps[i]!;
        const difference = step.mismatch(args);
        if (difference !== null) {
          // What has changed since the last call says more than how other steps differ.
          if (i === 0) reason = difference;
          continue;
        }
        if (i > 0) steps = [step, ...steps.filter((other) => other !== step)];
        return step.replay() as Result;
      }
      if (isFirst) {
        const result = observed(() => run(args), parameters);
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

/** A value as a result of a step: the slot of a node, or -1 - the number of a leaf. */
type Outcome = number;

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
  run: (args: Arguments) => Result,
  args: Arguments,
  parameters: Set<Tensor>,
): [Step, Result] {
  const signature = args.map(signatureOf);
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
    const returned = run(standIns as Arguments);
    // Views of what was written are made when they are looked at, which belongs to the step.
    mapTree(returned, (part) => isTensor(part) && part.node);
    for (const { gradient } of capturing.concerned.keys()) void gradient.tensor?.node;
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
  readonly signature: readonly Signature[];
  readonly gradients: boolean;
  readonly result: unknown;
  readonly aliases: readonly Tensor[];
}

class Step {
  private readonly policy: Policy;
  private readonly capturing: Capturing;
  private readonly signature: readonly Signature[];
  private readonly gradients: boolean;
  private readonly plan: Plan;
  /** The nodes that lead to what can be seen afterwards, and their inputs, as the plan has them. */
  private readonly nodes: readonly Node[];
  /** What was there before; the plan knows the first of them. */
  private readonly leaves: Node[];
  private readonly planned: number;
  private readonly writes: readonly { readonly storage: Storage; readonly value: number }[];
  private readonly changes: readonly Change[];
  private readonly returned: unknown;
  /** Whether that is one tensor, which the step computes. */
  private readonly isOneValue: boolean;
  /** What is given anew: what it was when captured, and what it is in this call. */
  private readonly arguments: readonly Node[];
  private readonly given: Given = { tensors: [], numbers: [] };
  private readonly nodeNow = (leaf: Node): Node => this.nodeOf(leaf);
  private readonly closedOver: readonly {
    readonly tensor: Tensor;
    readonly hooks: Origin["hooks"] | undefined;
  }[];
  /** The same step in places of its own; `undefined` as long as nobody tried. */
  private resident: ResidentStep | null | undefined;

  constructor(policy: Policy, planOf: PlanOf, captured: Captured) {
    const { capturing, signature, gradients, result, aliases } = captured;
    const { round } = capturing;
    this.policy = policy;
    this.capturing = capturing;
    this.closedOver = [...capturing.closedOver].map(([tensor, hooks]) => ({ tensor, hooks }));
    this.arguments = aliases.map(({ contents }) => contents);
    this.signature = signature;
    this.gradients = gradients;
    const written = [...capturing.written];
    const changes = [...capturing.concerned.values()].map(({ parameter, before }) => {
      const after = parameter.gradient.tensor;
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
      if (node.round === round) return node.slot;
      const at = this.leaves.indexOf(node);
      return -1 - (at >= 0 ? at : this.leaves.push(node) - 1);
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
    this.isOneValue = this.returned instanceof Returned && this.returned.outcome !== null;
  }

  /** Ends the call that was captured: its own nodes run. */
  first(tensors: readonly Tensor[]): unknown {
    const { nodes, leaves } = this;
    this.plan.run(nodes, leaves.slice(0, this.planned), this.spares(nodes));
    for (const { storage } of this.writes) storage.settle();
    return this.results(tensors, (outcome) => nodeAt(outcome, nodes, leaves));
  }

  /** Why this is not the step for these arguments, and as things stand; `null` if it is. */
  mismatch(args: readonly unknown[]): string | null {
    const { given } = this;
    if (mode.gradients !== this.gradients)
      return "noGrad() or enableGrad() is around it, or is not";
    if (args.length > 0) given.tensors.length = given.numbers.length = 0;
    const reason = mismatches(this.signature, args, given);
    if (reason !== null) return reason;
    const { capturing, resident } = this;
    for (let i = 0; i < given.tensors.length; i++) {
      const { node, storage } = given.tensors[i]!;
      if (node.buffer === null) this.policy.realize([node]);
      if (capturing.written.has(storage)) return "an argument is a tensor that the function writes";
      if (!sameLayout(node, this.arguments[i]!)) return OTHERWISE;
    }
    const moved = resident?.settled === mode.changes ? null : this.moved();
    if (moved !== null) return moved;
    const { guards } = capturing;
    for (let i = 0; i < guards.length; i++) {
      const { on, read, value } = guards[i]!;
      const now = read(this.nodeNow);
      if (now !== value && !Object.is(now, value)) return `what it rests on has changed: ${on}`;
    }
    return null;
  }

  /** What of all that `mode.changes` counts is not as it was; `null` if everything is. */
  private moved(): string | null {
    for (const { tensor, hooks } of this.closedOver) {
      if (tensor.origin?.hooks === hooks) continue;
      const isSame = tensor.requiresGrad === (hooks !== undefined);
      return `a tensor ${isSame ? "has other hooks" : "requires grad, or does not any more"}`;
    }
    for (const { parameter, wasNull } of this.changes) {
      if ((parameter.gradient.tensor === null) === wasNull) continue;
      return `a gradient is ${wasNull ? "there, and was null" : "null, and was there"}`;
    }
    const isSame =
      this.resident?.isSame(this.leaves, sameLayout) ??
      this.leaves.every((leaf) => sameLayout(leaf, this.layoutOf(leaf)));
    return isSame ? null : OTHERWISE;
  }

  /** Does the step once more, with what `mismatch` was given. */
  replay(): unknown {
    const { given } = this;
    const { happenings, numbers } = this.capturing;
    const { changes } = mode;
    let hasMoved = given.numbers.length > 0;
    for (let i = 0; i < given.numbers.length; i++) numbers[i] = given.numbers[i]!;
    for (let i = 0; i < happenings.length; i++) {
      const happening = happenings[i]!;
      const value = happening.run();
      if (happening.number < 0 || value === happening.last) continue;
      numbers[happening.number] = happening.last = value as number;
      hasMoved = true;
    }
    const isStill = mode.changes === changes;
    if (this.resident === undefined) {
      this.resident = this.settleDown();
      this.resident?.set(numbers);
    }
    if (this.resident !== null) {
      try {
        if (hasMoved) this.resident.set(numbers);
        this.resident.replay(given.tensors, isStill);
        return this.resultsOf(this.resident);
      } catch (error) {
        // What is too much for that memory may still fit into arrays; nothing has run yet.
        if (!(error instanceof OutOfMemory)) throw error;
        this.resident = null;
      }
    }
    const leaves = this.leaves.map(this.nodeNow);
    const nodes = this.lay(leaves);
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
      parameter.gradient.replace(becomes === null ? null : tensorOf(valueOf(becomes)));
    }
    return this.results(given.tensors, valueOf);
  }

  /** The recorded nodes once more, from other leaves. */
  private lay(leaves: readonly Node[]): Node[] {
    const nodes: Node[] = [];
    for (const [slot, node] of this.nodes.entries()) {
      const { codes } = this.plan.entries[slot]!;
      const copy = copied(
        node,
        codes.map((code) => nodes[code] ?? leaves[-1 - code]!),
      );
      copy.slot = slot;
      nodes.push(copy);
    }
    return nodes;
  }

  private settleDown(): ResidentStep | null {
    const { policy, capturing, plan, leaves, writes, changes } = this;
    const returned: Outcome[] = [];
    mapTree(this.returned, (part) => {
      if (part instanceof Returned && part.outcome !== null) returned.push(part.outcome);
    });
    const gradients = changes.flatMap(({ parameter, becomes }) =>
      becomes === undefined ? [] : [{ parameter, value: becomes }],
    );
    const nodes = this.lay(leaves);
    const recorded = { policy, capturing, plan, nodes, leaves, writes, gradients, returned };
    const resident = ResidentStep.of(recorded);
    // What it closes over is put in place, and has the layout that was compared a moment ago.
    if (resident?.isSame(leaves, sameLayout) === false) return null;
    return resident;
  }

  /** What is returned; its values come in the order in which they are found there. */
  private resultsOf(resident: ResidentStep): unknown {
    if (this.isOneValue) return tensorOf(resident.result(0));
    let next = 0;
    return this.results(this.given.tensors, () => resident.result(next++));
  }

  /** Where a storage that is written is now: gradients are other tensors from time to time. */
  private storageNow(storage: Storage): Storage {
    return this.capturing.gradientOf(storage)?.gradient.tensor?.storage ?? storage;
  }

  private spares(nodes: readonly Node[]): Spare[] {
    return this.writes.flatMap(({ storage, value }) => {
      const { place } = this.storageNow(storage);
      return place === null || value < 0 ? [] : [{ node: nodes[value]!, buffer: place }];
    });
  }

  private results(tensors: readonly Tensor[], valueOf: (outcome: Outcome) => Node): unknown {
    return mapTree(this.returned, (part) => {
      if (!(part instanceof Returned)) return part;
      return part.outcome === null ? tensors[part.argument] : tensorOf(valueOf(part.outcome));
    });
  }

  /** What is in the place of a leaf in this call. */
  private nodeOf(leaf: Node): Node {
    const source: Source = this.capturing.sources.get(leaf)!;
    const { numbers, drawings } = this.capturing;
    if (source.kind === "number") return scalar(numbers[source.index]!, source.dtype).node;
    if (source.kind === "draw") return dataNode(drawings[source.index]!, leaf.shape, leaf.dtype);
    if (source.kind === "view") {
      const base = this.nodeOf(source.of);
      const { shape, strides } = leaf;
      const placement = { shape, strides, offset: base.offset + source.by };
      const view = new Node(leaf.operation, [], null, leaf.dtype, placement);
      view.buffer = base.buffer;
      view.buffer!.shared = true;
      return view;
    }
    const node = this.found(source);
    if (node.buffer === null) this.policy.realize([node]);
    // Reading elements that are gone throws.
    if (node.buffer!.isLost) void node.buffer!.array;
    return node;
  }

  private found(source: Source): Node {
    switch (source.kind) {
      case "argument":
        return this.given.tensors[source.index]!.node;
      case "storage":
        return source.storage.node;
      case "tensor":
        return source.tensor.node;
      case "gradient":
        return source.parameter.gradient.tensor!.node;
      case "constant":
        return source.node;
      default:
        throw new CompileError(`compile: ${source.kind} has no value yet`);
    }
  }

  /** What is in the place of a leaf, or of what it is a part of; made anew it has its layout. */
  private layoutOf(leaf: Node): Node {
    const source = this.capturing.sources.get(leaf)!;
    if (source.kind === "number" || source.kind === "draw") return leaf;
    if (source.kind !== "view") return this.found(source);
    return sameLayout(source.of, this.layoutOf(source.of)) ? leaf : source.of;
  }
}

const OTHERWISE = "a tensor lies in memory in another way, or has another shape or type";

const nodeAt = (outcome: Outcome, nodes: readonly Node[], leaves: readonly Node[]): Node =>
  outcome >= 0 ? nodes[outcome]! : leaves[-1 - outcome]!;

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
