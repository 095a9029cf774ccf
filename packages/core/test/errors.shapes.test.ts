// What is refused, and in which words: shapes, dimensions, positions and types. A message says what
// was asked, why it cannot be, and what to do. Gradients, writes and odd arguments: errors.test.ts.

import * as nabla from "@nabla/core";
import { ones, rand, tensor } from "@nabla/core";
import type { CreateOptions, Shape, Tensor } from "@nabla/core";
import { expect, test } from "vitest";

import { refusals } from "./refusals.js";

/** Of these the compiler knows no shape; it would refuse some of what is tested here. */
const zeros = (shape: Shape, options?: CreateOptions): Tensor => nabla.zeros(shape, options);
/** A type that there is not, as it comes from plain JavaScript. */
const odd = "odd" as never;
// A sparse array is what is tested.
const holes = Object.assign(new Array<number>(2), { 1: 3 });

test("shapes", () => {
  const cases = {
    "sizes that do not broadcast": () => zeros([2, 3]).add(zeros([4])),
    "inner sizes of a product": () => zeros([2, 3]).matmul(zeros([2, 4])),
    "a product that transposing the right one allows": () => zeros([2, 3]).matmul(zeros([5, 3])),
    "a product that exchanging both allows": () => zeros([2, 3]).matmul(zeros([4, 2])),
    "a product of a matrix and a vector": () => zeros([2, 3]).matmul(zeros([2])),
    "a product of a number": () => tensor(2).matmul(zeros([2, 2])),
    "batches that do not broadcast": () => zeros([2, 2, 3]).matmul(zeros([5, 3, 2])),
    "a reshape that loses elements": () => zeros([2, 3]).reshape([4]),
    "a reshape with a size that does not divide": () => zeros([2, 3]).reshape([-1, 4]),
    "a reshape with two open sizes": () => zeros([2, 3]).reshape([-1, -1]),
    "a reshape of nothing with an open size": () => zeros([0]).reshape([-1, 0]),
    "a negative size": () => zeros([2, 3]).reshape([-2, -3]),
    "an expansion of a size that is not 1": () => zeros([2]).expand([3]),
    "an expansion to fewer dimensions": () => zeros([2, 3]).expand([3]),
    "an open size for a new dimension": () => zeros([3]).expand([-1, 3]),
    "a sum to a shape that does not broadcast": () => zeros([2, 3]).sumTo([4]),
    "the item of many": () => zeros([2, 3]).item(),
    "the item of none": () => zeros([0]).item(),
    "a gradient of another shape": () => (zeros([2]).grad = zeros([3])),
    "fractional sizes": () => zeros([1.5]),
    "sizes that are NaN": () => ones([NaN]),
    "sizes with holes": () => zeros(holes),
    "too many elements": () => zeros([2 ** 31, 2]),
    "a condition that does not broadcast": () => zeros([2]).where(tensor([true, false, true]), 0),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    sizes that do not broadcast:
        ShapeError: add: shapes [2, 3] and [4] do not broadcast: counted from the last
        dimension, dimension -1 is 3 in one and 4 in the other. Sizes must be equal or 1;
        reshape one of them, for example with unsqueeze or reshape.
    inner sizes of a product:
        ShapeError: matmul: [2, 3] × [2, 4]: 3 ≠ 2. The last size of the left, 3, must equal
        the second to last size of the right, 2; a.transpose(0, 1).matmul(b) would give [3,
        4].
    a product that transposing the right one allows:
        ShapeError: matmul: [2, 3] × [5, 3]: 3 ≠ 5. The last size of the left, 3, must equal
        the second to last size of the right, 5; a.matmul(b.transpose(0, 1)) would give [2,
        5].
    a product that exchanging both allows:
        ShapeError: matmul: [2, 3] × [4, 2]: 3 ≠ 4. The last size of the left, 3, must equal
        the second to last size of the right, 4; b.matmul(a) would give [4, 3].
    a product of a matrix and a vector:
        ShapeError: matmul: [2, 3] × [2]: 3 ≠ 2. The last size of the left, 3, must equal
        the size of the right, 2; reshape or transpose one of them so that these sizes
        agree.
    a product of a number:
        ShapeError: matmul: [] × [2, 2]: a tensor without dimensions is no matrix; for a
        product of elements use a.mul(b).
    batches that do not broadcast:
        ShapeError: matmul: [2, 2, 3] × [5, 3, 2]: the dimensions before the last two do not
        broadcast, [2] and [5]; sizes must be equal or 1.
    a reshape that loses elements:
        ShapeError: reshape: 6 elements of shape [2, 3] cannot take the shape [4], which has
        4; keep the number of elements, or leave one size open with -1, for example
        reshape([-1]).
    a reshape with a size that does not divide:
        ShapeError: reshape: 6 elements of shape [2, 3] cannot take the shape [-1, 4]; keep
        the number of elements, or leave one size open with -1, for example reshape([-1]).
    a reshape with two open sizes:
        ShapeError: reshape: 6 elements of shape [2, 3] cannot take the shape [-1, -1]; keep
        the number of elements, or leave one size open with -1, for example reshape([-1]).
    a reshape of nothing with an open size:
        ShapeError: reshape: 0 elements of shape [0] cannot take the shape [-1, 0]; keep the
        number of elements, or leave one size open with -1, for example reshape([-1]).
    a negative size:
        ShapeError: reshape: -2 is not a size in the shape [-2, -3]; sizes are integers, 0
        or more.
    an expansion of a size that is not 1:
        ShapeError: expand: [2] cannot be repeated to [3]; only dimensions of size 1 can,
        and new ones at the front. Make room with unsqueeze, for example
        x.unsqueeze(1).expand([n, m]).
    an expansion to fewer dimensions:
        ShapeError: expand: [2, 3] cannot be repeated to [3]; only dimensions of size 1 can,
        and new ones at the front. Make room with unsqueeze, for example
        x.unsqueeze(1).expand([n, m]).
    an open size for a new dimension:
        ShapeError: expand: -1 is not a size in the shape [-1, 3]; sizes are integers, 0 or
        more.
    a sum to a shape that does not broadcast:
        ShapeError: sumTo: [4] does not broadcast to [2, 3], so there are no repetitions to
        sum; give a shape that does, for example x.sumTo([1]).
    the item of many:
        ShapeError: item: a tensor of shape [2, 3] has 6 elements, not one; reduce it first,
        for example x.sum().item(), or read all of them with x.toArray().
    the item of none:
        ShapeError: item: a tensor of shape [0] has 0 elements, not one; reduce it first,
        for example x.sum().item(), or read all of them with x.toArray().
    a gradient of another shape:
        ShapeError: grad: a gradient of shape [3] does not belong to a tensor of shape [2];
        give one of the same shape, or null.
    fractional sizes:
        ShapeError: zeros: 1.5 is not a size in the shape [1.5]; sizes are integers, 0 or
        more.
    sizes that are NaN:
        ShapeError: ones: NaN is not a size in the shape [NaN]; sizes are integers, 0 or
        more.
    sizes with holes:
        ShapeError: zeros: undefined is not a size in the shape [, 3]; sizes are integers, 0
        or more.
    too many elements:
        ShapeError: zeros: the shape [2147483648, 2] has more than 2^31 elements.
    a condition that does not broadcast:
        ShapeError: where: shapes [2] and [3] do not broadcast: counted from the last
        dimension, dimension -1 is 2 in one and 3 in the other. Sizes must be equal or 1;
        reshape one of them, for example with unsqueeze or reshape.
    "
  `);
});

test("dimensions and positions", () => {
  const cases = {
    "a dimension too far": () => zeros([2, 3]).sum(2),
    "a dimension too far back": () => zeros([2, 3]).transpose(0, -3),
    "a dimension that is no integer": () => zeros([2, 3]).size(0.5),
    "a dimension of a single number": () => tensor(1).sum(1),
    "a dimension twice": () => zeros([2, 3]).sum([0, -2]),
    "a permutation that leaves one out": () => zeros([2, 3]).permute([0]),
    "a permutation that has one twice": () => zeros([2, 3]).permute([1, 1]),
    "a position too far": () => zeros([2, 3]).select(1, 3),
    "a position in nothing": () => zeros([0]).select(0, 0),
    "a position that is no integer": () => zeros([2]).select(0, 0.5),
    "a part of a single number": () => tensor(1).select(0, 0),
    "a slice of a single number": () => tensor(1).slice(0, 0),
    "a step of 0": () => zeros([2]).slice(0, 0, 2, 0),
    "a negative step": () => zeros([2]).slice(0, 0, 2, -1),
    "a slice from NaN": () => zeros([2]).slice(0, NaN),
    "dimensions in the wrong order": () => zeros([2, 3]).flatten(1, 0),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    a dimension too far:
        IndexError: sum: dimension 2 is out of range for a tensor of 2 dimensions; use an
        integer from -2 to 1.
    a dimension too far back:
        IndexError: transpose: dimension -3 is out of range for a tensor of 2 dimensions;
        use an integer from -2 to 1.
    a dimension that is no integer:
        IndexError: size: dimension 0.5 is out of range for a tensor of 2 dimensions; use an
        integer from -2 to 1.
    a dimension of a single number:
        IndexError: sum: dimension 1 is out of range for a tensor of 0 dimensions; use an
        integer from -1 to 0.
    a dimension twice:
        IndexError: sum: dimension 0 is named twice; name each dimension once.
    a permutation that leaves one out:
        ArgumentError: permute: [0] does not name each of 2 dimensions once; for example
        permute([1, 0]).
    a permutation that has one twice:
        ArgumentError: permute: [1, 1] does not name each of 2 dimensions once; for example
        permute([1, 0]).
    a position too far:
        IndexError: select: index 3 is out of range for dimension 1, which has size 3; use
        an integer from -3 to 2.
    a position in nothing:
        IndexError: select: index 0 is out of range for dimension 0, which has size 0; it is
        empty.
    a position that is no integer:
        IndexError: select: index 0.5 is out of range for dimension 0, which has size 2; use
        an integer from -2 to 1.
    a part of a single number:
        IndexError: select: a tensor without dimensions has no parts; read it with item().
    a slice of a single number:
        IndexError: slice: a tensor without dimensions has no parts; read it with item().
    a step of 0:
        ArgumentError: slice: the step is 0; it must be an integer, 1 or more.
    a negative step:
        ArgumentError: slice: the step is -1; it must be an integer, 1 or more.
    a slice from NaN:
        ArgumentError: slice: from NaN to Infinity is no range; give numbers, for example
        x.slice(0, 1, 3).
    dimensions in the wrong order:
        ArgumentError: flatten: dimension 1 does not come before 0; for example flatten(1,
        2).
    "
  `);
});

