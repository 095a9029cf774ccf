/**
 * The loops of one walk. Pointers move through memory with the loops; what a loop does not change
 * is computed outside of it; the innermost loop takes a vector, or several, at each turn, and what
 * is left at its end as a vector of which only some lanes are stored. Not here: the order of the
 * loops (order.ts), arithmetic (expression.ts), folds (fold.ts).
 */
import { widths } from "../../graph/dtype.js";
import type { Access } from "../../kernel/fused.js";
import type { Expression } from "../../kernel/scalar.js";
import { scalar, types } from "./assembler.js";
import type { Code, ModuleBuilder, Value } from "./assembler.js";
import { apply, constant, Graph } from "./expression.js";
import type { Node, Target } from "./expression.js";
import { CHUNK, MemoryFold, RegisterFold } from "./fold.js";
import { loadLine, storeLine } from "./lanes.js";
import type { Line } from "./lanes.js";
import { routines } from "./mathematics.js";
import { finished, folds, isPosition, planWalks } from "./order.js";
import type { Result, Walk } from "./order.js";
import { convert, f64, i32 } from "./vector.js";

/** The parameter of every kernel's function: where the addresses of the buffers lie. */
const TABLE: Value = (code) => code.get(0);

/** What walks share: where code goes, and scratch memory. */
export interface Surroundings {
  readonly code: Code;
  readonly module: ModuleBuilder;
  /** The number of the buffer that is scratch memory. */
  readonly scratch: number;
  readonly allocate: (bytes: number) => number;
  /** Whether a sum of products multiplies and adds in one instruction. */
  readonly fused: boolean;
}

/** An element at the place where the loops stand. */
interface Stand {
  readonly base: Value;
  readonly offset: number;
}

/** A local that moves through a buffer. */
interface Pointer extends Stand {
  readonly local: number;
  readonly strides: readonly number[];
}

/** One of the vectors that a turn of the innermost loop takes. */
interface Part {
  /** Its number among those of the turn. */
  readonly index: number;
  /** How far it is from where the loop stands, in steps of the innermost loop. */
  readonly first: number;
  /** How many of its lanes count. */
  readonly live: number;
  readonly known: Map<Node, Value>;
}

interface Root {
  readonly result: Result;
  readonly node: Node;
  readonly stand: Stand;
  readonly fold: RegisterFold | MemoryFold | null;
  /** The outermost loop that is folded; the number of loops, where none is. */
  readonly outermost: number;
  /** Of a fold in memory, where the partial results stand. */
  readonly held: readonly Stand[];
  readonly position: Pointer | null;
}

/** Emits a walk. Results stand where `origins` says, or else where their buffers do. */
export function emitWalk(
  around: Surroundings,
  walk: Walk,
  origins: ReadonlyMap<number, Value> = new Map(),
): void {
  new Walker(around, walk, origins).emit();
}

class Walker {
  readonly around: Surroundings;
  readonly walk: Walk;
  readonly #code: Code;
  readonly #last: number;
  readonly #graph: Graph;
  readonly #uses = new Map<Node, number>();
  readonly #pointers = new Map<string, Pointer>();
  readonly #operands = new Map<number, Stand>();
  readonly #hoisted = new Map<Node, Value>();
  readonly #roots: Root[] = [];
  readonly #unroll: number;
  /** How many steps of the innermost loop the pointers have moved at its end. */
  #turns = 0;

  constructor(around: Surroundings, walk: Walk, origins: ReadonlyMap<number, Value>) {
    this.around = around;
    this.walk = walk;
    this.#code = around.code;
    this.#last = walk.sizes.length - 1;
    this.#graph = new Graph((index) => this.#levelOf(walk.operands[index]!.strides));
    const nodes = walk.results.map(({ expression }) => this.#graph.add(expression));
    this.#unroll = this.#chooseUnroll();
    walk.results.forEach((result, i) => {
      this.#roots.push(this.#rootOf(result, nodes[i]!, origins.get(result.buffer)));
    });
    for (const node of nodes) this.#use(node);
    for (const node of this.#graph.nodes) {
      for (const input of node.inputs) this.#use(input);
      if (node.op !== "operand") continue;
      this.#operands.set(node.value, this.#standOf(walk.operands[node.value]!));
    }
  }

  #use(node: Node): void {
    this.#uses.set(node, (this.#uses.get(node) ?? 0) + 1);
  }

