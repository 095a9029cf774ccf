/**
 * A plan: what was made of a round of recorded nodes, and serves every later round that records the
 * same. Not here: how that is seen (schedule/round.ts), when a round ends (schedule/demand.ts),
 * what is fused (schedule/group.ts).
 */
import type { Backend, Result, Routine } from "../backends/backend.js";
import { MemoryError } from "../errors.js";
import { Buffer } from "../graph/buffer.js";
import { computed } from "../graph/node.js";
import type { Node } from "../graph/node.js";
import { countElements, formatShape, sameShape } from "../graph/shape.js";
import type { FusedKernel } from "../kernel/fused.js";
import { elements } from "./flush.js";
import { group, readBy } from "./group.js";
import type { Grouping } from "./group.js";
import type { Item } from "./item.js";
import { entryOf, hasAttributes, isOfKind, isPlaced, sameLeaf } from "./round.js";
import type { Entry, Leaf, Recorded } from "./round.js";

/** A buffer that nobody reads any more, and the node whose value may take its place. */
export interface Spare {
  readonly node: Node;
  readonly buffer: Buffer;
}

interface Program {
  /** How many buffers there are, with those of the leaves. */
  readonly buffers: number;
  readonly steps: readonly Step[];
  /** The numbers of the buffers of what kernels compute and keep, by slot. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly views: readonly number[];
}

/** A plan that is nothing but kernels; `numbers` are the buffers of slots that are kept. */
export interface Sole {
  readonly kernels: readonly FusedKernel[];
  readonly results: readonly (Result | null)[];
  readonly numbers: ReadonlyMap<number, number>;
}

interface Step {
  /** `null` for an algorithm that is no kernel. */
  readonly routine: Routine | null;
  /** The slots whose values it computes and the numbers of their buffers. */
  readonly publishes: readonly (readonly [slot: number, buffer: number])[];
}

let clock = 0;

/** Who looks on, as report.ts does for NABLA_DEBUG. */
export interface Onlooker {
  /** These run now, as one plan or, `null`, one by one; `run` has to be called. */
  onRun(nodes: readonly Node[], plan: Plan | null, run: () => void): void;
}

export class Plan {
  private readonly backend: Backend;
  private readonly onlooker: Onlooker | null;
  readonly entries: readonly Entry[];
  readonly leaves: readonly Leaf[];
  /** How many of the entries are wanted. */
  readonly wanted: number;
  private readonly remembered = new Set<number>();
  private program: Program | null = null;
  private runs = 0;
  /** When it ran, as a number that rises. */
  lastRun = 0;
  /** What ran after this plan the last time. */
  next: Plan | null = null;

  /** `moving`: slots whose places among zeros are looked up at each run. */
  constructor(
    backend: Backend,
    { nodes, leaves, codes }: Recorded,
    onlooker: Onlooker | null = null,
    moving: ReadonlySet<number> = new Set(),
  ) {
    this.backend = backend;
    this.onlooker = onlooker;
    this.entries = nodes.map((node, slot) => entryOf(node, codes[slot]!, moving.has(slot)));
    this.wanted = nodes.filter(({ wanted }) => wanted).length;
    this.leaves = leaves.map(({ dtype, shape, strides }) => ({ dtype, shape, strides }));
  }

  /** Gives kernels places of their own, where that is possible and nobody looks on. */
  get bind(): NonNullable<Backend["bind"]> | null {
    return this.onlooker === null ? (this.backend.bind ?? null) : null;
  }

  /** The value at a place that was not kept is needed after all: from now on it is kept. */
  remember(slot: number): void {
    this.remembered.add(slot);
    this.program = null;
  }

  /** Whether nothing has to be made before it runs. */
  get isReady(): boolean {
    return this.program !== null;
  }

  /** Whether the value at a place will be there when the plan has run. */
  keeps(slot: number): boolean {
    return this.entries[slot]!.wanted || this.remembered.has(slot);
  }

