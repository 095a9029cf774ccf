// What follows a product is computed where the product is stored: the same bits as one by one on
// the interpreter, the same within rounding on WebAssembly, with either form of multiply-and-add.
// That it happened is seen from the kernels, so that these tests cannot pass without it.

import {
  convolution,
  einsum,
  getNumThreads,
  grad,
  manualSeed,
  noGrad,
  randint,
  randn,
  setNumThreads,
  tensor,
} from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { afterEach, describe, expect, test } from "vitest";

import type { Backend } from "../src/backends/backend.js";
import { interpreter } from "../src/backends/interpreter.js";
import { wasm } from "../src/backends/wasm/backend.js";
import { isSupported } from "../src/backends/wasm/compile.js";
import { contractionOf } from "../src/kernel/contraction.js";
import type { FusedKernel } from "../src/kernel/fused.js";
import { onDemand } from "../src/schedule/demand.js";
import { everyOp, runBy } from "../src/schedule/flush.js";
import type { Policy } from "../src/schedule/flush.js";

const standard = onDemand(wasm());
const threads = getNumThreads();
afterEach(() => {
  runBy(standard, interpreter);
  setNumThreads(threads);
});

type Float = "float32" | "float64";
type Make = (...shape: number[]) => Tensor;

/** A program, and what products store in it: for each, the names of what is done there. */
interface Case {
  readonly run: (make: Make, n: number, k: number, m: number) => Tensor[];
  /** How many results each kernel of a product has, the product itself among them if stored. */
  readonly stores: readonly number[];
}

const leaf = (x: Tensor): Tensor => x.requiresGrad_();

const cases: Record<string, Case> = {
  "a bias of columns": {
    run: (make, n, k, m) => [make(n, k).matmul(make(k, m)).add(make(m))],
    stores: [1],
  },
  "a bias of rows, and an activation": {
    run: (make, n, k, m) => [make(n, k).matmul(make(k, m)).add(make(n, 1)).relu()],
    stores: [1],
  },
  "dear functions": {
    run: (make, n, k, m) => [make(n, k).matmul(make(k, m)).add(make(m)).tanh().sigmoid()],
    stores: [1],
  },
  "a factor and a residue": {
    run: (make, n, k, m) => [make(n, k).matmul(make(k, m)).mul(0.5).add(make(n, m))],
    stores: [1],
  },
  "the product too, and several things made of it": {
    run: (make, n, k, m) => {
      const y = make(n, k).matmul(make(k, m));
      return [y, y.relu(), y.mul(make(n, m)).add(y), y.gt(0)];
    },
    stores: [4],
  },
  "truth values only, which cannot hold a sum": {
    run: (make, n, k, m) => [make(n, k).matmul(make(k, m)).gt(make(m))],
    stores: [2],
  },
  "a mask that chooses": {
    run: (make, n, k, m) => {
      const mask = make(n, m).gt(0).clone();
      return [mask, make(n, m).where(mask, make(n, k).matmul(make(k, m)))];
    },
    stores: [1],
  },
  "whole numbers beside": {
    run: (make, n, k, m) => {
      const steps = randint(-3, 3, [n, m]);
      return [make(n, k).matmul(make(k, m)).add(steps), steps];
    },
    stores: [1],
  },
  "a transposed result": {
    run: (make, n, k, m) => [make(n, k).matmul(make(k, m)).t().add(make(n))],
    stores: [1],
  },
  "a result in one line": {
    run: (make, n, k, m) => [
      make(n, k)
        .matmul(make(k, m))
        .reshape([n * m])
        .add(make(n * m)),
    ],
    stores: [1],
  },
  "two products added": {
    run: (make, n, k, m) => [
      make(n, k)
        .matmul(make(k, m))
        .add(make(n, 3).matmul(make(3, m)))
        .add(make(m))
        .relu(),
    ],
    stores: [1, 1],
  },
  "what is kept on the way": {
    run: (make, n, k, m) => {
      const sum = make(n, k).matmul(make(k, m)).add(make(m));
      return [sum, sum.tanh().sum(1), sum.relu().matmul(make(m, 2))];
    },
    stores: [2, 1],
  },
  "a step of training": {
    run: (make, n, k, m) => {
      const [x, w, b, v] = [make(n, k), leaf(make(k, m)), leaf(make(m)), leaf(make(m, 3))];
      const y = x.matmul(w).add(b).relu();
      y.matmul(v).square().mean().backward();
      noGrad(() => w.sub_(w.grad!.mul(0.1)));
      return [w, w.grad!, b.grad!, v.grad!, y];
    },
    // y; y · v; the gradients of v and, masked, of y; that of w, and w; y, which is read late.
    stores: [1, 1, 1, 1, 2, 1],
  },
  "a batch of matrices": {
    run: (make, n, k, m) => [
      make(2, n, k)
        .matmul(make(2, k, m))
        .add(make(2, 1, m))
        .relu(),
    ],
    stores: [1],
  },
  "a batch of vectors of rows": {
    run: (make, n, k, m) => [make(2, n, k).matmul(make(k, m)).add(make(m)).neg()],
    stores: [1],
  },
  "a matrix and a vector": {
    run: (make, n, k, m) => [make(n, k).matmul(make(k)).add(1), make(m).matmul(make(m, n)).abs()],
    stores: [1, 1],
  },
  "products of one dimension with another": {
    run: (make, n, k, m) => [
      einsum("akb,kc->cab", make(2, k, n), make(k, m))
        .add(make(m, 1, 1))
        .relu(),
    ],
    stores: [1],
  },
  "windows of what is put among zeros": {
    run: (make, n, k, m) => {
      const [channels, filters] = [Math.min(k, 4), Math.min(m, 5)];
      const v = make(filters, channels, 3, 3);
      const x = convolution(make(1, channels, n, 6), v, { padding: 1 });
      const y = x.add(make(filters, 1, 1)).relu();
      return [convolution(y, make(2, filters, 2, 2), { padding: 1, stride: 2 })];
    },
    stores: [1, 1],
  },
  "the way back through windows that skip": {
    run: (make, n, k, m) => {
      const [channels, filters] = [Math.min(k, 4), Math.min(m, 5)];
      const x = leaf(make(2, channels, n + 4, 9));
      const w = leaf(make(filters, channels, 3, 4));
      const options = { stride: [2, 3], padding: [1, 0] };
      convolution(x, w, options).square().sum().backward();
      return [x.grad!, w.grad!];
    },
    // Both gradients of a square, 2 · g · y, are read by other patterns.
    stores: [1, 1, 1],
  },
  "windows, with a bias of channels": {
    run: (make, n, k, m) => {
      const [channels, filters] = [Math.min(k, 7), Math.min(m, 9)];
      const x = make(2, channels, n + 3, 8);
      const y = convolution(x, make(filters, channels, 3, 2), { stride: [1, 2] });
      return [y.add(make(filters, 1, 1)).relu()];
    },
    stores: [1],
  },
};

