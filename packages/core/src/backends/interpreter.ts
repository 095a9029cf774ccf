/**
 * The reference back end: it evaluates kernels with plain loops and is the definition of what they
 * mean; every faster back end is checked against it. It is not a compiler: an expression is a short
 * list of steps, one loop each, over blocks small enough to stay in the processor's cache. Read
 * first: kernel/kernel.ts. The loops themselves: backends/loops.ts.
 */
import { Buffer } from "../graph/buffer.js";
import { allocate, isFloat } from "../graph/dtype.js";
import type { TypedArray } from "../graph/dtype.js";
import { countElements, rowMajor } from "../graph/shape.js";
import type { Shape } from "../graph/shape.js";
import { contractionOf } from "../kernel/contraction.js";
import type { Access, FusedKernel, Output } from "../kernel/fused.js";
import type { Fold, Launch } from "../kernel/kernel.js";
import { operand, rewrite } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";
import type { Backend } from "./backend.js";
import { folds, loops, truth, wholePower, wholeProduct } from "./loops.js";
import type { Lane, Loop, Tally } from "./loops.js";

/** Elements in a block: intermediate values of a block stay in the first-level cache. */
const BLOCK = 1024;

/**
 * One primitive, from registers to a register; a register is an operand, a constant or an
 * intermediate value.
 */
interface Step {
  readonly loop: Loop;
  readonly result: number;
  readonly inputs: readonly [number, number, number];
}

interface Program {
  readonly steps: readonly Step[];
  /**
   * Constants and intermediate values; the first registers are the operands, which `null` stands
   * for.
   */
  readonly registers: readonly (Lane | null)[];
  /** The register that holds the value of the expression. */
  readonly result: number;
  /** The highest number of an operand. */
  readonly most: number;
}

/** Flattens an expression into steps, innermost first; a part used twice is computed once. */
function translate(expression: Expression, operands: number): Program {
  const registers = new Array<Lane | null>(operands).fill(null);
  const steps: Step[] = [];
  const seen = new Map<Expression, number>();
  let most = -1;
  const place = (part: Expression): number => {
    if (part.kind === "operand") {
      most = Math.max(most, part.index);
      return part.index;
    }
    const known = seen.get(part);
    if (known !== undefined) return known;
    const inputs = part.kind === "apply" ? part.arguments.map(place) : [];
    const data = allocate(part.dtype, part.kind === "constant" ? 1 : BLOCK);
    const register = registers.push({ data, at: 0, step: part.kind === "constant" ? 0 : 1 }) - 1;
    if (part.kind === "constant") data[0] = part.value;
    else {
      const [a = 0, b = a, c = a] = inputs;
      steps.push({ loop: choose(part), result: register, inputs: [a, b, c] });
    }
    seen.set(part, register);
    return register;
  };
  const result = place(expression);
  return { steps, registers, result, most };
}

/** A few primitives mean something else on whole numbers and on truth values. */
function choose({ op, dtype }: Expression & { kind: "apply" }): Loop {
  if (!isFloat(dtype)) {
    if (op === "mul") return wholeProduct;
    if (op === "pow") return wholePower;
    if (op === "cast" && dtype === "bool") return truth;
    if (op === "add" && dtype === "bool") return loops.or;
  }
  return loops[op];
}

const programs = new WeakMap<Expression, Program>();

function programOf(expression: Expression, operands: number): Program {
  let program = programs.get(expression);
  if (program === undefined) {
    program = translate(expression, operands);
    programs.set(expression, program);
  }
  return program;
}

