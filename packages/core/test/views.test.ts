// Views share their elements with the tensor they were made from, both ways and through chains of
// views. The model is the oldest one: an array of cells, and for every tensor the list of cells it
// shows. Gradients through views: inplace.test.ts, ops.gradient.test.ts.

import { arange, InPlaceError, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { indicesOf, sizeOf, stridesOf } from "./arrays.js";

/** A tensor beside what it should be: the cells it shows, in row-major order. */
interface Model {
  readonly tensor: Tensor;
  readonly shape: readonly number[];
  readonly cells: readonly number[];
  /** Whether its elements are its base's: a copy has cells of its own. */
  readonly memory: number[];
}

function fresh(shape: readonly number[]): Model {
  const size = sizeOf(shape);
  const memory = Array.from({ length: size }, (_, i) => i);
  const tensor = arange(0, size, 1, { dtype: "float64" }).reshape(shape).clone();
  return { tensor, shape, cells: memory.slice(), memory };
}

const valuesOf = ({ cells, memory }: Model): number[] => cells.map((cell) => memory[cell]!);

function expectSame(model: Model): void {
  expect(model.tensor.shape).toEqual(model.shape);
  expect([...model.tensor.data()]).toEqual(valuesOf(model));
}

/** The cells of a view whose element at `index` is the original's at `source(index)`. */
function moved(
  model: Model,
  view: Tensor,
  shape: readonly number[],
  source: (index: readonly number[]) => readonly number[],
): Model {
  const strides = stridesOf(model.shape);
  const cells = indicesOf(shape).map((index) => {
    const from = source(index).reduce((sum, i, dim) => sum + i * strides[dim]!, 0);
    return model.cells[from]!;
  });
  return { tensor: view, shape, cells, memory: model.memory };
}

/** A random movement: numbers from 0 to 1 decide its arguments, so that it fits any shape. */
interface Move {
  readonly kind: "transpose" | "permute" | "slice" | "select" | "unsqueeze" | "squeeze" | "detach";
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const among = (share: number, count: number): number =>
  Math.min(count - 1, Math.floor(share * count));

function permuted(model: Model, order: readonly number[], view: Tensor): Model {
  const shape = order.map((dim) => model.shape[dim]!);
  return moved(model, view, shape, (index) => {
    const source = new Array<number>(order.length);
    order.forEach((dim, i) => (source[dim] = index[i]!));
    return source;
  });
}

function apply(model: Model, { kind, a, b, c }: Move): Model {
  const { tensor: x, shape } = model;
  const rank = shape.length;
  const dims = shape.map((_, i) => i);
  if (kind === "detach") return { ...model, tensor: x.detach() };
  if (kind === "unsqueeze") {
    const at = among(a, rank + 1);
    const sizes = [...shape.slice(0, at), 1, ...shape.slice(at)];
    return moved(model, x.unsqueeze(at), sizes, (index) => index.filter((_, i) => i !== at));
  }
  if (rank === 0) return model;
  const [i, j] = [among(a, rank), among(b, rank)];
  const size = shape[i]!;
  switch (kind) {
    case "transpose": {
      const order = dims.map((dim) => (dim === i ? j : dim === j ? i : dim));
      return permuted(model, order, x.transpose(i, j - rank));
    }
    case "permute": {
      const order = [...dims.slice(i), ...dims.slice(0, i)];
      return permuted(model, order, x.permute(order));
    }
    case "squeeze": {
      const gone = size === 1 ? i : -1;
      const sizes = shape.filter((_, dim) => dim !== gone);
      return moved(model, x.squeeze(i), sizes, (index) =>
        gone < 0 ? index : [...index.slice(0, gone), 0, ...index.slice(gone)],
      );
    }
    case "select": {
      if (size === 0) return model;
      const at = among(b, size);
      const sizes = shape.filter((_, dim) => dim !== i);
      return moved(model, x.select(i, c < 0.5 ? at : at - size), sizes, (index) => [
        ...index.slice(0, i),
        at,
        ...index.slice(i),
      ]);
    }
    case "slice": {
      const [start, step] = [among(b, size + 1), 1 + among(c, 3)];
      const end = start + among(c, size - start + 2);
      const taken = Array.from({ length: size }, (_, k) => k).filter(
        (k) => k >= start && k < end && (k - start) % step === 0,
      );
      const sizes = shape.map((own, dim) => (dim === i ? taken.length : own));
      return moved(model, x.slice(i, start, end, step), sizes, (index) =>
        index.map((k, dim) => (dim === i ? taken[k]! : k)),
      );
    }
  }
}

const kinds = [
  "transpose",
  "permute",
  "slice",
  "select",
  "unsqueeze",
  "squeeze",
  "detach",
] as const;
const share = fc.double({ min: 0, max: 0.999, noNaN: true });
const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom(...kinds),
  a: share,
  b: share,
  c: share,
});
const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
const anyShape = fc.array(fc.nat(3), { maxLength: 4 });

