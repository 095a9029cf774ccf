// Factors before a sum (`alpha`, `beta`, `value`), among fractions and among whole numbers, and the
// operations that turn their operands round. Values of whole tables: ops.test.ts.

import { ArgumentError, DTypeError, eye, sub, tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

const whole = (...values: number[]): ReturnType<typeof tensor> =>
  tensor(values, { dtype: "int32" });

describe("alpha", () => {
  const [a, b] = [tensor([1, 2]), tensor([10, 20])];

  test("multiplies the second, a number too", () => {
    expect(a.add(b, { alpha: 0.5 }).toArray()).toEqual([6, 12]);
    expect(sub(a, b, { alpha: 2 }).toArray()).toEqual([-19, -38]);
    expect(a.rsub(b, { alpha: 2 }).toArray()).toEqual([8, 16]);
    expect(a.add(3, { alpha: 2 }).toArray()).toEqual([7, 8]);
    expect(a.clone().add_(b, { alpha: -1 }).toArray()).toEqual([-9, -18]);
  });

  test("in the type of the sum, not of the second", () => {
    const exact = tensor([1], { dtype: "float64" });
    expect(exact.add(whole(3), { alpha: 0.1 }).item()).toBe(1 + 3 * 0.1);
    expect(whole(1).add(whole(3), { alpha: 2 }).dtype).toBe("int32");
  });

  test("reaches the gradient of the second", () => {
    const [x, y] = [a.clone().requiresGrad_(), b.clone().requiresGrad_()];
    x.sub(y, { alpha: 3 }).sum().backward();
    expect([x.grad?.toArray(), y.grad?.toArray()]).toEqual([
      [1, 1],
      [-3, -3],
    ]);
  });

  test("is a number, whole among whole numbers, and the only option", () => {
    expect(() => whole(1).add(whole(2), { alpha: 0.5 })).toThrow(ArgumentError);
    expect(() => a.add(b, { alpha: "2" } as never)).toThrow(ArgumentError);
    expect(() => a.add(b, { out: a } as never)).toThrow(ArgumentError);
    expect(() => tensor([true]).rsub(1)).toThrow(DTypeError);
  });
});

test("factors of whole products lose their fraction, as in PyTorch", () => {
  const unit = eye(2, { dtype: "int32" });
  const mixed = unit.addmm(unit, unit, { beta: 2.9, alpha: 0.6 });
  expect(mixed.toArray()).toEqual([
    [2, 0],
    [0, 2],
  ]);
  expect(whole(1).addcmul(whole(2), whole(3), { value: 3.14 }).toArray()).toEqual([19]);
});

test("operands turned round, and powers in float64", () => {
  expect(whole(1, 2).rsub(1.5).toArray()).toEqual([0.5, -0.5]);
  expect(whole(1, 2).rsub(10).dtype).toBe("int32");
  expect(whole(7).trueDivide(2).toArray()).toEqual([3.5]);
  const power = whole(2, -2).floatPower(tensor([0.5, -1]));
  expect([power.dtype, ...power.data()]).toEqual(["float64", Math.SQRT2, -0.5]);
});