export const interpreter: Backend = {
  name: "interpreter",
  run(launch) {
    if (launch.output.length === 0) return;
    const { expression, fold } = launch.kernel;
    const program = programOf(expression, launch.operands.length);
    if (fold === null) elementwise(program, launch);
    else reduce(program, launch, fold);
  },
  prepare(kernels, results) {
    const launches = kernels.flatMap(separate);
    return {
      run(buffers, offsets) {
        results.forEach((result, i) => {
          if (result !== null) buffers[i] = new Buffer(allocate(result.dtype, result.length));
        });
        for (const { access, target, ...rest } of launches) {
          const operands = access.map(({ buffer, strides, offset }) => ({
            data: buffers[buffer]!.array,
            strides,
            offset: offset + (offsets[buffer] ?? 0),
          }));
          interpreter.run({ ...rest, operands, output: buffers[target]!.array });
        }
      },
    };
  },
};

/** A launch whose buffers are still numbers. */
type Unplaced = Omit<Launch, "operands" | "output"> & {
  readonly access: readonly Access[];
  readonly target: number;
};

/**
 * Every output of a fused kernel as a kernel of its own, so that the order of rounding is that of
 * unfused ones. What an earlier one has computed is read from there.
 */
function separate(fused: FusedKernel): Unplaced[] {
  const { space, operands, outputs } = fused;
  const stored = new Map<Expression, Output>();
  return outputs.map((output, i) => {
    const { expression, fold, epilogue, dtype, strides } = output;
    const isFolded = (dim: number): boolean => fold !== null && strides[dim] === 0;
    const dims = space.map((_, dim) => dim);
    const kept = dims.filter((dim) => !isFolded(dim)).sort((a, b) => strides[b]! - strides[a]!);
    const folded = dims.filter(isFolded);
    const product = epilogue && contractionOf(fused, output)?.stored;
    const sum = product ? outputs.slice(0, i).find((other) => isSumOf(other, output)) : undefined;
    const walked = sum === undefined ? [...kept, ...folded] : kept;
    const access: Access[] = [];
    const place = (from: Access): number =>
      access.push({ ...from, strides: walked.map((dim) => from.strides[dim]!) }) - 1;
    const read = (from: Access): Expression => operand(place(from), from.dtype);
    const common = { shape: kept.map((dim) => space[dim]!), access, target: output.buffer };
    if (product && sum !== undefined) {
      const of = rewrite(product, (part) => {
        if (part.kind !== "operand") return undefined;
        return read(part.index === 0 ? sum : operands[part.index - 2]!);
      });
      return {
        ...common,
        kernel: { expression: of, fold: null, epilogue: null, dtype },
        reduced: [],
      };
    }
    const own = rewrite(expression, (part) => {
      if (part.kind === "operand") return read(operands[part.index]!);
      const known = stored.get(part);
      return known === undefined ? undefined : read(known);
    });
    const finish = (part: Expression): Expression | undefined => {
      if (part.kind !== "operand" || part.index < 2) return undefined;
      return operand(2 + place(operands[part.index - 2]!), part.dtype);
    };
    if (fold === null) stored.set(expression, output);
    const kernel = {
      expression: own,
      fold,
      epilogue: epilogue && rewrite(epilogue, finish),
      dtype,
    };
    return { ...common, kernel, reduced: folded.map((dim) => space[dim]!) };
  });
}

/** Whether an output is the sum of products that another is made of. */
const isSumOf = (sum: Output, { expression, strides }: Output): boolean =>
  sum.expression === expression &&
  sum.epilogue === null &&
  sum.dtype === expression.dtype &&
  sum.fold === "sum" &&
  sum.strides.every((step, dim) => (step === 0) === (strides[dim] === 0));

/** An expression that is only an operand has no step: its value is copied. */
const copy: Loop = loops.cast;

/** The lane that a register number stands for. */
function lane(program: Program, lanes: readonly Lane[], register: number): Lane {
  return program.registers[register] ?? lanes[register]!;
}

