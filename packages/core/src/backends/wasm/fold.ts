/**
 * Folds: how many values become one, in vector registers where the innermost loops are folded, in
 * scratch memory where the innermost is not. float32 sums are added in float32 for a short while
 * and then moved to a float64. Not here: loops (walk.ts). Read first: order.ts.
 */
import { isFloat } from "../../graph/dtype.js";
import type { DType } from "../../graph/dtype.js";
import type { Access } from "../../kernel/fused.js";
import { cast as castExpression, operand } from "../../kernel/scalar.js";
import { scalar, types } from "./assembler.js";
import type { Code, Value } from "./assembler.js";
import { cast, floatsOf } from "./expression.js";
import type { Target } from "./expression.js";
import { finished, folds, isPosition } from "./order.js";
import type { Result } from "./order.js";
import { at, bits, convert, f32, f64, i32, loadSplat, pick, store, upper } from "./vector.js";

/** How many steps a float32 sum takes before it is moved to a float64. */
export const CHUNK = 16;

/** The type in which a fold goes on. */
type State = "float32" | "float64" | "int32";

function stateOf({ fold, expression: { dtype } }: Result, lanes: 2 | 4): State {
  if (fold === "prod" && dtype === "int32") return "int32";
  if (lanes === 2) return "float64";
  return isFloat(dtype) ? "float32" : "int32";
}

/** The type of positions, whose lanes are as wide as those of the walk. */
const positionState = (lanes: 2 | 4): State => (lanes === 2 ? "float64" : "int32");

const arithmetic = (state: State): typeof i32 | typeof f32 =>
  state === "int32" ? i32 : floatsOf(state);

/** A value and, where a position is sought, where it is. */
type Held = readonly Value[];

/** What is the same for all ways to fold one result. */
abstract class Rule {
  protected readonly state: State;
  /** A float32 sum must be moved on from time to time. */
  readonly isSum: boolean;
  protected readonly components: number;

  protected readonly target: Target;
  protected readonly result: Result;

  constructor(target: Target, result: Result) {
    this.target = target;
    this.result = result;
    this.state = stateOf(result, target.lanes);
    this.isSum = result.fold === "sum" && this.state === "float32";
    this.components = isPosition(result) ? 2 : 1;
  }

  /** Before anything is folded: the value, the position. */
  protected start(): Held {
    const [low, high] = this.state === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [-Infinity, Infinity];
    const { fold } = this.result;
    const value =
      fold === "sum" ? 0 : fold === "prod" ? 1 : fold === "max" || fold === "argmax" ? low : high;
    return [arithmetic(this.state).of(value), arithmetic(positionState(this.target.lanes)).of(0)];
  }

  /** A value of the result's expression in the type of the fold. */
  protected widen(value: Value): Value {
    const { dtype } = this.result.expression;
    return cast(this.target, value, dtype, this.state);
  }

  /** Two as one. Where `ordered`, the second one's positions come after the first one's. */
  protected merge(code: Code, [a, i]: Held, [b, j]: Held, ordered: boolean): Held {
    const { fold } = this.result;
    const own = arithmetic(this.state);
    if (fold === "sum") return [own.add(a!, b!)];
    if (fold === "prod") return [own.mul(a!, b!)];
    if (fold === "max" || fold === "min") return [own[fold](a!, b!)];
    const [x, y] = [code.keep(a!), code.keep(b!)];
    const [m, n] = [code.keep(i!), code.keep(j!)];
    // NaN is neither less nor equal, so it wins over every number, and then nothing wins.
    const worse = fold === "argmax" ? own.le(y, x) : own.ge(y, x);
    let wins = bits.andNot(own.eq(x, x), worse);
    if (!ordered) {
      const both = bits.andNot(bits.not(own.eq(x, x)), own.eq(y, y));
      const before = arithmetic(positionState(this.target.lanes)).lt(n, m);
      wins = bits.or(wins, bits.and(bits.or(own.eq(x, y), both), before));
    }
    wins = code.keep(wins);
    return [bits.select(y, x, wins), bits.select(n, m, wins)];
  }
}

