/**
 * What NABLA_DEBUG prints where nodes wait: every round with its plan, and why a plan was not known
 * (1), kernels with their times (2), what fused into what (3), the code (4), the graph (5). It
 * listens to a policy from outside; without it, nothing here is ever called. Not here: where
 * nothing waits (debug.ts). For users: docs/debugging.md.
 */
import type { Backend, Routine } from "./backends/backend.js";
import { bytesOf, callingLine, described, now, origin, rate, short } from "./debug.js";
import type { Tell } from "./debug.js";
import type { Node } from "./graph/node.js";
import { formatShape, sameShape } from "./graph/shape.js";
import type { Access, FusedKernel } from "./kernel/fused.js";
import { onDemand } from "./schedule/demand.js";
import type { Policy } from "./schedule/flush.js";
import type { Item } from "./schedule/item.js";
import type { Onlooker, Plan } from "./schedule/plan.js";
import { same } from "./schedule/round.js";
import type { Entry, Leaf } from "./schedule/round.js";

/** `onDemand`, with a report of all that runs. */
export function reported(backend: Backend, level: number, tell: Tell): Policy {
  const report = new Report(level, tell);
  const policy = onDemand(level >= 2 ? report.timed(backend) : backend, report);
  return {
    ...policy,
    record(node) {
      report.origins.set(node, origin());
      policy.record(node);
    },
  };
}

/** What is remembered of a plan. */
interface Known {
  readonly number: number;
  readonly entries: readonly Entry[];
  readonly leaves: readonly Leaf[];
  /** Where its operations were called, the first time. */
  readonly origins: readonly string[];
  kept: readonly boolean[];
}

/** Plans with which a new one is compared: more than a policy remembers. */
const MOST_KNOWN = 500;

class Report implements Onlooker {
  /** Where a node comes from. */
  readonly origins = new WeakMap<Node, () => string>();
  private readonly level: number;
  private readonly tell: Tell;
  private readonly plans = new WeakMap<Plan, Known>();
  /** The latest last. */
  private readonly known: Known[] = [];
  private rounds = 0;
  private made = 0;
  private kernels = 0;
  private kernelTime = 0;

  constructor(level: number, tell: Tell) {
    this.level = level;
    this.tell = tell;
  }

  onRun(nodes: readonly Node[], plan: Plan | null, run: () => void): void {
    const count = `${nodes.length} operation${nodes.length === 1 ? "" : "s"}`;
    const head = `nabla: flush ${++this.rounds}, ${count}, ${callingLine()()}`;
    if (plan === null) this.tell(`${head}: so many have piled up that they run one by one`);
    else this.announce(head, nodes, plan);
    this.kernels = this.kernelTime = 0;
    const start = now();
    run();
    if (this.level < 2) return;
    const kernels = `${this.kernels} kernel${this.kernels === 1 ? "" : "s"}`;
    this.say(`${kernels}: ${short(this.kernelTime)} ms of ${short(now() - start)} ms in all`);
  }

  private say(text: string): void {
    for (const line of text.split("\n")) this.tell(`nabla:   ${line}`);
  }

  private announce(head: string, nodes: readonly Node[], plan: Plan): void {
    const known = this.plans.get(plan);
    const isNew = known === undefined;
    const kept = nodes.map((_, slot) => plan.keeps(slot));
    const number = isNew ? ++this.made : known.number;
    this.tell(`${head}: ${isNew ? "miss, new" : "hit,"} plan ${number}`);
    if (isNew) {
      const origins = nodes.map((node) => this.originOf(node));
      const own: Known = { number, entries: plan.entries, leaves: plan.leaves, origins, kept };
      this.say(difference(own, this.known));
      this.plans.set(plan, own);
      this.known.push(own);
      if (this.known.length > MOST_KNOWN) this.known.shift();
    } else if (!plan.isReady) {
      const added = kept.flatMap((is, slot) =>
        is && known.kept[slot] !== true ? [this.name(nodes[slot]!)] : [],
      );
      this.say(`made again, to keep what was read after its round: ${added.join("; ")}`);
      known.kept = kept;
    }
    if (!isNew && plan.isReady) return;
    if (this.level >= 5) this.graph(nodes, plan);
    if (this.level >= 3) this.fusion(nodes, plan);
  }

