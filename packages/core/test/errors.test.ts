// What is refused, and in which words: gradients, writes, numbers, and what is no tensor. A message
// says what was asked, why it cannot be, and what to do. Shapes and types: errors.shapes.test.ts.
// That odd values of every kind are refused everywhere: errors.hostile.test.ts.

import {
  add,
  arange,
  exp,
  grad,
  gradcheck,
  linspace,
  manualSeed,
  NablaError,
  noGrad,
  tensor,
  zeros,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { expect, test } from "vitest";

import { refusals } from "./refusals.js";

/** Values that the type checker would refuse, as they come from plain JavaScript. */
const odd = "odd" as never;
const nothing = null as never;
const missing = undefined as never;
// A sparse array is what is tested.
const holes = Object.assign(new Array<number>(2), { 1: 3 });

const leaf = (): Tensor => tensor([1, 2], { requiresGrad: true });

function twice(): void {
  const y = leaf().exp().sum();
  y.backward();
  y.backward();
}

function changed(): void {
  const y = leaf().exp();
  const z = y.sum();
  noGrad(() => y.add_(1));
  z.backward();
}

function cyclic(): number[] {
  const array: unknown[] = [];
  array.push(array);
  return array as number[];
}

test("gradients", () => {
  const cases = {
    "nothing requires grad": () => zeros([]).backward(),
    "several elements without a direction": () => leaf().square().backward(),
    "a direction of another shape": () => leaf().backward(zeros([3])),
    "options where the direction goes": () => leaf().sum().backward(odd),
    "an input that does not require grad": () => grad(leaf().sum(), [zeros([2])]),
    "an input that nothing depends on": () => grad(leaf().sum(), [leaf()]),
    "a graph that is gone": () => twice(),
    "a value that was changed in place": () => changed(),
    "a computed tensor that shall not require grad": () => leaf().mul(2).requiresGrad_(false),
    "async functions without gradients": () => noGrad(async () => Promise.resolve()),
    "a check of float32": () => gradcheck((x) => x, [zeros([1], { requiresGrad: true })]),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    nothing requires grad:
        GradientError: backward: this tensor does not require grad, so there is nothing to
        differentiate by; make the tensors it is computed from with { requiresGrad: true },
        outside of noGrad().
    several elements without a direction:
        GradientError: backward: a tensor of shape [2] is no single number, so its
        derivative needs a direction; reduce it first, for example x.sum().backward(), or
        pass a gradient of its shape.
    a direction of another shape:
        ArgumentError: backward: the gradient has shape [3] and the tensor [2]; pass one of
        the same shape.
    options where the direction goes:
        ArgumentError: backward: the gradient is no tensor; options come second:
        loss.backward(null, { retainGraph: true }).
    an input that does not require grad:
        GradientError: grad: input 0 does not require grad; make it with { requiresGrad:
        true } before it is used.
    an input that nothing depends on:
        GradientError: grad: no output depends on input 0; leave it out, or pass {
        allowUnused: true } to get null for it.
    a graph that is gone:
        GradientError: backward: the way back from exp was freed by an earlier call; compute
        the result anew, or pass { retainGraph: true } to the first call.
    a value that was changed in place:
        GradientError: backward: the derivative of exp needs its result, of shape [2], which
        was changed in place after exp was computed; change a copy (x.clone()), or use the
        operation without "_".
    a computed tensor that shall not require grad:
        GradientError: requiresGrad: only a leaf can stop requiring grad, and this tensor
        was computed; use x.detach().
    async functions without gradients:
        ArgumentError: noGrad: the function is async, and the mode would end at its first
        await. Await outside: const x = await load(); noGrad(() => use(x)).
    a check of float32:
        ArgumentError: gradcheck: give it at least one input to check, and each as a leaf of
        float64, for example tensor([1, 2], { dtype: "float64", requiresGrad: true }).
    "
  `);
});

test("writes", () => {
  const cases = {
    "to a leaf that requires grad": () => leaf().add_(1),
    "to a view of one": () => leaf().slice(0, 1).zero_(),
    "to an expanded view": () => zeros([1]).expand([2]).add_(1),
    "of a larger result": () => zeros([2]).add_(zeros([3, 2])),
    "of another shape": () => zeros([2]).copy_(zeros([3])),
    "of a part of a leaf": () => leaf().setAt([0], 1),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    to a leaf that requires grad:
        InPlaceError: add_: a leaf that requires grad cannot be changed in place while its
        operations are remembered; change it inside noGrad(() => x.add_(...)).
    to a view of one:
        InPlaceError: zero_: a leaf that requires grad, or a view of one, cannot be changed
        in place while its operations are remembered; change it inside noGrad(() =>
        x.zero_(...)).
    to an expanded view:
        InPlaceError: add_: several elements of this view are one in memory, so it cannot be
        written to; write to a copy: x.clone().add_(...).
    of a larger result:
        ShapeError: add_: the result has shape [3, 2], which cannot be written into a tensor
        of shape [2]; use the operation without "_", which makes a new tensor.
    of another shape:
        ShapeError: copy_: shapes [2] and [3] do not broadcast: counted from the last
        dimension, dimension -1 is 2 in one and 3 in the other. Sizes must be equal or 1;
        reshape one of them, for example with unsqueeze or reshape.
    of a part of a leaf:
        InPlaceError: setAt: a leaf that requires grad, or a view of one, cannot be changed
        in place while its operations are remembered; change it inside noGrad(() =>
        x.setAt(...)).
    "
  `);
});

test("numbers", () => {
  const cases = {
    "no seed": () => manualSeed(-1),
    "steps that lead nowhere": () => arange(0, 5, -1),
    "a step of 0": () => arange(0, 5, 0),
    "a negative count": () => linspace(0, 1, -1),
    "a fractional count": () => linspace(0, 1, 2.5),
    "an integer too large for int32": () => tensor([1], { dtype: "int32" }).add(2 ** 40),
    "a number too large for int32": () => tensor([2 ** 40], { dtype: "int32" }),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    no seed:
        ArgumentError: manualSeed: -1 is no seed; use an integer from 0 to 2^53 - 1, for
        example manualSeed(42).
    steps that lead nowhere:
        ArgumentError: arange: steps of -1 do not lead from 0 to 5; the step must be finite,
        not 0, and point from start to end, for example arange(0, 1, 0.1).
    a step of 0:
        ArgumentError: arange: steps of 0 do not lead from 0 to 5; the step must be finite,
        not 0, and point from start to end, for example arange(0, 1, 0.1).
    a negative count:
        ShapeError: linspace: -1 is not a size in the shape [-1]; sizes are integers, 0 or
        more.
    a fractional count:
        ShapeError: linspace: 2.5 is not a size in the shape [2.5]; sizes are integers, 0 or
        more.
    an integer too large for int32:
        ArgumentError: add: 1099511627776 is beyond the integers of an int32 tensor, -2^31
        to 2^31 - 1; convert the tensor first: x.to("float64").
    a number too large for int32:
        ArgumentError: tensor: 1099511627776 is no int32, an integer from -2^31 to 2^31 - 1;
        use { dtype: "float64" } for it.
    "
  `);
});

test("arrays", () => {
  const cases = {
    "rows of different length": () => tensor([[1, 2], [3]]),
    "a number among rows": () => tensor([[1], 2]),
    "a row among numbers": () => tensor([1, [2]]),
    "a string": () => tensor(odd),
    strings: () => tensor([odd]),
    holes: () => tensor(holes),
    nothing: () => tensor(nothing),
    "arrays that contain themselves": () => tensor(cyclic()),
    bigints: () => tensor([1n as unknown as number]),
    "arrays of bigints": () => tensor(BigInt64Array.of(1n) as unknown as number[]),
    tensors: () => tensor(zeros([2]) as unknown as number[]),
    "a list of tensors": () => tensor([zeros([]), zeros([])] as unknown as number[]),
    "an object": () => tensor({} as number[]),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    rows of different length:
        ShapeError: tensor: at depth 1 there is an array of 1 where the first of its row was
        an array of 2, so the data has no shape; make all rows alike, for example
        tensor([[1, 2], [3, 4]]).
    a number among rows:
        ShapeError: tensor: at depth 1 there is a number where the first of its row was an
        array of 1, so the data has no shape; make all rows alike, for example tensor([[1,
        2], [3, 4]]).
    a row among numbers:
        ShapeError: tensor: at depth 1 there is an array of 1 where the first of its row was
        a number, so the data has no shape; make all rows alike, for example tensor([[1, 2],
        [3, 4]]).
    a string:
        ArgumentError: tensor: at depth 0 there is "odd" where a number is needed; give
        numbers or booleans, in arrays or typed arrays of them.
    strings:
        ArgumentError: tensor: at depth 1 there is "odd" where a number is needed; give
        numbers or booleans, in arrays or typed arrays of them.
    holes:
        ArgumentError: tensor: at depth 1 there is undefined where a number is needed; give
        numbers or booleans, in arrays or typed arrays of them.
    nothing:
        ArgumentError: tensor: at depth 0 there is null where a number is needed; give
        numbers or booleans, in arrays or typed arrays of them.
    arrays that contain themselves:
        ArgumentError: tensor: these arrays are nested more than 64 deep, or contain
        themselves.
    bigints:
        ArgumentError: tensor: at depth 1 there is 1 where a number is needed; give numbers
        or booleans, in arrays or typed arrays of them.
    arrays of bigints:
        ArgumentError: tensor: at depth 0 there is a BigInt64Array where a number is needed;
        give numbers or booleans, in arrays or typed arrays of them.
    tensors:
        ArgumentError: tensor: this is a tensor already; copy it with x.clone().
    a list of tensors:
        ArgumentError: tensor: at depth 1 there is a tensor where a number is needed; put
        tensors together with stack([a, b]), which has a gradient, too.
    an object:
        ArgumentError: tensor: at depth 0 there is an object where a number is needed; give
        numbers or booleans, in arrays or typed arrays of them.
    "
  `);
});

test("JavaScript's operators", () => {
  const cases = {
    "+": () => (leaf() as unknown as number) + (leaf() as unknown as number),
    "<": () => (leaf() as unknown as number) < 0.1,
    "Number()": () => Number(leaf()),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    +:
        PrimitiveError: a tensor is no number: JavaScript's operators cannot work on
        tensors. Use the methods: a.add(b) for a + b, a.lt(b) for a < b; or read the number
        of a one-element tensor: loss.item() < 0.1.
    <:
        PrimitiveError: a tensor is no number: JavaScript's operators cannot work on
        tensors. Use the methods: a.add(b) for a + b, a.lt(b) for a < b; or read the number
        of a one-element tensor: loss.item() < 0.1.
    Number():
        PrimitiveError: a tensor is no number: JavaScript's operators cannot work on
        tensors. Use the methods: a.add(b) for a + b, a.lt(b) for a < b; or read the number
        of a one-element tensor: loss.item() < 0.1.
    "
  `);
});

test("what is no tensor", () => {
  const cases = {
    null: () => add(nothing, 1),
    undefined: () => zeros([2]).mul(missing),
    "a string": () => zeros([2]).mul(odd),
    "an array": () => zeros([2]).add([1, 2] as unknown as number),
    "a number on the left": () => exp(1 as unknown as Tensor),
    "a condition that is a boolean": () => zeros([2]).where(true as unknown as Tensor, 0),
    "a number for a shape": () => zeros(3 as unknown as number[]),
    "a number for a new shape": () => zeros([3]).reshape(3 as unknown as number[]),
    "a string for dimensions": () => zeros([3]).sum(odd),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    null:
        ArgumentError: add: null is no tensor; make one first, for example add(tensor([1,
        2])).
    undefined:
        ArgumentError: mul: undefined is no tensor; make one first, for example
        mul(tensor([1, 2])).
    a string:
        ArgumentError: mul: "odd" is no tensor; make one first, for example mul(tensor([1,
        2])).
    an array:
        ArgumentError: add: a list is no tensor; make one first, for example add(tensor([1,
        2])).
    a number on the left:
        ArgumentError: exp: 1 is no tensor; make one first, for example exp(tensor([1, 2])).
    a condition that is a boolean:
        ArgumentError: where: true is no tensor; make one first, for example
        where(tensor([1, 2])).
    a number for a shape:
        ArgumentError: zeros: 3 is no list of numbers; put them in brackets, for example [2,
        3].
    a number for a new shape:
        ArgumentError: reshape: 3 is no list of numbers; put them in brackets, for example
        [2, 3].
    a string for dimensions:
        ArgumentError: sum: odd is no list of numbers; put them in brackets, for example [2,
        3].
    "
  `);
});

test("every error is a NablaError with the name of its class", () => {
  for (const run of [twice, changed, () => zeros([-1]), () => Number(leaf())]) {
    expect(run).toThrow(NablaError);
  }
  expect(() => zeros([-1])).toThrow(expect.objectContaining({ name: "ShapeError" }));
});