/** A fold of the innermost loops, held in registers: one for each copy of the loop's body. */
export class RegisterFold extends Rule {
  readonly #held: number[][];
  readonly #total: number;

  constructor(target: Target, result: Result, copies: number) {
    super(target, result);
    const vectors = (): number[] =>
      Array.from({ length: this.components }, () => target.code.local(types.v128));
    this.#held = Array.from({ length: copies }, vectors);
    this.#total = this.isSum ? target.code.local(types.v128) : -1;
  }

  begin(): void {
    if (this.isSum) this.#assign([this.#total], [f64.of(0)]);
    else this.#reset();
  }

  beginLine(): void {
    if (this.isSum) this.#reset();
  }

  /** Moves float32 sums to the float64 total. */
  endLine(): void {
    if (!this.isSum) return;
    const { code } = this.target;
    const sum = code.keep(this.#merged()[0]!);
    const wide = f64.add(convert.promoteLow(sum), convert.promoteLow(upper(sum)));
    this.#assign([this.#total], [f64.add((code) => code.get(this.#total), wide)]);
  }

  /** Adds a vector, of which the first `live` lanes count. */
  update(copy: number, value: Value, live: number, position: Value): void {
    const { code, lanes } = this.target;
    const held = this.#held[copy]!;
    let next = this.widen(value);
    if (live < lanes) {
      const ones = [0, 1, 2, 3].map((lane) => (lane < live ? -1 : 0));
      const mask = this.state === "float64" ? i32.of(-1, -1, 0, 0) : i32.of(...ones);
      next = bits.select(next, this.start()[0]!, mask);
    }
    this.#assign(held, this.merge(code, this.#read(held), [next, position], true));
  }

  /** Whether it adds up floats as they are. */
  get isPlain(): boolean {
    const { fold, expression } = this.result;
    return fold === "sum" && this.state !== "int32" && this.state === expression.dtype;
  }

  /** Adds a product of vectors, rounded once. */
  addProduct(copy: number, a: Value, b: Value): void {
    const held = this.#held[copy]!;
    this.#assign(held, [floatsOf(this.state).fused(a, b, this.#read(held)[0]!)]);
  }

  /** The folded value, a float64 in both lanes. */
  finish(): Value {
    const { code, lanes } = this.target;
    if (this.isSum) {
      const total: Value = (code) => code.get(this.#total);
      return code.keep(f64.add(total, upper(total)));
    }
    let held = this.#merged();
    held = held.map((value) => code.keep(value));
    if (lanes === 4 || this.state === "int32") {
      const swapped = held.map((value) => pick(value, 4, [1, 0, 3, 2]));
      held = this.merge(code, held, swapped, false).map((value) => code.keep(value));
    }
    if (lanes === 4 || this.state === "float64") {
      const swapped = held.map((value) => pick(value, 8, [1, 0]));
      held = this.merge(code, held, swapped, false).map((value) => code.keep(value));
    }
    const type = isPosition(this.result) ? positionState(lanes) : this.state;
    return code.keep(cast({ ...this.target, lanes: 2 }, held.at(-1)!, type, "float64"));
  }

  #reset(): void {
    for (const held of this.#held) this.#assign(held, this.start());
  }

  #merged(): Held {
    const [first, ...others] = this.#held;
    let all: Held = this.#read(first!);
    for (const held of others) all = this.merge(this.target.code, all, this.#read(held), false);
    return all;
  }

  #read(held: readonly number[]): Held {
    return held.map((local) => (code) => code.get(local));
  }

  #assign(locals: readonly number[], values: Held): void {
    const { code } = this.target;
    // All are computed before one is changed.
    for (let i = 0; i < locals.length; i++) values[i]!(code);
    for (let i = locals.length - 1; i >= 0; i--) code.set(locals[i]!);
  }
}

/** What a fold in memory needs of the walk around it. */
interface Place {
  /** The loop that is the outermost to be folded. */
  readonly outermost: number;
  readonly sizes: readonly number[];
  /** Takes scratch memory; the address as a buffer's element of that many bytes. */
  readonly allocate: (bytes: number) => number;
  readonly scratch: number;
}