/** Runs the steps on `n` elements from where the lanes stand. The last one writes to `target`. */
function evaluate(program: Program, lanes: readonly Lane[], n: number, target: Lane): void {
  const { steps } = program;
  const last = steps.length - 1;
  for (let i = 0; i <= last; i++) {
    const { loop, result, inputs } = steps[i]!;
    const y = i === last ? target : program.registers[result]!;
    const [a, b, c] = inputs;
    loop(n, y, lane(program, lanes, a), lane(program, lanes, b), lane(program, lanes, c));
  }
  if (last < 0) {
    const only = lane(program, lanes, program.result);
    copy(n, target, only, only, only);
  }
}

function elementwise(program: Program, launch: Launch): void {
  const target: Lane = { data: launch.output, at: 0, step: 1 };
  const lanes = stand(launch);
  if (launch.output.length === 1 || isRow(launch)) {
    row(program, lanes, launch.output.length, target);
    return;
  }
  const space = collapse(launch.shape, stridesOf(launch), 0);
  const inner = takeInner(space, lanes);
  walk(space, lanes, () => row(program, lanes, inner, target));
}

/**
 * Evaluates `length` elements in a line, and leaves the lanes where they were and the target behind
 * them.
 */
function row(program: Program, lanes: readonly Lane[], length: number, target: Lane): void {
  // A single step needs no intermediate value, so it takes the whole line at once.
  const most = program.steps.length > 1 ? BLOCK : length;
  for (let done = 0; done < length; done += most) {
    const n = Math.min(most, length - done);
    evaluate(program, lanes, n, target);
    target.at += n;
    for (let i = 0; i < lanes.length; i++) lanes[i]!.at += n * lanes[i]!.step;
  }
  for (let i = 0; i < lanes.length; i++) lanes[i]!.at -= length * lanes[i]!.step;
}

function reduce(program: Program, launch: Launch, kind: Fold): void {
  const { epilogue } = launch.kernel;
  const folded = epilogue === null ? launch.output : new Float64Array(launch.output.length);
  foldAll(program, launch, kind, folded);
  if (epilogue === null) return;
  const count = Float64Array.of(countElements(launch.reduced));
  const everywhere = launch.shape.map(() => 0);
  const finish = programOf(epilogue, 2 + launch.operands.length);
  const others = finish.most > 1 ? launch.operands : [];
  const strides = stridesOf({ ...launch, operands: others });
  const { length } = launch.shape;
  elementwise(finish, {
    ...launch,
    reduced: [],
    operands: [
      { data: folded, strides: null, offset: 0 },
      { data: count, strides: everywhere, offset: 0 },
      ...others.map((own, i) => ({ ...own, strides: strides[i]!.slice(0, length) })),
    ],
  });
}

function foldAll(program: Program, launch: Launch, kind: Fold, folded: TypedArray): void {
  const { start } = folds[kind];
  const isPosition = kind === "argmax" || kind === "argmin";
  const tally: Tally = { value: start, part: 0, index: 0, seen: 0 };
  // Only sums have parts; a zero added to other values would cost a negative zero its sign.
  const result = (): number =>
    isPosition ? tally.index : kind === "sum" ? tally.value + tally.part : tally.value;
  const lanes = stand(launch);
  if (folded.length === 1 && isLine(launch, lanes)) {
    foldLine(program, lanes, countElements(launch.reduced), kind, tally);
    folded[0] = result();
    return;
  }
  if (launch.reduced.includes(0)) {
    folded.fill(start);
    return;
  }
  const strides = stridesOf(launch);
  const outer = collapse(launch.shape, strides, 0);
  const space = collapse(launch.reduced, strides, launch.shape.length);
  const inner = takeInner(space, lanes);
  let position = 0;
  walk(outer, lanes, () => {
    tally.value = start;
    tally.part = 0;
    tally.index = 0;
    tally.seen = 0;
    walk(space, lanes, () => foldLine(program, lanes, inner, kind, tally));
    folded[position++] = result();
  });
}

/**
 * Whether one walk with even steps visits all elements to fold; if so, the lanes take these steps.
 */
