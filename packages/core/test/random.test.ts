// Random numbers are the same on every machine: the generator gives its published answers, and
// what is made of its bits is pinned to the last digit. Then what the numbers are for: they look
// uniform and normal.

import { ArgumentError, manualSeed, rand, randn } from "@nabla/core";
import type { DType, Tensor } from "@nabla/core";
import { describe, expect, test } from "vitest";

import { normalQuantile, threefry } from "../src/ops/random.js";

const hex = (words: readonly number[]): string[] =>
  words.map((word) => word.toString(16).padStart(8, "0"));

describe("Threefry-2x32-20", () => {
  test("gives the known answer of Random123", () => {
    expect(hex(threefry(0, 0))).toEqual(["6b200159", "99ba4efe"]);
  });

  const numbers = [0, 1, 2, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52 + 12345];
  const largest = Number.MAX_SAFE_INTEGER;
  test.each([...numbers, largest])("is what the paper defines, for counter %i", (counter) => {
    for (const key of [...numbers, largest, 42]) {
      expect(threefry(counter, key)).toEqual(defined(counter, key));
    }
  });

  test("the definition here gives the other known answers, whose counters are larger", () => {
    const ones = (1n << 64n) - 1n;
    expect(hex(definedWide(ones, ones))).toEqual(["1cb996fc", "bb002be7"]);
    const counter = 0x85a308d3243f6a88n;
    const key = 0x0370734413198a2en;
    expect(hex(definedWide(counter, key))).toEqual(["c4923a9c", "483df7a0"]);
  });

  const defined = (counter: number, key: number): number[] =>
    definedWide(BigInt(counter), BigInt(key));

  /** Salmon et al. (2011), section 4.1, in whole numbers without limit. */
  function definedWide(counter: bigint, key: bigint): number[] {
    const low = (word: bigint): bigint => BigInt.asUintN(32, word);
    const rotations = [13n, 15n, 26n, 6n, 17n, 29n, 16n, 24n];
    const [k0, k1] = [low(key), low(key >> 32n)];
    const keys = [k0, k1, 0x1bd11bdan ^ k0 ^ k1];
    let [x, y] = [low(low(counter) + k0), low(low(counter >> 32n) + k1)];
    for (let round = 0; round < 20; round++) {
      x = low(x + y);
      const turn = rotations[round % 8]!;
      y = low((y << turn) | (y >> (32n - turn))) ^ x;
      if (round % 4 !== 3) continue;
      const injection = (round + 1) / 4;
      x = low(x + keys[injection % 3]!);
      y = low(y + keys[(injection + 1) % 3]! + BigInt(injection));
    }
    return [Number(x), Number(y)];
  }
});

describe("the normal quantile", () => {
  const known: [p: number, quantile: number][] = [
    [0.5, 0],
    [0.841344746068542949, 1],
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489004],
    [0.9, 1.2815515655446004],
    [0.75, 0.6744897501960817],
    [0.001, -3.090232306167813],
    [1e-10, -6.361340902404056],
    [1e-20, -9.262340089798408],
    [2 ** -53, -8.209536151601387],
  ];
  test.each(known)("of %d is %d", (p, quantile) => {
    expect(normalQuantile(p)).toBeCloseTo(quantile, 13);
  });

  test("is odd, and grows", () => {
    const ps = Array.from({ length: 511 }, (_, i) => (i + 1) / 512);
    const quantiles = ps.map(normalQuantile);
    quantiles.forEach((quantile, i) => {
      expect(quantile).toBeCloseTo(-quantiles[510 - i]!, 14);
      expect(quantile).toBeGreaterThan(quantiles[i - 1] ?? -Infinity);
    });
  });
});

const COUNT = 100_000;

/** The largest distance of the numbers' distribution from a given one. */
function distance(x: Tensor, cumulative: (value: number) => number): number {
  const sorted = Float64Array.from(x.data()).sort();
  return sorted.reduce((most, value, i) => {
    const expected = cumulative(value);
    const [below, above] = [i / sorted.length, (i + 1) / sorted.length];
    return Math.max(most, Math.abs(expected - below), Math.abs(expected - above));
  }, 0);
}