  /** Whether a round is one of this plan. */
  matches(round: Recorded): boolean {
    return this.differences(round)?.length === 0;
  }

  /**
   * Where this plan and a round put elements among zeros at places of their own, if they differ in
   * nothing else; `null` if they do.
   */
  moving(round: Recorded): ReadonlySet<number> | null {
    const isMoved = (slot: number): boolean => isPlaced(round.nodes[slot]!);
    const moved = this.differences(round);
    if (moved === null || !moved.every(isMoved)) return null;
    const known = [...this.entries.keys()].filter((slot) => this.isMoving(slot) && isMoved(slot));
    return new Set([...moved, ...known]);
  }

  private isMoving(slot: number): boolean {
    return this.entries[slot]!.attributes === null;
  }

  /** The slots where a round has other attributes; `null` if it differs in more. */
  private differences({ nodes, leaves, codes }: Recorded): number[] | null {
    const { entries } = this;
    const isLike =
      nodes.length === entries.length &&
      leaves.length === this.leaves.length &&
      nodes.every((node, slot) => {
        const entry = entries[slot]!;
        const isOne = node.wanted === entry.wanted && isOfKind(node, entry);
        return isOne && sameShape(codes[slot]!, entry.codes);
      }) &&
      leaves.every((leaf, i) => sameLeaf(leaf, this.leaves[i]!));
    if (!isLike) return null;
    return [...nodes.keys()].filter((slot) => !hasAttributes(nodes[slot]!, entries[slot]!));
  }

  /** Runs a round of this plan, or one with other leaves. Throws a MemoryError. */
  run(nodes: readonly Node[], leaves: readonly Node[], spares: readonly Spare[]): void {
    const { onlooker } = this;
    try {
      if (onlooker === null) this.compute(nodes, leaves, spares);
      else onlooker.onRun(nodes, this, () => this.compute(nodes, leaves, spares));
    } catch (error) {
      throw error instanceof RangeError ? whyNoMemory(nodes, error) : error;
    }
  }

  private compute(nodes: readonly Node[], leaves: readonly Node[], spares: readonly Spare[]): void {
    const program = (this.program ??= this.prepare(nodes));
    this.runs += 1;
    this.lastRun = ++clock;
    const buffers = new Array<Buffer | null>(program.buffers);
    const offsets = new Array<number>(leaves.length);
    for (let i = 0; i < leaves.length; i++) {
      const buffer = leaves[i]!.buffer!;
      buffer.reads += 1;
      buffers[i] = buffer;
      offsets[i] = leaves[i]!.offset;
    }
    for (let i = 0; i < spares.length; i++) {
      const { node, buffer } = spares[i]!;
      const number = nodes[node.slot] === node ? program.numbers.get(node.slot) : undefined;
      if (number === undefined || !buffer.canBeTaken || buffers.includes(buffer)) continue;
      buffers[number] = buffer;
    }
    const { steps, views } = program;
    for (let i = 0; i < steps.length; i++) {
      const { routine, publishes } = steps[i]!;
      if (routine === null) {
        const [slot, buffer] = publishes[0]!;
        for (const input of nodes[slot]!.inputs) showBase(input);
        buffers[buffer] = runHost(nodes[slot]!);
      } else {
        routine.run(buffers, offsets);
        for (let k = 0; k < publishes.length; k++) {
          const [slot, buffer] = publishes[k]!;
          computed(nodes[slot]!, buffers[buffer]!);
        }
      }
    }
    for (let i = 0; i < views.length; i++) showBase(nodes[views[i]!]!);
  }

  /** What runs together, of a round of this plan that has not run yet. */
  grouping(nodes: readonly Node[]): Grouping {
    const codes = this.entries.map((entry) => entry.codes);
    const tape = { nodes, codes, leaves: this.leaves.length };
    return group({ ...tape, moves: (slot) => this.isMoving(slot) }, (slot) => this.keeps(slot));
  }