  #levelOf(strides: readonly number[]): number {
    let level = strides.length - 1;
    while (level >= 0 && strides[level] === 0) level -= 1;
    return level;
  }

  /**
   * More vectors a turn where so little happens that turns would wait for one another, and where
   * there is mathematics, whose constants outnumber the registers: each turn fetches them anew.
   */
  #chooseUnroll(): number {
    const inner = this.#graph.nodes.filter(({ level }) => level === this.#last);
    const dear = inner.filter(({ op }) => Object.hasOwn(routines, op)).length;
    const work = 4 * dear + inner.filter(({ inputs }) => inputs.length > 0).length;
    const size = this.walk.sizes[this.#last]!;
    const wanted = work <= 4 ? 4 : work <= (dear > 0 ? 40 : 12) ? 2 : 1;
    return Math.max(1, Math.min(wanted, Math.floor(size / this.walk.lanes)));
  }

  #rootOf(result: Result, node: Node, origin: Value | undefined): Root {
    const { sizes } = this.walk;
    const folded = sizes.map((_, dim) => folds(result, dim));
    const outermost = folded.includes(true) ? folded.indexOf(true) : sizes.length;
    const strides = result.strides.map((stride, dim) => (dim < outermost ? stride : 0));
    const stands = result.fold === null ? result : { ...result, strides };
    const stand = this.#standOf(stands, origin);
    const position = isPosition(result) ? this.#positions(result.positions) : null;
    const common = { result, node, stand, outermost, position };
    if (result.fold === null) return { ...common, fold: null, held: [] };
    const target = this.#target(false);
    if (folded[this.#last]) {
      return { ...common, fold: new RegisterFold(target, result, this.#unroll), held: [] };
    }
    const fold = new MemoryFold(target, result, { ...this.around, sizes, outermost });
    return { ...common, fold, held: fold.accesses.map((access) => this.#standOf(access)) };
  }

  #target(inline: boolean): Target {
    const { code, module } = this.around;
    return { code, module, lanes: this.walk.lanes, inline };
  }

  #base(buffer: number): Value {
    return (code) => {
      TABLE(code);
      code.loadI32(4 * buffer);
    };
  }

  /** Where an access stands; accesses that move alike share a pointer. */
  #standOf({ buffer, dtype, strides, offset }: Access, origin?: Value): Stand {
    const bytes = widths[dtype];
    const base = origin ?? this.#base(buffer);
    if (strides.every((stride) => stride === 0)) return { base, offset: offset * bytes };
    // Constants in addresses cannot be negative, so one that walks back begins at its offset.
    const start = strides.some((stride) => stride < 0) ? offset * bytes : 0;
    const key = `${buffer} ${bytes} ${start} ${strides.join(" ")}`;
    const pointer = this.#pointer(
      key,
      strides.map((stride) => stride * bytes),
      base,
      start,
    );
    return { base: pointer.base, offset: offset * bytes - start };
  }

  #positions(strides: readonly number[]): Pointer {
    return this.#pointer(`position ${strides.join(" ")}`, strides, (code) => code.i32(0), 0);
  }

  #pointer(key: string, strides: readonly number[], from: Value, start: number): Pointer {
    let pointer = this.#pointers.get(key);
    if (pointer === undefined) {
      const code = this.#code;
      const local = code.local(types.i32);
      from(code);
      code.set(local);
      code.move(local, start);
      pointer = { local, strides, base: (code) => code.get(local), offset: 0 };
      this.#pointers.set(key, pointer);
    }
    return pointer;
  }

  emit(): void {
    this.#hoist(-1);
    this.#loop(0);
  }

  #loop(dim: number): void {
    for (const root of this.#roots) if (root.outermost === dim) this.#begin(root);
    if (dim === this.#last) this.#line();
    else {
      const code = this.#code;
      code.repeat(this.walk.sizes[dim]!, () => {
        this.#hoist(dim);
        this.#loop(dim + 1);
        for (const { fold } of this.#roots) {
          if (fold instanceof MemoryFold && fold.outermost === dim) fold.turn(this.#scratch());
        }
        for (const { local, strides } of this.#pointers.values()) {
          code.move(local, strides[dim]! - this.#advance(strides, dim + 1));
        }
      });
    }
    for (const root of this.#roots) if (root.outermost === dim) this.#finish(root);
  }

  #scratch(): Value {
    return this.#base(this.around.scratch);
  }

  /** How far a pointer has moved after the loop of that level. */
  #advance(strides: readonly number[], dim: number): number {
    const steps = dim === this.#last ? this.#turns : this.walk.sizes[dim]!;
    return steps * strides[dim]!;
  }

  /** Computes what the loops up to that level determine and deeper ones need. */
  #hoist(level: number): void {
    const needed = new Set(this.#roots.map(({ node }) => node));
    for (const node of this.#graph.nodes) {
      if (node.level > level) for (const input of node.inputs) needed.add(input);
    }
    const part: Part = { index: 0, first: 0, live: 1, known: this.#hoisted };
    const target = this.#target(false);
    for (const node of this.#graph.nodes) {
      if (node.level !== level || node.op === "constant") continue;
      if (!needed.has(node) && this.#uses.get(node)! < 2) continue;
      this.#hoisted.set(node, this.#code.keep(this.#value(target, node, part)));
    }
  }

  /** The innermost loop. */
  #line(): void {
    const code = this.#code;
    const { lanes } = this.walk;
    const size = this.walk.sizes[this.#last]!;
    const step = lanes * this.#unroll;
    const turns = Math.floor(size / step);
    const vectors = Math.floor(size / lanes) - turns * this.#unroll;
    this.#turns = turns > 1 ? turns * step : 0;
    const folds = this.#roots.flatMap(({ fold }) => (fold instanceof RegisterFold ? [fold] : []));
    const whole = (): void => this.#body(this.#parts(0, this.#unroll, lanes), turns > 1);
    const rest = (): void => {
      const done = turns > 1 ? 0 : turns * step;
      this.#body(this.#parts(done, vectors, lanes), false);
      const live = size % lanes;
      if (live > 0) this.#body(this.#parts(done + vectors * lanes, 1, live), false);
    };
    const loop = (times: number): void =>
      code.repeat(times, () => {
        whole();
        for (const { local, strides } of this.#pointers.values()) {
          code.move(local, strides[this.#last]! * step);
        }
      });
    const chunks = folds.some(({ isSum }) => isSum)
      ? Math.floor(Math.max(turns - 1, 0) / CHUNK)
      : 0;
    if (chunks > 0) {
      code.repeat(chunks, () => {
        for (const fold of folds) fold.beginLine();
        loop(CHUNK);
        for (const fold of folds) fold.endLine();
      });
    }
    for (const fold of folds) fold.beginLine();
    if (turns > 1) loop(turns - chunks * CHUNK);
    else if (turns === 1) whole();
    rest();
    for (const fold of folds) fold.endLine();
  }

  #parts(first: number, count: number, live: number): Part[] {
    return Array.from({ length: count }, (_, index) => ({
      index,
      first: first + index * this.walk.lanes,
      live,
      known: new Map<Node, Value>(),
    }));
  }

  /** What happens at each turn of the innermost loop, for some vectors. */
  #body(parts: readonly Part[], isLoop: boolean): void {
    const target = this.#target(isLoop);
    for (const part of parts) for (const root of this.#roots) this.#serve(target, root, part);
  }

  /** Stores, or folds, one vector of one result. */
  #serve(target: Target, { result, node, stand, fold, held, position }: Root, part: Part): void {
    if (fold instanceof RegisterFold && fold.isPlain && this.#isProduct(node, part)) {
      const [a, b] = node.inputs;
      const left = this.#value(target, a!, part);
      return fold.addProduct(part.index, left, this.#value(target, b!, part));
    }
    const value = this.#value(target, node, part);
    const where = position === null ? i32.of(0) : this.#position(position, part);
    const save = (access: Access, where: Stand, next: Value): void =>
      storeLine(this.#code, this.walk.lanes, this.#lineOf(access, where, part), next);
    if (fold === null) save(result, stand, value);
    else if (fold instanceof RegisterFold) fold.update(part.index, value, part.live, where);
    else {
      const old = fold.accesses.map((access, i) =>
        loadLine(this.walk.lanes, this.#lineOf(access, held[i]!, part)),
      );
      const kept = fold.update(old, value, where).map((next) => this.#code.keep(next));
      kept.forEach((next, i) => save(fold.accesses[i]!, held[i]!, next));
    }
  }

  /** Whether it is a product that is only added up, of all lanes. */
  #isProduct(node: Node, { live }: Part): boolean {
    const isAlone = node.level === this.#last && this.#uses.get(node) === 1;
    return this.around.fused && node.op === "mul" && isAlone && live === this.walk.lanes;
  }

  #begin({ fold }: Root): void {
    if (fold instanceof RegisterFold) fold.begin();
    else fold?.begin(this.#scratch());
  }

  /** Stores what a fold has come to, after its loops. */
  #finish({ result, stand, fold }: Root): void {
    if (fold instanceof RegisterFold) {
      const value = fold.finish();
      const graph = new Graph(() => -1);
      const folded: Expression = { kind: "operand", index: 0, dtype: "float64" };
      const root = graph.add(finished(result, folded));
      const target: Target = { ...this.#target(false), lanes: 2 };
      const known = new Map<Node, Value>();
      for (const node of graph.nodes) {
        if (node.op === "operand") known.set(node, value);
        else if (node.op === "constant") known.set(node, constant(node.value, node.dtype));
        else known.set(node, this.#code.keep(apply(target, node, inputsOf(node, known))));
      }
      const line = { ...stand, dtype: result.dtype, stride: 0, live: 1 };
      storeLine(this.#code, 2, line, known.get(root)!);
    } else if (fold !== null) {
      fold.flush(this.#scratch());
      const { operand, result: outcome } = fold.outcome();
      const [first, sizes] = [fold.outermost, this.walk.sizes];
      const kernel = {
        // Folded dimensions have been walked: the outcome has one element for all of them.
        space: sizes.slice(first).map((size, i) => (folds(result, first + i) ? 1 : size)),
        operands: [{ ...operand, strides: operand.strides.slice(first) }],
        outputs: [{ ...outcome, strides: result.strides.slice(first), offset: 0 }],
      };
      const origin: Value = (code) => {
        stand.base(code);
        code.i32(stand.offset);
        code.op(scalar.add);
      };
      for (const walk of planWalks(kernel)) {
        emitWalk(this.around, walk, new Map([[result.buffer, origin]]));
      }
    }
  }

  /** The value of a node for a vector, computed once for each. */
  #value(target: Target, node: Node, part: Part): Value {
    if (node.op === "constant") return constant(node.value, node.dtype);
    const known = this.#hoisted.get(node) ?? part.known.get(node);
    if (known !== undefined) return known;
    let value: Value;
    if (node.op === "operand") {
      const [access, stand] = [this.walk.operands[node.value]!, this.#operands.get(node.value)!];
      value = loadLine(target.lanes, this.#lineOf(access, stand, part));
    } else {
      const inputs = node.inputs.map((input) => this.#value(target, input, part));
      value = apply(target, node, inputs);
    }
    if (this.#uses.get(node)! > 1) value = this.#code.keep(value);
    part.known.set(node, value);
    return value;
  }

  /** The positions of the lanes of a vector. */
  #position({ base, strides }: Pointer, { first }: Part): Value {
    const step = strides[this.#last]!;
    const lanes = [0, 1, 2, 3].map((lane) => (first + lane) * step);
    if (this.walk.lanes === 4) return i32.add(i32.splat(base), i32.of(...lanes));
    return f64.add(convert.f64FromI32Low(i32.splat(base)), f64.of(lanes[0]!, lanes[1]!));
  }

  #lineOf({ dtype, strides }: Access, { base, offset }: Stand, { first, live }: Part): Line {
    const stride = strides[this.#last]!;
    return { dtype, base, offset: offset + first * stride * widths[dtype], stride, live };
  }
}

const inputsOf = (node: Node, known: ReadonlyMap<Node, Value>): Value[] =>
  node.inputs.map((input) => known.get(input)!);