/** With rests of tiles and vectors, and sums that are gone through in parts. */
const sizes = [
  [2, 2, 2],
  [7, 12, 9],
  [13, 400, 10],
  [35, 34, 36],
];

/** The results, one list of numbers for each. */
function results(policy: Policy, dtype: Float, own: Case, shape: readonly number[]): number[][] {
  runBy(policy, interpreter);
  manualSeed(7);
  const [n, k, m] = shape as [number, number, number];
  const made = own.run((...of) => randn(of, { dtype }), n, k, m);
  return made.map((result) => [...result.data()]);
}

const isProduct = (kernel: FusedKernel): boolean =>
  kernel.outputs.some((output) => contractionOf(kernel, output) !== null);

/** A back end that notes the kernels it is given. */
function noting(kernels: FusedKernel[], backend: Backend): Backend {
  return {
    ...backend,
    prepare(own, ...others) {
      kernels.push(...own);
      return backend.prepare(own, ...others);
    },
  };
}

describe.each(Object.entries(cases))("%s", (_name, own) => {
  test("is done in the store of products", () => {
    const kernels: FusedKernel[] = [];
    results(onDemand(noting(kernels, interpreter)), "float32", own, [7, 12, 9]);
    const stores = kernels.filter(isProduct).map(({ outputs }) => outputs.length);
    expect(stores).toEqual(own.stores);
  });

  test.each(["float32", "float64"] as const)("changes no bit on the interpreter: %s", (dtype) => {
    for (const shape of sizes) {
      const expected = results(everyOp, dtype, own, shape);
      expect(results(onDemand(interpreter), dtype, own, shape)).toEqual(expected);
    }
  });

  const variants = [
    ["float32", true, sizes],
    ["float64", true, sizes.slice(1, 3)],
    ["float32", false, sizes.slice(1, 3)],
  ] as const;
  test.runIf(isSupported()).each(variants)(
    "%s on WebAssembly, fused: %s",
    (dtype, fused, shapes) => {
      for (const shape of shapes) {
        const expected = results(everyOp, dtype, own, shape);
        const found = results(onDemand(wasm({ atOnce: true, fused })), dtype, own, shape);
        const unit = dtype === "float32" ? 2 ** -24 : 2 ** -53;
        const wrong = expected.flatMap((values, i) => {
          const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
          const error = values.map((value, at) => Math.abs(value - found[i]![at]!));
          // A sum of n products errs by about √n roundings.
          return error.some((one) => !(one <= 150 * unit * largest)) ? [[shape, i]] : [];
        });
        expect(wrong).toEqual([]);
      }
    },
  );
});