  private name(node: Node): string {
    return `${described(node)}, ${this.originOf(node)}`;
  }

  private originOf(node: Node): string {
    return this.origins.get(node)?.() ?? "an unknown line";
  }

  /** The operations of a round, by number, with what they read. */
  private graph(nodes: readonly Node[], plan: Plan): void {
    plan.leaves.forEach(({ shape, dtype }, i) =>
      this.say(`given ${i}: ${formatShape(shape)} ${dtype}`),
    );
    nodes.forEach((node, slot) => {
      const inputs = plan.entries[slot]!.codes.map(operandName).join(", ");
      const fate = plan.keeps(slot) ? ", kept" : "";
      this.say(`${slot}: ${this.name(node)}${fate}: of ${inputs || "nothing"}`);
    });
  }

  /** Which operations are computed on the way to which results. */
  private fusion(nodes: readonly Node[], plan: Plan): void {
    const { parts, stored } = plan.grouping(nodes);
    const items = new Map(stored.map((item) => [item.buffer, item]));
    let number = 0;
    for (const part of parts) {
      if (part.kind === "host") {
        this.say(`no kernel: ${described(nodes[part.slot]!)}`);
        continue;
      }
      for (const { space, operands, outputs } of part.kernels) {
        const read = new Set(operands.map(({ buffer }) => buffer));
        this.say(`kernel ${++number} walks ${formatShape(space)}`);
        for (const { buffer } of outputs) {
          const item = items.get(buffer)!;
          const names = counted(meltedInto(item, read).map((slot) => nodes[slot]!.operation.name));
          const before = names === "" ? "" : `${names} → `;
          this.say(`  ${before}${described(nodes[item.slot]!)}`);
        }
      }
    }
  }

  /** A back end that measures: every kernel is made ready and runs by itself. */
  timed(backend: Backend): Backend {
    return {
      ...backend,
      prepare: (kernels, results, isWarm) => {
        const readLater = new Set<number>();
        const routines: [FusedKernel, Routine][] = [];
        for (const kernel of [...kernels].reverse()) {
          const own = new Array<(typeof results)[number]>(results.length).fill(null);
          for (const { buffer } of kernel.outputs) {
            const result = results[buffer]!;
            own[buffer] = { ...result, kept: result.kept || readLater.has(buffer) };
          }
          for (const { buffer } of kernel.operands) readLater.add(buffer);
          routines.unshift([kernel, backend.prepare([kernel], own, isWarm)]);
        }
        const shown = new Set<Routine>();
        return {
          run: (buffers, offsets) => {
            for (const [kernel, routine] of routines) {
              this.time(kernel, () => routine.run(buffers, offsets), backend.name, routine);
              if (this.level < 4 || shown.has(routine) || !routine.text) continue;
              shown.add(routine);
              this.say(`its code:\n${(routine.text() || "nothing").replaceAll(/^/gm, "  ")}`);
            }
          },
        };
      },
    };
  }

  private time(kernel: FusedKernel, run: () => void, name: string, routine: Routine): void {
    const start = now();
    run();
    const time = now() - start;
    this.kernels += 1;
    this.kernelTime += time;
    const { space, operands, outputs } = kernel;
    const bytes = [...operands, ...outputs].reduce((sum, access) => sum + moved(access, space), 0);
    const how = routine.text === null ? "interpreter" : name;
    this.say(`kernel ${this.kernels}: ${rate(time, bytes)}, ${how}`);
  }
}

/** The bytes of the elements that a walk visits, each once. */
function moved({ strides, dtype }: Access, space: readonly number[]): number {
  const visited = space.filter((_, dim) => strides[dim] !== 0);
  if (space.includes(0)) return 0;
  const reach = space.reduce((sum, size, dim) => sum + (size - 1) * Math.abs(strides[dim]!), 1);
  return Math.min(bytesOf(dtype, visited), bytesOf(dtype, [reach]));
}

const operandName = (code: number): string => (code < 0 ? `given ${-1 - code}` : `${code}`);

