/**
 * What an index means, PyTorch's square brackets. Numbers, slices, new dimensions and the ellipsis
 * give views, made of movements; tensors and lists of positions, and masks, are left for
 * ops/place.ts. Positions are read at the call, so that one outside is an error there.
 * Read first: movement.ts.
 */
import { describe, IndexError } from "../errors.js";
import { learn } from "../graph/capture.js";
import { checkTensor } from "../graph/node.js";
import { formatShape, sameShape } from "../graph/shape.js";
import type { Tensor } from "../tensor.js";
import { tensor } from "./create.js";
import type { Indexed } from "./place.js";
import { checkPosition, checkPositions, coordinates, nonzeroPositions } from "./positions.js";
import { Slice, slice } from "./slice.js";

/**
 * One part of an index: a position (the dimension goes), a slice, `null` (a new dimension of size
 * 1), `"..."` (all dimensions that are not named), a tensor or list of positions, or a mask.
 */
export type Index =
  | number
  | Slice
  | null
  | "..."
  | boolean
  | Tensor
  | readonly number[]
  | readonly boolean[];

/** Follows an index: movements at once, dimensions indexed by positions for later. */
export function locate(
  name: string,
  x: Tensor,
  index: readonly Index[],
): { view: Tensor; indexed: readonly Indexed[] } {
  let view = checkTensor(name, x);
  const indexed: Indexed[] = [];
  // `dim` counts in the view so far, `axis` in the tensor, which is what messages name.
  let [dim, axis] = [0, 0];
  for (const given of withoutEllipsis(name, x, index)) {
    const part = asPart(name, given);
    if (part === null) {
      view = view.unsqueeze(dim++);
    } else if (typeof part === "number") {
      checkPosition(name, part, `dimension ${axis++}`, view.shape[dim]!);
      view = view.select(dim, part);
    } else if (part instanceof Slice) {
      view = view.slice(dim++, part.start, part.stop, part.step);
      axis++;
    } else if (part.dtype === "bool") {
      // A truth value alone is a mask of a new dimension of size 1.
      if (part.shape.length === 0) view = view.unsqueeze(dim);
      const mask = part.shape.length === 0 ? part.reshape([1]) : part;
      const sizes = view.shape.slice(dim, dim + mask.shape.length);
      if (!sameShape(sizes, mask.shape)) {
        throw new IndexError(
          `${name}: a mask of shape ${formatShape(mask.shape)} does not fit the dimensions it ` +
            `indexes, of sizes ${formatShape(sizes)}; make them equal.`,
        );
      }
      for (const along of coordinates(nonzeroPositions(mask), mask.shape)) {
        indexed.push({ dim: dim++, positions: tensor(along) });
      }
      axis += part.shape.length;
    } else {
      const positions = checkPositions(name, part, `dimension ${axis++}`, view.shape[dim]!);
      indexed.push({ dim: dim++, positions });
    }
  }
  return { view, indexed };
}

type Part = number | Slice | null | Tensor;

/**
 * Lists and truth values as tensors, tensors without dimensions as positions; the rest as it is.
 */
function asPart(name: string, given: Index): Part {
  if (given === null || typeof given === "number" || given instanceof Slice) return given;
  if (typeof given === "boolean") return tensor(given);
  const whole = Array.isArray(given) && typeof given[0] !== "boolean";
  const odd: unknown = Array.isArray(given)
    ? given.find((part) => (whole ? !Number.isInteger(part) : typeof part !== "boolean"))
    : undefined;
  if (odd !== undefined || typeof given !== "object") {
    throw new IndexError(
      `${name}: ${describe(odd ?? given)} is no position; ` +
        'an index is made of integers, slice(), null, "...", lists of integers or truth values, ' +
        "and tensors of them.",
    );
  }
  const part = Array.isArray(given)
    ? tensor(given, { dtype: whole ? "int32" : "bool" })
    : checkTensor(name, given as Tensor);
  if (part.dtype === "bool" || part.dtype === "int32") {
    if (part.dtype === "bool" || part.shape.length > 0) return part;
    return learn(part, ([position]) => position!);
  }
  throw new IndexError(
    `${name}: a tensor of type ${part.dtype} is no index; positions are int32, masks bool: ` +
      'convert with i.to("int32").',
  );
}

/** How many dimensions of the tensor a part of an index stands for. */
function dimensionsOf(part: Index): number {
  if (part === null || typeof part === "boolean") return 0;
  if (typeof part !== "object" || part instanceof Slice || Array.isArray(part)) return 1;
  return (part as Tensor).dtype === "bool" ? (part as Tensor).shape.length : 1;
}

function withoutEllipsis(name: string, x: Tensor, index: readonly Index[]): readonly Index[] {
  const given = index.filter((part) => part !== "...");
  const named = given.reduce<number>((sum, part) => sum + dimensionsOf(part), 0);
  if (named > x.shape.length || index.length - given.length > 1) {
    throw new IndexError(
      `${name}: ${named} dimensions are ` +
        `indexed${given.length < index.length ? ' beside "..."' : ""}` +
        `, and a tensor of shape ${formatShape(x.shape)} has ${x.shape.length}; ` +
        'name each at most once, and "..." at most once.',
    );
  }
  const rest = new Array<Index>(x.shape.length - named).fill(slice());
  const place = index.indexOf("...");
  return place < 0
    ? [...given, ...rest]
    : [...given.slice(0, place), ...rest, ...given.slice(place)];
}