/** The normal distribution function, by its series; to about 12 digits where |x| < 6. */
function normal(x: number): number {
  let [term, sum] = [x, x];
  for (let k = 1; k < 120; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

const moment = (x: Tensor, power: number): number => x.to("float64").pow(power).mean().item();

/** A deviation that one seed in 10,000 exceeds: for a fixed seed, a sign of a mistake. */
const ks = 2.23 / Math.sqrt(COUNT);

describe.each(["float32", "float64"] as const)("%s", (dtype: DType) => {
  test("rand is uniform on [0, 1)", () => {
    manualSeed(2024);
    const x = rand([COUNT], { dtype });
    const values = x.data();
    expect(x.dtype).toBe(dtype);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(moment(x, 1)).toBeCloseTo(1 / 2, 2);
    expect(moment(x, 2)).toBeCloseTo(1 / 3, 2);
    expect(distance(x, (value) => value)).toBeLessThan(ks);
  });

  test("randn is normal", () => {
    manualSeed(2024);
    const x = randn([COUNT], { dtype });
    expect(Math.abs(moment(x, 1))).toBeLessThan(4 / Math.sqrt(COUNT));
    expect(Math.abs(moment(x, 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / COUNT));
    expect(Math.abs(moment(x, 3))).toBeLessThan(4 * Math.sqrt(15 / COUNT));
    expect(Math.abs(moment(x, 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / COUNT));
    expect(distance(x, normal)).toBeLessThan(ks);
  });

  test("neighbours are not related", () => {
    manualSeed(7);
    const x = randn([COUNT], { dtype });
    const related = x
      .slice(0, 1)
      .mul(x.slice(0, 0, -1))
      .mean()
      .item();
    expect(Math.abs(related)).toBeLessThan(4 / Math.sqrt(COUNT));
  });
});

describe("seeds", () => {
  const drawn = (seed: number): unknown => {
    manualSeed(seed);
    return [rand([3]).toArray(), randn([2, 2]).toArray(), rand([1], { dtype: "float64" }).item()];
  };

  test("the same seed gives the same numbers, others give others", () => {
    expect(drawn(5)).toEqual(drawn(5));
    expect(drawn(5)).not.toEqual(drawn(6));
    expect(drawn(2 ** 32)).not.toEqual(drawn(0));
  });

  test("every draw goes on where the last one ended", () => {
    manualSeed(5);
    const whole = rand([6]).toArray();
    manualSeed(5);
    expect([...rand([2]).data(), ...rand([4]).data()]).toEqual(whole);
  });

  test.each([rand, randn])("float32 is float64 with fewer digits", (draw) => {
    manualSeed(11);
    const narrow = draw([1000]).data();
    manualSeed(11);
    const wide = draw([1000], { dtype: "float64" }).data();
    expect(narrow.every((value, i) => Math.abs(value - wide[i]!) <= 2 ** -22)).toBe(true);
  });

  test("the first numbers of a seed never change", () => {
    manualSeed(0);
    const uniform = [...rand([3], { dtype: "float64" }).data()];
    const normals = [...randn([3], { dtype: "float64" }).data()];
    expect(uniform).toMatchInlineSnapshot(`
      [
        0.41845711022987275,
        0.3146817218764961,
        0.39316028345159515,
      ]
    `);
    expect(normals).toMatchInlineSnapshot(`
      [
        0.5869191033304723,
        0.44973659885825995,
        -0.42082153284302454,
      ]
    `);
    // The first is the published answer, 53 bits of it.
    const bits = (0x6b200159n >> 5n) * 2n ** 26n + (0x99ba4efen >> 6n);
    expect(uniform[0]).toBe(Number(bits) / 2 ** 53);
  });

  test.each([-1, 1.5, NaN, Infinity, 2 ** 53])("%d is no seed, and changes nothing", (seed) => {
    manualSeed(5);
    expect(() => manualSeed(seed)).toThrow(ArgumentError);
    const after = rand([1]).item();
    manualSeed(5);
    expect(rand([1]).item()).toBe(after);
  });

  test.each(["int32", "bool"] as const)("there are no random numbers of %s", (dtype) => {
    expect(() => rand([2], { dtype })).toThrow(ArgumentError);
    expect(() => randn([2], { dtype })).toThrow(ArgumentError);
  });

  test("random tensors may require grad, and may be empty", () => {
    expect(randn([2], { requiresGrad: true }).requiresGrad).toBe(true);
    expect(rand([0, 2]).shape).toEqual([0, 2]);
    expect(rand([]).shape).toEqual([]);
  });
});