/** Where a plan first differs from the one that is most like it, in words. */
function difference(plan: Known, known: readonly Known[]): string {
  let [nearest, most] = [known.at(-1), -Infinity];
  if (nearest === undefined) return "it is the first";
  for (const one of known) {
    const score = likeness(plan.entries, one.entries);
    if (score >= most) [nearest, most] = [one, score];
  }
  const at = firstDifference(plan, nearest);
  const other = `plan ${nearest.number}`;
  const [here, there] = [plan.entries[at], nearest.entries[at]];
  const name = (entry: Entry, { origins }: Known): string => `${described(entry)}, ${origins[at]}`;
  if (here === undefined && there === undefined) {
    return `the same as ${other}, which has been forgotten: there are too many plans`;
  }
  const place = `first difference from ${other}, the nearest: operation ${at}`;
  if (there === undefined) return `${place} is ${name(here!, plan)}; ${other} ends before it`;
  if (here === undefined) return `${place} is missing; in ${other} it is ${name(there, nearest)}`;
  const wanted = here.wanted ? "its value is asked for, there it is not" : "there it is asked for";
  const reason = contrast(here, there, plan, nearest) || wanted;
  return `${place} is ${name(here, plan)}; there: ${name(there, nearest)} (${reason})`;
}

/** How many places have the same operation, and how many are missing. */
const likeness = (a: readonly Entry[], b: readonly Entry[]): number =>
  a.reduce((sum, { operation }, slot) => sum + (operation === b[slot]?.operation ? 1 : 0), 0) -
  Math.abs(a.length - b.length);

/** A place at which nothing differs is one at which both end, or one value is asked for. */
function firstDifference(a: Known, b: Known): number {
  const length = Math.min(a.entries.length, b.entries.length);
  const differs = (slot: number): boolean =>
    contrast(a.entries[slot]!, b.entries[slot]!, a, b) !== "";
  const slots = Array.from({ length }, (_, slot) => slot);
  const slot = slots.find(differs);
  if (slot !== undefined || a.entries.length !== b.entries.length) return slot ?? length;
  return slots.find((at) => a.entries[at]!.wanted !== b.entries[at]!.wanted) ?? length;
}

/**
 * What differs between two operations at the same place of two plans, but for whether their values
 * are asked for, which is rather a consequence; nothing is "".
 */
function contrast(a: Entry, b: Entry, here: Known, there: Known): string {
  if (a.operation !== b.operation) return "another operation";
  if (a.dtype !== b.dtype) return "another type";
  if (!sameShape(a.shape, b.shape)) return "another shape";
  const input = a.codes.findIndex((code, i) => {
    const other = b.codes[i];
    if (code !== other) return true;
    return code < 0 && !sameLeaf(here.leaves[-1 - code]!, there.leaves[-1 - code]!);
  });
  if (input >= 0) {
    const [own, other] = [a.codes[input]!, b.codes[input]];
    if (own !== other) {
      const instead = other === undefined ? "there is none" : `there it is ${operandName(other)}`;
      return `input ${input} is ${operandName(own)}, ${instead}`;
    }
    const [x, y] = [here.leaves[-1 - own]!, there.leaves[-1 - own]!];
    return `input ${input} is given as ${laid(x)}, there as ${laid(y)}`;
  }
  if (a.codes.length !== b.codes.length) return "fewer inputs";
  if (!same(a.attributes, b.attributes)) return "other options";
  if (a.operation.work === null && (a.offset !== b.offset || !same(a.strides, b.strides))) {
    return "another part of the tensor";
  }
  return "";
}

const sameLeaf = (a: Leaf, b: Leaf): boolean => laid(a) === laid(b);

const laid = ({ dtype, shape, strides }: Leaf): string =>
  `${dtype} ${formatShape(shape)}${strides === null ? "" : ` with strides ${strides.join(" ")}`}`;

/** The operations that are computed on the way to a result, and stored nowhere. */
function meltedInto(item: Item, read: ReadonlySet<number>): number[] {
  const found = new Set<Item>([item]);
  for (const { sources } of found) {
    for (const { from } of sources) {
      if (typeof from !== "number" && !read.has(from.buffer)) found.add(from);
    }
  }
  found.delete(item);
  return [...found].map(({ slot }) => slot).sort((a, b) => a - b);
}

/** Names in order of their first occurrence. */
function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, n]) => (n === 1 ? name : `${name} ×${n}`)).join(", ");
}