describe("a chain of views", () => {
  test("shows the right elements", () => {
    fc.assert(
      fc.property(anyShape, fc.array(move, { maxLength: 6 }), (sizes, moves) => {
        expectSame(moves.reduce(apply, fresh(sizes)));
      }),
      { numRuns: 400 },
    );
  });

  test("shares its elements, and writes are seen wherever they show", () => {
    const write = fc.record({ to: fc.nat(6), value: fc.integer({ min: 100, max: 900 }) });
    const program = fc.array(write, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.array(move, { maxLength: 5 }), program, (sizes, moves, writes) => {
        const family = [fresh(sizes)];
        for (const next of moves) family.push(apply(family.at(-1)!, next));
        writes.forEach(({ to, value }) => {
          const target = family[to % family.length]!;
          target.tensor.copy_(tensor(value));
          for (const cell of target.cells) target.memory[cell] = value;
          target.tensor.add_(1);
          for (const cell of target.cells) target.memory[cell]! += 1;
          family.forEach(expectSame);
        });
      }),
      { numRuns: 300 },
    );
  });

  test("can be read and computed with like any tensor", () => {
    fc.assert(
      fc.property(shape, fc.array(move, { maxLength: 5 }), (sizes, moves) => {
        const model = moves.reduce(apply, fresh(sizes));
        const values = valuesOf(model);
        expect([...model.tensor.mul(2).data()]).toEqual(values.map((value) => value * 2));
        expect(model.tensor.sum().item()).toBe(values.reduce((a, b) => a + b, 0));
        expect([...model.tensor.contiguous().data()]).toEqual(values);
        expect([...model.tensor.reshape([-1]).data()]).toEqual(values);
      }),
      { numRuns: 200 },
    );
  });
});

describe("round trips", () => {
  test("reshape there and back", () => {
    fc.assert(
      fc.property(shape, fc.array(move, { maxLength: 3 }), (sizes, moves) => {
        const { tensor: x } = moves.reduce(apply, fresh(sizes));
        const back = x.flatten().reshape(x.shape);
        expect(back.toArray()).toEqual(x.toArray());
        expect(
          x
            .reshape([...x.shape, 1])
            .squeeze(-1)
            .toArray(),
        ).toEqual(x.toArray());
      }),
    );
  });

  test("permute there and back, transpose twice", () => {
    const order = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    fc.assert(
      fc.property(order, (dims) => {
        const { tensor: x } = fresh([2, 3, 4]);
        const inverse = [0, 1, 2].map((i) => dims.indexOf(i));
        expect(x.permute(dims).permute(inverse).toArray()).toEqual(x.toArray());
        const [i, j] = [dims[0]!, dims[1]!];
        expect(x.transpose(i, j).transpose(j, i).toArray()).toEqual(x.toArray());
      }),
    );
  });

  test("expand repeats, and sumTo adds the copies up", () => {
    fc.assert(
      fc.property(
        shape,
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
        (own, front) => {
          const kept = own.map((size, i) => (i % 2 === 0 ? 1 : size));
          const { tensor: x } = fresh(kept);
          const whole = [...front, ...own];
          const copies = sizeOf(whole) / sizeOf(kept);
          const expanded = x.expand(whole);
          expect(expanded.shape).toEqual(whole);
          expect(expanded.sumTo(kept).toArray()).toEqual(x.mul(copies).toArray());
        },
      ),
    );
  });
});

test("slicing is slicing of arrays", () => {
  const position = fc.integer({ min: -8, max: 8 });
  fc.assert(
    fc.property(
      fc.nat(6),
      position,
      position,
      fc.integer({ min: 1, max: 4 }),
      (n, from, to, step) => {
        const plain = Array.from({ length: n }, (_, i) => i);
        const expected = plain.slice(from, to).filter((_, i) => i % step === 0);
        expect(arange(n).slice(0, from, to, step).toArray()).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

describe("writes", () => {
  test("through an expanded view are refused, and change nothing", () => {
    const x = tensor([[1], [2]]);
    const view = x.expand([2, 3]);
    expect(() => view.add_(1)).toThrow(InPlaceError);
    expect(() => view.transpose(0, 1).slice(0, 0, 2).zero_()).toThrow(InPlaceError);
    expect(x.toArray()).toEqual([[1], [2]]);
    view.select(1, 0).add_(1);
    expect(x.toArray()).toEqual([[2], [3]]);
  });

  test("reach a reshaped view, and not a reshaped copy", () => {
    const x = fresh([2, 3]).tensor;
    const [view, copy] = [x.reshape([6]), x.transpose(0, 1).reshape([6])];
    x.mul_(10);
    expect(view.toArray()).toEqual([0, 10, 20, 30, 40, 50]);
    expect(copy.toArray()).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test("do not reach clones", () => {
    const x = tensor([1, 2]);
    const copies = [x.clone(), x.slice(0, 0).clone(), x.mul(1)];
    x.zero_();
    expect(copies.map((copy) => copy.toArray())).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  test("may read what they write to", () => {
    const x = tensor([1, 2, 3, 4]);
    x.slice(0, 1).copy_(x.slice(0, 0, 3));
    expect(x.toArray()).toEqual([1, 1, 2, 3]);
    const square = tensor([
      [1, 2],
      [3, 4],
    ]);
    square.add_(square.transpose(0, 1));
    expect(square.toArray()).toEqual([
      [2, 5],
      [5, 8],
    ]);
  });

  test("do not reach arrays that were read, or that the tensor was made from", () => {
    const numbers = new Float32Array([1, 2]);
    const x = tensor(numbers);
    const read = x.data();
    numbers[0] = 100;
    read[0] = 200;
    expect(x.toArray()).toEqual([1, 2]);
    x.zero_();
    expect([...read]).toEqual([200, 2]);
  });
});