/** A fold of loops around the innermost one: a row of partial results in scratch memory. */
export class MemoryFold extends Rule {
  /** The partial results: the value, or the value and the position. */
  readonly accesses: readonly Access[];
  readonly #length: number;
  readonly #totals: Access | null = null;
  readonly #left: number;
  readonly #period: number;
  readonly outermost: number;

  constructor(target: Target, result: Result, place: Place) {
    super(target, result);
    const { sizes, outermost, scratch } = place;
    this.outermost = outermost;
    const strides = sizes.map(() => 0);
    let [length, repeats] = [1, 1];
    for (let dim = sizes.length - 1; dim >= outermost; dim--) {
      if (folds(result, dim)) {
        if (dim > outermost) repeats *= sizes[dim]!;
        continue;
      }
      strides[dim] = length;
      length *= sizes[dim]!;
    }
    this.#length = Math.ceil(length / 4) * 4;
    const area = (dtype: DType): Access => {
      const bytes = dtype === "float64" ? 8 : 4;
      const offset = place.allocate(this.#length * bytes) / bytes;
      return { buffer: scratch, dtype, strides, offset };
    };
    this.accesses = [this.state, positionState(target.lanes)].slice(0, this.components).map(area);
    if (this.isSum) this.#totals = area("float64");
    this.#left = this.isSum ? target.code.local(types.i32) : -1;
    this.#period = Math.max(1, Math.floor(CHUNK / repeats));
  }

  /** Before the outermost folded loop. `base` is the address of the scratch memory. */
  begin(base: Value): void {
    const { code } = this.target;
    this.accesses.forEach((access, i) => this.#fill(base, access, this.start()[i]!));
    if (this.#totals === null) return;
    this.#fill(base, this.#totals, f64.of(0));
    code.i32(this.#period);
    code.set(this.#left);
  }

  /** The partial results with one vector more. */
  update(held: Held, value: Value, position: Value): Held {
    return this.merge(this.target.code, held, [this.widen(value), position], true);
  }

  /** At the end of each turn of the outermost folded loop. */
  turn(base: Value): void {
    if (this.#totals === null) return;
    const { code } = this.target;
    code.move(this.#left, -1);
    code.get(this.#left);
    code.op(scalar.isZero);
    code.when(() => {
      this.flush(base);
      code.i32(this.#period);
      code.set(this.#left);
    });
  }

  /** Moves float32 sums to the float64 totals. */
  flush(base: Value): void {
    if (this.#totals === null) return;
    const { code } = this.target;
    const [sums, totals] = [this.accesses[0]!.offset * 4, this.#totals.offset * 8];
    const from = this.#pointer(base);
    const to = this.#pointer(base);
    code.repeat(this.#length / 4, () => {
      const sum = code.keep(loadSplat(16, at(from.value, sums)));
      for (const [i, half] of [sum, upper(sum)].entries()) {
        const place = at(to.value, totals + 16 * i);
        store(code, 16, place, f64.add(loadSplat(16, place), convert.promoteLow(half)));
      }
      store(code, 16, at(from.value, sums), f32.of(0));
      code.move(from.local, 16);
      code.move(to.local, 32);
    });
  }

  /** What the partial results become: an expression of one operand, and where that lies. */
  outcome(): { operand: Access; result: Result } {
    const access = this.#totals ?? this.accesses.at(-1)!;
    const folded = castExpression(operand(0, access.dtype), "float64");
    const expression = finished(this.result, folded);
    return { operand: access, result: { ...this.result, expression, fold: null, epilogue: null } };
  }

  #fill(base: Value, { dtype, offset }: Access, value: Value): void {
    const { code } = this.target;
    const bytes = dtype === "float64" ? 8 : 4;
    const to = this.#pointer(base);
    code.repeat((this.#length * bytes) / 16, () => {
      store(code, 16, at(to.value, offset * bytes), value);
      code.move(to.local, 16);
    });
  }

  #pointer(base: Value): { local: number; value: Value } {
    const { code } = this.target;
    const local = code.local(types.i32);
    base(code);
    code.set(local);
    return { local, value: (code) => code.get(local) };
  }
}