test.runIf(isSupported())("threads come to the same bits", () => {
  const shape = [128, 400, 96];
  for (const name of ["a bias of columns", "the product too, and several things made of it"]) {
    setNumThreads(1);
    const alone = results(onDemand(wasm({ atOnce: true })), "float32", cases[name]!, shape);
    setNumThreads(3);
    const policy = onDemand(wasm({ atOnce: true, shared: true }));
    expect(results(policy, "float32", cases[name]!, shape)).toEqual(alone);
  }
});

describe("whole numbers", () => {
  test.runIf(isSupported())("wrap around in products as in sums of products", () => {
    const program: Case = {
      stores: [1],
      run: (_make, n, k, m) => {
        const numbers = (...shape: number[]): Tensor => randint(-(2 ** 30), 2 ** 30, shape);
        const [x, y] = [numbers(n, k), numbers(k, m)];
        const few = randint(-9, 9, [n, k]);
        return [
          few.matmul(y).add(3),
          x
            .mul(0)
            .add(few)
            .matmul(randint(-5, 5, [k]))
            .neg(),
        ];
      },
    };
    for (const shape of sizes) {
      const expected = results(everyOp, "float32", program, shape);
      expect(results(onDemand(interpreter), "float32", program, shape)).toEqual(expected);
      const found = results(onDemand(wasm({ atOnce: true })), "float32", program, shape);
      expect(found).toEqual(expected);
    }
  });
});

test("nothing is put among zeros by JavaScript, whose turn would come between kernels", () => {
  let prepared = 0;
  const backend: Backend = {
    ...interpreter,
    prepare: (...of) => {
      prepared += 1;
      return interpreter.prepare(...of);
    },
  };
  runBy(onDemand(backend), interpreter);
  const x = leaf(randn([2, 3, 7, 8]));
  const w = leaf(randn([4, 3, 3, 2]));
  const y = convolution(x, w, { stride: 2, padding: 1 });
  y.slice(2, 1, 3).unfold(3, 2, 2).square().sum().backward();
  expect(x.grad!.abs().sum().add(w.grad!.abs().sum()).item()).toBeGreaterThan(0);
  expect(prepared).toBe(1);
});

describe("what stays behind a product", () => {
  const stays: Record<string, (make: Make) => Tensor[]> = {
    "windows of it": (make) => [make(4, 5).matmul(make(5, 6)).unfold(1, 3, 2).mul(2)],
    "part of it": (make) => [make(4, 5).matmul(make(5, 6)).slice(1, 1, 4).add(1)],
    "it, turned round": (make) => [make(4, 5).matmul(make(5, 6)).flip([0]).add(1)],
    "it, repeated": (make) => [
      make(4, 5)
        .matmul(make(5, 6))
        .unsqueeze(0)
        .add(make(3, 4, 6)),
    ],
    "what is folded": (make) => [make(4, 5).matmul(make(5, 6)).square().sum(1)],
    "wider numbers": (make) => [make(4, 5).matmul(make(5, 6)).add(make(6).to("float64"))],
  };
  test.each(Object.entries(stays))("%s", (_name, run) => {
    const kernels: FusedKernel[] = [];
    const own: Case = { run, stores: [] };
    const expected = results(everyOp, "float32", own, [0, 0, 0]);
    const policy = onDemand(noting(kernels, interpreter));
    expect(results(policy, "float32", own, [0, 0, 0])).toEqual(expected);
    expect(kernels.filter(isProduct).map(({ outputs }) => outputs.length)).toEqual([1]);
    expect(kernels.filter(isProduct).every(({ outputs }) => outputs[0]!.epilogue === null)).toBe(
      true,
    );
  });
});

test("gradients of slices of one shape go to their places, by the same code", () => {
  let prepared = 0;
  const backend: Backend = {
    ...interpreter,
    prepare: (...of) => {
      prepared += 1;
      return interpreter.prepare(...of);
    },
  };
  runBy(onDemand(backend), interpreter);
  const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], { requiresGrad: true });
  const counts = [0, 1, 2, 3, 4, 5, 6].map((start) => {
    const g = grad(x.narrow(0, start, 2).square().sum(), [x])[0]!;
    const expected = [1, 2, 3, 4, 5, 6, 7, 8].map((value, i) =>
      i === start || i === start + 1 ? 2 * value : 0,
    );
    expect(g.toArray()).toEqual(expected);
    return prepared;
  });
  expect(counts.at(-1)).toBe(counts[2]);
});
