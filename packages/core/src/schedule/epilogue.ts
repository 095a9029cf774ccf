/**
 * What is done to every element of a product, done where the product is stored: biases,
 * activations, what is added or multiplied, a gradient's mask. From fused kernels it makes others
 * with the same results: what is computed element by element of a product, and else of what is
 * there before, becomes a result of the product's kernel; the product itself is stored only if
 * somebody else reads it. Read first: kernel/contraction.ts, schedule/group.ts.
 */
import { contractionOf, isWide } from "../kernel/contraction.js";
import type { Access, FusedKernel, Output } from "../kernel/fused.js";
import { cast, costOf, isForeign, operand, rewrite, rewriteAll } from "../kernel/scalar.js";
import type { Expression } from "../kernel/scalar.js";

/** What costs more, in additions, is as quick in a walk of its own. */
const MOST = 60;

/** Buffers that a product's kernel may read and write beside its factors. */
const MOST_PLACES = 8;

/** A result that a product's kernel can compute. */
interface Guest {
  /** Where it is now. */
  readonly output: Output;
  readonly host: FusedKernel;
  readonly product: Output;
  /** What else it reads, and where it is stored, over the space of the host. */
  readonly reads: readonly Access[];
  readonly strides: readonly number[];
  /** Of the sum and of what it reads. */
  readonly epilogue: Expression;
}

/** The kernels that run in one place of the order; there may be none left. */
type Slot = FusedKernel[];

/** For each buffer the place in which it is written. */
type Writers = Map<number, number>;

/** The kernels with epilogues; `isKept` says which buffers are read after them. */
export function withEpilogues(
  kernels: readonly FusedKernel[],
  isKept: (buffer: number) => boolean,
): FusedKernel[] {
  const slots: Slot[] = kernels.map((kernel) => [kernel]);
  const writers: Writers = new Map();
  for (let i = 0; i < slots.length; i++) {
    const refused = new Set<Output>();
    for (;;) {
      const [kernel] = slots[i]!;
      const guests = (kernel?.outputs ?? [])
        .map((output) => guestOf(slots, writers, kernel!, output))
        .filter((guest) => guest !== null && !refused.has(guest.product)) as Guest[];
      const [first] = guests;
      if (first === undefined) break;
      const together = guests.filter(({ product }) => product === first.product);
      if (!settle(slots, i, together, isKept)) refused.add(first.product);
      else
        for (const { output } of together)
          writers.set(output.buffer, writers.get(first.product.buffer)!);
    }
    for (const { outputs } of slots[i]!) for (const { buffer } of outputs) writers.set(buffer, i);
  }
  return slots.flatMap((slot) => slot);
}

/** The result as one that the last kernel it reads of could compute, or `null`. */
function guestOf(
  slots: readonly Slot[],
  writers: Writers,
  kernel: FusedKernel,
  output: Output,
): Guest | null {
  const { expression, dtype, fold } = output;
  if (fold !== null || expression.dtype !== dtype || costOf(expression) > MOST) return null;
  const used = new Map(operandsOf(expression).map((i) => [i, kernel.operands[i]!]));
  const isRead = ({ outputs }: FusedKernel): boolean =>
    outputs.some(({ buffer }) => [...used.values()].some((access) => access.buffer === buffer));
  const at = Math.max(-1, ...[...used.values()].map(({ buffer }) => writers.get(buffer) ?? -1));
  const host = last(slots[at] ?? [], isRead);
  if (host === null || isForeign(expression)) return null;
  const isProduct = (own: Output): boolean =>
    isRead({ ...host, outputs: [own] }) && contractionOf(host, own) !== null;
  const product = last(host.outputs, isProduct);
  if (product === null) return null;
  if (product.expression.dtype !== "float64" && isWide(expression)) return null;
  const members = host.outputs.filter((own) => isOf(own, product));
  let ways: Ways | null = null;
  for (const { buffer, strides, offset } of used.values()) {
    const member = members.find((own) => own.buffer === buffer);
    if (member === undefined) continue;
    const own = offset === member.offset ? waysInto(host, member, kernel.space, strides) : null;
    if (own === null || (ways !== null && String(own) !== String(ways))) return null;
    ways = own;
  }
  const along = (strides: readonly number[]): number[] =>
    ways!.map(([dim, steps]) => (dim < 0 ? 0 : strides[dim]! * steps));
  const reads: Access[] = [];
  const epilogue = rewrite(expression, (part) => {
    if (part.kind !== "operand") return undefined;
    const access = used.get(part.index)!;
    const member = members.find((own) => own.buffer === access.buffer);
    if (member !== undefined) return cast(member.epilogue ?? operand(0, "float64"), part.dtype);
    const number =
      1 + host.operands.length + reads.push({ ...access, strides: along(access.strides) });
    return operand(number, part.dtype);
  });
  return { output, host, product, reads, strides: along(output.strides), epilogue };
}

const last = <Value>(list: readonly Value[], is: (value: Value) => boolean): Value | null =>
  [...list].reverse().find(is) ?? null;

function operandsOf(expression: Expression): number[] {
  const found = new Set<number>();
  rewrite(expression, (part) => {
    if (part.kind === "operand") found.add(part.index);
    return undefined;
  });
  return [...found];
}

/** Whether an output is a sum of products, or what is made of it, as another is. */
const isOf = ({ expression, fold, strides }: Output, product: Output): boolean =>
  expression === product.expression &&
  fold === "sum" &&
  strides.every((step, dim) => (step === 0) === (product.strides[dim] === 0));