test("types", () => {
  const cases = {
    "bool tensors have no difference": () => tensor([true]).sub(tensor([true])),
    "nor a negative": () => tensor([true]).neg(),
    "integers have no mean": () => tensor([1, 2], { dtype: "int32" }).mean(),
    "products of two types": () => zeros([2, 2]).matmul(zeros([2, 2], { dtype: "float64" })),
    "a type that there is not": () => zeros([2], { dtype: odd }),
    "a conversion to a type that there is not": () => zeros([2]).to(odd),
    "integers that require grad": () => tensor([1], { dtype: "int32", requiresGrad: true }),
    "a gradient of another type": () => (zeros([2]).grad = zeros([2], { dtype: "float64" })),
    "fractions written into integers": () => tensor([1], { dtype: "int32" }).add_(0.5),
    "random integers": () => rand([2], { dtype: "int32" }),
  };
  expect(refusals(cases)).toMatchInlineSnapshot(`
    "
    bool tensors have no difference:
        DTypeError: sub: truth values have no sub; convert them first, for example
        x.to("int32").sub(...).
    nor a negative:
        DTypeError: neg: truth values have no neg; convert them first, for example
        x.to("int32").neg(...).
    integers have no mean:
        DTypeError: mean: it takes floats, and these elements are int32; convert first, for
        example x.to("float32").mean().
    products of two types:
        DTypeError: matmul: float32 × float64: both must have one type; convert one, for
        example a.to("float64").
    a type that there is not:
        DTypeError: zeros: "odd" is no element type; use "float32", "float64", "int32" or
        "bool".
    a conversion to a type that there is not:
        DTypeError: to: "odd" is no element type; use "float32", "float64", "int32" or
        "bool".
    integers that require grad:
        DTypeError: requiresGrad: a tensor of type int32 has no derivatives; make it of
        float32 or float64, for example x.to("float32").requiresGrad_().
    a gradient of another type:
        DTypeError: grad: a gradient of type float64 does not belong to a tensor of type
        float32; convert it with g.to("float32").
    fractions written into integers:
        DTypeError: add_: a result of type float32 cannot be written into a tensor of type
        int32; use the operation without "_", or convert the tensor first with
        x.to("float32").
    random integers:
        ArgumentError: rand: int32 has no rand; its numbers lie between integers. Use
        "float32" or "float64".
    "
  `);
});
