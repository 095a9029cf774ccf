// Any index at all, with what it means: an index is drawn at random, and beside it a plain model of
// the elements it names, made of nothing but numbers. indexing.test.ts compares.

import { Slice, slice, tensor } from "@nabla/core";
import type { Index } from "@nabla/core";
import * as fc from "fast-check";

import { at, broadcast, indicesOf, sizeOf, stridesOf } from "./arrays.js";
import type { PlainArray } from "./arrays.js";

/** A part of an index as the model has it: positions stay plain, a mask is what is true. */
type ModelPart =
  | { readonly kind: "number"; readonly position: number }
  | { readonly kind: "slice"; readonly positions: readonly number[] }
  | { readonly kind: "new" }
  | { readonly kind: "positions"; readonly along: readonly PlainArray[] };

/** An index with its meaning: one model part for everything, `"..."` written out. */
interface Case {
  readonly shape: readonly number[];
  readonly index: readonly Index[];
  readonly model: readonly ModelPart[];
}

/** The shape of what an index names, and where in the array its elements lie. */
export function named({ shape, model }: Case): PlainArray {
  const strides = stridesOf(shape);
  const chosen: { place: number; positions: PlainArray; stride: number }[] = [];
  const kept: { place: number; offsets: number[] }[] = [];
  let [start, axis, place] = [0, 0, 0];
  for (const part of model) {
    if (part.kind === "number") {
      start += part.position * strides[axis++]!;
    } else if (part.kind === "new") {
      kept.push({ place: place++, offsets: [0] });
    } else if (part.kind === "slice") {
      const stride = strides[axis++]!;
      kept.push({ place: place++, offsets: part.positions.map((i) => i * stride) });
    } else {
      for (const positions of part.along) {
        chosen.push({ place: place++, positions, stride: strides[axis++]! });
      }
    }
  }
  const common = broadcast([], ...chosen.map(({ positions }) => positions.shape));
  const isRun = chosen.every((one, i) => one.place === chosen[0]!.place + i);
  const before = isRun && chosen.length > 0 ? chosen[0]!.place : 0;
  const sizes = kept.map(({ offsets }) => offsets.length);
  const result = [...sizes.slice(0, before), ...common, ...sizes.slice(before)];
  const values = indicesOf(result).map((element) => {
    const inCommon = element.slice(before, before + common.length);
    const inKept = [...element.slice(0, before), ...element.slice(before + common.length)];
    const steps = [
      ...kept.map(({ offsets }, i) => offsets[inKept[i]!]!),
      ...chosen.map(({ positions, stride }) => at(positions, inCommon) * stride),
    ];
    return steps.reduce((sum, step) => sum + step, start);
  });
  return { shape: result, values };
}

type Draw = fc.GeneratorValue;

/** Which positions a slice with these bounds stands for, by Python's rule. */
function sliced(size: number, start: number | null, stop: number | null, step: number): number[] {
  const inside = (bound: number): number =>
    Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);
  const [first, last] = [inside(start ?? 0), inside(stop ?? size)];
  return Array.from({ length: size }, (_, i) => i).filter(
    (i) => i >= first && i < last && (i - first) % step === 0,
  );
}

function drawSlice(g: Draw, size: number): [Index, ModelPart] {
  const bound = fc.option(fc.integer({ min: -size - 2, max: size + 2 }), { freq: 3 });
  const [start, stop] = [g(() => bound), g(() => bound)];
  const step = g(fc.option, fc.integer({ min: 1, max: 3 }), { freq: 2 });
  const positions = sliced(size, start, stop, step ?? 1);
  return [slice(start, stop, step), { kind: "slice", positions }];
}