function isLine(launch: Launch, lanes: readonly Lane[]): boolean {
  if (isRow(launch)) return true;
  if (launch.reduced.length !== 1) return false;
  for (let i = 0; i < lanes.length; i++) lanes[i]!.step = launch.operands[i]!.strides?.at(-1) ?? 1;
  return true;
}

/** Folds `length` elements in a line into `tally`, and leaves the lanes where they were. */
function foldLine(
  program: Program,
  lanes: readonly Lane[],
  length: number,
  kind: Fold,
  tally: Tally,
): void {
  const value = lane(program, lanes, program.result);
  const { fold } = folds[kind];
  for (let done = 0; done < length; done += BLOCK) {
    const n = Math.min(BLOCK, length - done);
    if (program.steps.length > 0) evaluate(program, lanes, n, value);
    fold(tally, n, value);
    for (let i = 0; i < lanes.length; i++) lanes[i]!.at += n * lanes[i]!.step;
  }
  for (let i = 0; i < lanes.length; i++) lanes[i]!.at -= length * lanes[i]!.step;
}

/** The lanes at the start of their operands. */
function stand({ operands }: Launch): Lane[] {
  const lanes = new Array<Lane>(operands.length);
  for (let i = 0; i < lanes.length; i++) {
    lanes[i] = { data: operands[i]!.data, at: operands[i]!.offset, step: 1 };
  }
  return lanes;
}

/** Whether all operands lie row-major in the index space, so that one line is all there is. */
function isRow({ operands }: Launch): boolean {
  for (let i = 0; i < operands.length; i++) if (operands[i]!.strides !== null) return false;
  return true;
}

/** The strides of every operand over [...shape, ...reduced], written out. */
function stridesOf(launch: Launch): (readonly number[])[] {
  const whole = [...launch.shape, ...launch.reduced];
  return launch.operands.map(({ strides }) => strides ?? rowMajor(whole));
}

/** A part of an index space, from the outermost dimension to the innermost, without sizes of 1. */
interface Space {
  readonly sizes: number[];
  /** For each dimension the stride of every lane. */
  readonly strides: (readonly number[])[];
}

/**
 * The dimensions `shape` of a space, the first of which is its dimension `from`; evenly walked ones
 * become one.
 */
function collapse(shape: Shape, strides: readonly (readonly number[])[], from: number): Space {
  const space: Space = { sizes: [], strides: [] };
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i]!;
    if (size === 1) continue;
    const here = strides.map((own) => own[from + i]!);
    const last = space.sizes.length - 1;
    if (last >= 0 && here.every((step, k) => space.strides[last]![k] === step * size)) {
      space.sizes[last] = space.sizes[last]! * size;
      space.strides[last] = here;
    } else {
      space.sizes.push(size);
      space.strides.push(here);
    }
  }
  return space;
}

/**
 * Takes the innermost dimension off a space and gives its steps to the lanes; its size, or 1 where
 * there is none.
 */
function takeInner(space: Space, lanes: readonly Lane[]): number {
  const steps = space.strides.pop();
  for (let i = 0; i < lanes.length; i++) lanes[i]!.step = steps?.[i] ?? 0;
  return space.sizes.pop() ?? 1;
}

/** Visits every point of a space in row-major order, with the lanes standing there. */
function walk(space: Space, lanes: readonly Lane[], visit: () => void): void {
  const { sizes, strides } = space;
  const index = new Array<number>(sizes.length).fill(0);
  for (;;) {
    visit();
    let dim = sizes.length - 1;
    for (; dim >= 0; dim--) {
      move(lanes, strides[dim]!, 1);
      if ((index[dim] = index[dim]! + 1) < sizes[dim]!) break;
      move(lanes, strides[dim]!, -sizes[dim]!);
      index[dim] = 0;
    }
    if (dim < 0) return;
  }
}

function move(lanes: readonly Lane[], strides: readonly number[], times: number): void {
  for (let i = 0; i < lanes.length; i++) lanes[i]!.at += strides[i]! * times;
}