/** For each dimension of a space which one of another it is, -1 for none, and in what steps. */
type Ways = readonly (readonly [dim: number, steps: number])[];

/**
 * How the dimensions of a product lie in those of a space that is walked with these strides through
 * it; `null` unless that visits each element once.
 */
function waysInto(
  host: FusedKernel,
  { strides: own }: Output,
  space: readonly number[],
  strides: readonly number[],
): Ways | null {
  const left = [...space];
  const isStill = (k: number): boolean => host.space[k] === 1 || own[k] === 0;
  const ways = host.space.map((size, k): [number, number] => {
    const [from, isIn] = [own[k]!, (step: number, at: number) => from < step * space[at]!];
    const dim = strides.findIndex(
      (step, at) => step <= from && isIn(step, at) && from % step === 0,
    );
    if (isStill(k) || dim < 0) return [-1, 0];
    left[dim] = left[dim]! / size;
    return [dim, from / strides[dim]!];
  });
  const isMissed = ways.some(([dim], k) => dim < 0 && !isStill(k));
  const isBegun = (at: number): boolean =>
    space[at] === 1 || ways.some(([dim, steps]) => dim === at && steps === 1);
  return isMissed || !left.every((size, at) => size === 1 && isBegun(at)) ? null : ways;
}

/** Moves results to their host; nothing, and `false`, where what stays needs the product, too. */
function settle(
  slots: Slot[],
  i: number,
  guests: readonly Guest[],
  isKept: (buffer: number) => boolean,
): boolean {
  const { host, product } = guests[0]!;
  const kernel = slots[i]![0]!;
  const leaving = new Map(guests.map(({ output }) => [output.expression, output]));
  const operands = [...kernel.operands];
  const staying = kernel.outputs.filter((own) => leaving.get(own.expression) !== own);
  const expressions = rewriteAll(
    staying.map(({ expression }) => expression),
    (part) => {
      const known = leaving.get(part);
      return known && operand(operands.push(known) - 1, known.dtype);
    },
  );
  const outputs = staying.map((own, k) => ({ ...own, expression: expressions[k]! }));
  const rest = compact({ ...kernel, operands, outputs });
  const places = [...host.operands];
  const arriving = guests.map(({ output, reads: own, strides, epilogue }): Output => {
    const by = places.push(...own) - own.length - host.operands.length;
    const moved = rewrite(epilogue, (part) =>
      part.kind === "operand" && part.index > 1 + host.operands.length
        ? operand(part.index + by, part.dtype)
        : undefined,
    );
    const { buffer, dtype, offset } = output;
    return { ...product, buffer, dtype, offset, strides, epilogue: moved };
  });
  const others = [
    rest,
    ...slots.flatMap((slot) => slot).filter((own) => own !== host && own !== kernel),
  ];
  const members = host.outputs.filter((own) => isOf(own, product));
  const isFit = ({ dtype }: Output): boolean => dtype === product.expression.dtype;
  const needed = members.filter(
    ({ buffer }) => isKept(buffer) || others.some((own) => reads(own, buffer)),
  );
  // Somewhere sums must lie that are not complete yet.
  const all = [...needed, ...arriving];
  const made = all.some(isFit) ? all : [members.find(isFit)!, ...all];
  const own = compact({ ...host, operands: places, outputs: made });
  const cost = guests.reduce((sum, { epilogue }) => sum + costOf(epilogue), 0);
  if (reads(rest, product.buffer) || cost > MOST) return false;
  if (own.operands.length + made.length > MOST_PLACES) return false;
  const besides = host.outputs.filter((one) => !members.includes(one));
  const slot = slots.find((kernels) => kernels.includes(host))!;
  // Zeros among which elements are put come before them.
  const zeros = slots.flatMap((own) => {
    const [one] = own;
    const isFill = one?.operands.length === 0 && one !== kernel;
    const isOurs = isFill && guests.some(({ output }) => writes(one, output.buffer));
    return isOurs ? own.splice(0, 1) : [];
  });
  const both = [compact({ ...host, outputs: besides }), own].filter((one) => one.outputs.length);
  slot.splice(slot.indexOf(host), 1, ...zeros, ...both);
  slots[i] = rest.outputs.length > 0 ? [rest] : [];
  return true;
}

const writes = ({ outputs }: FusedKernel, buffer: number): boolean =>
  outputs.some((own) => own.buffer === buffer);

const reads = ({ operands }: FusedKernel, buffer: number): boolean =>
  operands.some((access) => access.buffer === buffer);

/** The kernel without operands that nothing reads. */
function compact({ space, operands, outputs }: FusedKernel): FusedKernel {
  const kept: Access[] = [];
  const numbers = new Map<number, number>();
  const numberOf = (old: number): number => {
    let number = numbers.get(old);
    if (number === undefined) numbers.set(old, (number = kept.push(operands[old]!) - 1));
    return number;
  };
  const moved = (first: number) => (part: Expression) =>
    part.kind === "operand" && part.index >= first
      ? operand(first + numberOf(part.index - first), part.dtype)
      : undefined;
  const expressions = rewriteAll(
    outputs.map(({ expression }) => expression),
    moved(0),
  );
  const renewed = outputs.map((output, i) => {
    const epilogue = output.epilogue && rewrite(output.epilogue, moved(2));
    return { ...output, expression: expressions[i]!, epilogue };
  });
  return { space, operands: kept, outputs: renewed };
}