/** Positions, some counted from the end, as a list or a tensor. */
function drawPositions(g: Draw, size: number, shapes: readonly number[][]): [Index, ModelPart] {
  const possible = size === 0 ? [[0]] : shapes;
  const shape = g(() => fc.constantFrom(...possible));
  const given = Array.from({ length: sizeOf(shape) }, () =>
    g(() => fc.integer({ min: -size, max: size - 1 })),
  );
  const values = given.map((position) => (position < 0 ? position + size : position));
  const isList = shape.length === 1 && g(fc.boolean);
  const index = isList ? given : tensor(given, { dtype: "int32" }).reshape(shape);
  return [index, { kind: "positions", along: [{ shape, values }] }];
}

/** A mask with so many true elements that it broadcasts with the other positions. */
function drawMask(g: Draw, sizes: readonly number[], wanted: number): [Index, ModelPart] {
  const count = sizeOf(sizes);
  const trues = count < wanted ? Math.min(count, 1) : wanted;
  const flat = g(() =>
    fc.shuffledSubarray(
      Array.from({ length: count }, (_, i) => i),
      { minLength: trues, maxLength: trues },
    ),
  );
  const mask = Array.from({ length: count }, (_, i) => flat.includes(i));
  const found = indicesOf(sizes).filter((_, i) => mask[i]!);
  const along = sizes.map((_, dim) => ({ shape: [trues], values: found.map((i) => i[dim]!) }));
  const isList = sizes.length === 1 && count > 0 && g(fc.boolean);
  const index = isList ? mask : tensor(mask, { dtype: "bool" }).reshape([...sizes]);
  return [index, { kind: "positions", along }];
}

/** An index of any kind, and the shape that it is for. */
export function drawCase(g: Draw): Case {
  const size = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
  const shape = g(() => fc.array(size, { minLength: 1, maxLength: 4 }));
  const isEmpty = shape.includes(0) || g(fc.integer, { min: 0, max: 9 }) === 0;
  const shapes = isEmpty ? [[0], [1], [3, 1]] : [[2], [1], [3, 2], [3, 1], [1, 2]];
  const index: Index[] = [];
  const model: ModelPart[] = [];
  const push = ([given, part]: [Index, ModelPart]): void => {
    index.push(given);
    model.push(part);
  };
  const everything = (dim: number): ModelPart => ({
    kind: "slice",
    positions: sliced(shape[dim]!, null, null, 1),
  });
  let dim = 0;
  while (dim < shape.length) {
    const kinds = ["number", "slice", "new", "...", "positions", "positions", "mask", "end"];
    const kind = g(() => fc.constantFrom(...kinds));
    const here = shape[dim]!;
    if (kind === "number" && here > 0) {
      const given = g(fc.integer, { min: -here, max: here - 1 });
      const position = given < 0 ? given + here : given;
      const index = g(fc.boolean) ? given : tensor(given, { dtype: "int32" });
      push([index, { kind: "number", position }]);
      dim++;
    } else if (kind === "slice") {
      push(drawSlice(g, here));
      dim++;
    } else if (kind === "new") {
      push([null, { kind: "new" }]);
    } else if (kind === "..." && !index.includes("...")) {
      index.push("...");
      const covered = g(fc.integer, { min: 0, max: shape.length - dim });
      for (let i = 0; i < covered; i++) model.push(everything(dim++));
      // The rest must be named, or else the ellipsis would stand for more.
      while (dim < shape.length) push(drawSlice(g, shape[dim++]!));
    } else if (kind === "positions") {
      push(drawPositions(g, here, shapes));
      dim++;
    } else if (kind === "mask") {
      const rank = g(fc.integer, { min: 1, max: Math.min(3, shape.length - dim) });
      push(drawMask(g, shape.slice(dim, dim + rank), isEmpty ? 0 : 2));
      dim += rank;
    } else if (kind === "end") {
      while (dim < shape.length) model.push(everything(dim++));
    }
  }
  return { shape, index, model };
}

export const show = (index: readonly Index[]): string =>
  index
    .map((part) => (part instanceof Slice ? `${part.start}:${part.stop}:${part.step}` : part))
    .join(", ");
