/**
 * Samples put together into a batch. Read next: loader.ts, which asks for it.
 */
import { ArgumentError, stack, tensor, Tensor } from "@nabla/core";

/** What becomes of samples of a type when they are put together. */
export type Collated<Item> = Item extends Tensor | number | boolean
  ? Tensor
  : Item extends string
    ? string[]
    : Item extends object
      ? { -readonly [Key in keyof Item]: Collated<Item[Key]> }
      : never;

/**
 * One batch from samples that are alike: tensors are stacked along a new first dimension, numbers
 * and booleans become a tensor (PyTorch makes float64 of floats; here numbers make float32),
 * strings a list; arrays and objects are put together part by part.
 *
 * @example
 * collateItems([{ x: tensor([1, 2]), y: 0 }, { x: tensor([3, 4]), y: 1 }]).y // tensor([0., 1.])
 * collateItems([1, "a"]) // throws ArgumentError: collateItems: sample 1 is of type string
 */
export function collateItems<Item>(items: readonly Item[]): Collated<Item> {
  return together(items) as Collated<Item>;
}

function together(items: readonly unknown[]): unknown {
  const [first] = items;
  const kind = kindOf(first);
  const other = items.findIndex((item) => kindOf(item) !== kind);
  if (other >= 0) {
    throw new ArgumentError(
      `collateItems: sample ${other} is of type ${kindOf(items[other])}, sample 0 of type ` +
        `${kind}; make all alike, or pass { collate }.`,
    );
  }
  switch (kind) {
    case "tensor":
      return stack(items as Tensor[]);
    case "number":
    case "boolean":
      return tensor(items as number[]);
    case "string":
      return [...items];
    case "array":
      return (first as unknown[]).map((_, i) => together(items.map((item) => part(item, i))));
    case "object":
      return Object.fromEntries(
        Object.keys(first as object).map((key) => [
          key,
          together(items.map((item) => part(item, key))),
        ]),
      );
    default:
      throw new ArgumentError(
        `collateItems: samples of type ${kind} cannot be put together; pass { collate }.`,
      );
  }
}

function part(item: unknown, key: string | number): unknown {
  if (Object.hasOwn(item as object, key)) return (item as Record<string | number, unknown>)[key];
  throw new ArgumentError(`collateItems: a sample has no part ${key}; make all alike.`);
}

function kindOf(item: unknown): string {
  if (item instanceof Tensor) return "tensor";
  if (Array.isArray(item)) return "array";
  return item === null ? "null" : typeof item;
}