  /** The kernels of a round that has not run yet, if it is nothing else, and their buffers. */
  sole(nodes: readonly Node[]): Sole | null {
    const { parts, stored, results: numbers } = this.grouping(nodes);
    const [part] = parts;
    if (parts.length !== 1 || part!.kind === "host") return null;
    const written = new Map(stored.map((item) => [item.buffer, item]));
    const { kernels } = part!;
    return {
      kernels,
      numbers,
      results: this.resultsOf(kernels, written, new Set(numbers.values())),
    };
  }

  private prepare(nodes: readonly Node[]): Program {
    const { parts, stored, results } = this.grouping(nodes);
    // From the last part to the first: what later ones read has to outlive a part.
    const read = new Set(results.values());
    const written = new Map(stored.map((item) => [item.buffer, item]));
    const steps: Step[] = [];
    for (const part of [...parts].reverse()) {
      if (part.kind === "host") {
        steps.push({ routine: null, publishes: [[part.slot, part.buffer]] });
      } else steps.push(this.routineOf(part.kernels, written, read));
      for (const buffer of readBy(part)) read.add(buffer);
    }
    steps.reverse();
    const views = nodes.flatMap(({ operation }, slot) => (operation.work === null ? [slot] : []));
    const numbers = new Map(
      steps.flatMap(({ routine, publishes }) => (routine === null ? [] : publishes)),
    );
    return { buffers: this.leaves.length + stored.length, steps, numbers, views };
  }

  private routineOf(
    kernels: readonly FusedKernel[],
    written: ReadonlyMap<number, Item>,
    read: ReadonlySet<number>,
  ): Step {
    const results = this.resultsOf(kernels, written, read);
    const publishes = results.flatMap((result, buffer): [number, number][] =>
      result?.kept === true ? [[written.get(buffer)!.slot, buffer]] : [],
    );
    return { routine: this.backend.prepare(kernels, results, this.runs > 0), publishes };
  }

  /** What kernels write, by the number of its buffer. */
  private resultsOf(
    kernels: readonly FusedKernel[],
    written: ReadonlyMap<number, Item>,
    read: ReadonlySet<number>,
  ): (Result | null)[] {
    const results = new Array<Result | null>(this.leaves.length + written.size).fill(null);
    for (const { buffer } of kernels.flatMap(({ outputs }) => outputs)) {
      const { dtype, shape } = written.get(buffer)!;
      results[buffer] = { dtype, length: countElements(shape), kept: read.has(buffer) };
    }
    return results;
  }
}

/** A typed array or a memory that cannot be made is a RangeError. */
function whyNoMemory(nodes: readonly Node[], cause: RangeError): MemoryError {
  const size = ({ shape }: Node): number => countElements(shape);
  const missing = nodes.filter(({ buffer, operation }) => buffer === null && operation.work);
  const largest = missing.reduce((a, b) => (size(b) > size(a) ? b : a), missing[0] ?? nodes[0]!);
  return new MemoryError(
    `${largest.operation.name}: no memory for a result of shape ${formatShape(largest.shape)}, ` +
      `the largest of ${nodes.length} that were to be computed (${cause.message}); work on ` +
      "smaller parts, and keep fewer results.",
    { cause },
  );
}

/** A view's buffer is that of what it shows, if that has one. */
function showBase(node: Node): void {
  if (node.buffer !== null || node.operation.work !== null) return;
  const [base] = node.inputs;
  showBase(base!);
  if (base!.buffer === null) return;
  base!.buffer.shared = true;
  computed(node, base!.buffer);
}

function runHost(node: Node): Buffer {
  const work = node.operation.work!(node);
  if (work.kind !== "host") throw new Error(`${node.operation.name} is no host algorithm`);
  return computed(node, new Buffer(work.run(node.inputs.map(elements))));
}
