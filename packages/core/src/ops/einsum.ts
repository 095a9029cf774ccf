/**
 * Sums of products in Einstein's notation. A letter names a dimension: what has one letter goes
 * together, what the result does not name is summed. Made of permutations, products of matrices and
 * sums, factor after factor from the left. Read first: ops/contract.ts.
 */
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import { checkTensor } from "../graph/node.js";
import type { EinsumFunction } from "../graph/shape-einsum.js";
import { countElements, formatShape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { typed } from "./typed.js";

/** A tensor with a name for each of its dimensions, of which none is there twice. */
interface Factor {
  readonly x: Tensor;
  readonly names: readonly string[];
}

type Sizes = ReadonlyMap<string, number>;

/**
 * The sum of products of tensors whose dimensions are named by letters: `"ij,jk->ik"` is the matrix
 * product. Letters that the result does not name are summed; without `->` it has those that are
 * there once, in alphabetical order. A letter twice at one tensor means its diagonal, `...` all
 * dimensions without a letter, which broadcast. The tensors may come in a list.
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * einsum("ij,jk->ik", x, x) // tensor([[ 7., 10.],
 * //         [15., 22.]])
 * einsum("ii", x) // tensor(5.)
 * einsum("...i->...", x) // tensor([3., 7.])
 * einsum("ij,jk", x, ones([3, 2])) // throws ShapeError: einsum: "ij,jk" of [2, 2] and [3, 2]
 */
export const einsum: EinsumFunction = typed(
  (equation: string, ...tensors: (Tensor | readonly Tensor[])[]): Tensor => {
    if (typeof equation !== "string") {
      throw new ArgumentError('einsum: the equation comes first: einsum("ij,jk->ik", a, b).');
    }
    const given = tensors.flatMap((x) => x).map((x) => checkTensor("einsum", x));
    const [inputs = "", output] = equation.replaceAll(" ", "").split(/->(.*)/s);
    const terms = inputs.split(",");
    if (terms.length !== given.length) {
      throw new ArgumentError(
        `einsum: "${equation}" is about ${terms.length} tensors, and ${given.length} are given.`,
      );
    }
    const other = given.find((x) => x.dtype !== given[0]!.dtype);
    if (other !== undefined) {
      throw new DTypeError(
        `einsum: ${given[0]!.dtype} and ${other.dtype}: all must have one type; convert with x.to.`,
      );
    }
    const named = given.map((x, i) => namesOf(equation, terms[i]!, x.shape.length));
    const names = named.flatMap((own) => own);
    const dots = [...new Set(names.filter((name) => name.startsWith(".")))].sort().reverse();
    const once = names.filter((name) => !dots.includes(name) && count(names, name) === 1).sort();
    const result = output === undefined ? [...dots, ...once] : namesOf(equation, output, dots);
    const wrong = result.find((name) => !names.includes(name) || count(result, name) > 1);
    if (wrong !== undefined) {
      throw new ArgumentError(
        `einsum: "${equation}": the result names ${wrong}, which it may do once, and only if a ` +
          "tensor has it.",
      );
    }
    const sizes = new Map<string, number>();
    const factors = given.map((x, i) => diagonals(equation, { x, names: named[i]! }));
    for (const { x, names: own } of factors) {
      own.forEach((name, dim) => {
        const [size, known] = [x.shape[dim]!, sizes.get(name) ?? 1];
        if (size !== 1 && known !== 1 && size !== known) {
          const shapes = given.map(({ shape }) => formatShape(shape)).join(" and ");
          throw new ShapeError(
            `einsum: "${equation}" of ${shapes}: ${name.replace(/^\..*/, "...")} is ${known} in ` +
              `one and ${size} in another; sizes must be equal, or 1.`,
          );
        }
        sizes.set(name, size === 1 ? known : size);
      });
    }
    const whole = factors.map((factor) => withoutOnes(factor, sizes));
    const product = whole.reduce((left, right, i) => {
      const later = [...result, ...whole.slice(i + 1).flatMap((factor) => factor.names)];
      return multiply(left, right, later, sizes);
    });
    return arranged(summed(product, result), result);
  },
);

const count = (names: readonly string[], name: string): number =>
  names.filter((own) => own === name).length;

/**
 * The names of a term's dimensions; those that `...` stands for, given or as many as are left, are
 * numbered from the last.
 */
function namesOf(equation: string, term: string, all: number | readonly string[]): string[] {
  const found = /^([a-zA-Z]*)(\.\.\.)?([a-zA-Z]*)$/.exec(term);
  if (found === null) {
    throw new ArgumentError(
      `einsum: "${term}" in "${equation}" names no dimensions; use letters, and "..." once, as ` +
        'in "...ij,jk->...ik".',
    );
  }
  const { 1: before = "", 2: dots, 3: behind = "" } = found;
  const left = typeof all === "number" ? all - before.length - behind.length : all.length;
  if (left < 0 || (typeof all === "number" && left > 0 && dots === undefined)) {
    throw new ShapeError(
      `einsum: "${term}" in "${equation}" names ${before.length + behind.length} dimensions, and ` +
        `its tensor has ${String(all)}; name each, or use "..." for the rest.`,
    );
  }
  const rest =
    typeof all === "number" ? Array.from({ length: left }, (_, i) => dotted(left - i)) : all;
  const between = dots === undefined ? [] : rest;
  return before.split("").concat(between, behind.split(""));
}

/** So that names are in order as text, too. */
const dotted = (place: number): string => `.${String(place).padStart(2, "0")}`;

/** Dimensions of one name become one: their diagonal. */
function diagonals(equation: string, factor: Factor): Factor {
  const { x, names } = factor;
  const first = names.findIndex((name) => count(names, name) > 1);
  if (first < 0) return factor;
  const name = names[first]!;
  const second = names.indexOf(name, first + 1);
  if (x.shape[first] !== x.shape[second]) {
    throw new ShapeError(
      `einsum: "${equation}": ${name} names two dimensions of ${formatShape(x.shape)}, which has ` +
        "no diagonal there; their sizes must be equal.",
    );
  }
  const others = names.filter((_, dim) => dim !== first && dim !== second);
  return diagonals(equation, { x: x.diagonal(0, first, second), names: [...others, name] });
}

/** Without the dimensions that broadcast: the other factors have them. */
function withoutOnes({ x, names }: Factor, sizes: Sizes): Factor {
  const ones = names.flatMap((name, dim) => (x.shape[dim] === sizes.get(name) ? [] : [dim]));
  return { x: x.squeeze(ones), names: names.filter((_, dim) => !ones.includes(dim)) };
}

/** Summed over all dimensions that nobody names any more. */
function summed({ x, names }: Factor, wanted: readonly string[]): Factor {
  const gone = names.flatMap((name, dim) => (wanted.includes(name) ? [] : [dim]));
  if (gone.length === 0) return { x, names };
  return { x: x.sum(gone), names: names.filter((name) => wanted.includes(name)) };
}

/** With its dimensions in the order of their names. */
const arranged = ({ x, names }: Factor, order: readonly string[]): Tensor =>
  x.permute(order.map((name) => names.indexOf(name)));

/** The product of two factors, summed over what only they have. */
function multiply(a: Factor, b: Factor, later: readonly string[], sizes: Sizes): Factor {
  const left = summed(a, [...later, ...b.names]);
  const right = summed(b, [...later, ...a.names]);
  const both = left.names.filter((name) => right.names.includes(name));
  const batch = both.filter((name) => later.includes(name));
  const inner = both.filter((name) => !later.includes(name));
  const rows = left.names.filter((name) => !both.includes(name));
  const columns = right.names.filter((name) => !both.includes(name));
  const shape = (names: readonly string[]): number[] => names.map((name) => sizes.get(name)!);
  const size = (names: readonly string[]): number => countElements(shape(names));
  const result = [...batch, ...rows, ...columns];
  const matrix = (factor: Factor, first: readonly string[], second: readonly string[]): Tensor =>
    arranged(factor, [...batch, ...first, ...second]).reshape([
      ...shape(batch),
      size(first),
      size(second),
    ]);
  const [rowMatrix, columnMatrix] = [matrix(left, rows, inner), matrix(right, inner, columns)];
  const product = inner.length === 0 ? rowMatrix.mul(columnMatrix) : rowMatrix.matmul(columnMatrix);
  return { x: product.reshape(shape(result)), names: result };
}
