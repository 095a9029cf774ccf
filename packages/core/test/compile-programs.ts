// What changes from call to call of a compiled step: programs that are run plainly and compiled,
// and how often the step is captured. Not a test.

import { enableGrad, noGrad, ones, rand, randn, randperm, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar, hostStep, restsOn } from "@nabla/core/engine";
import { expect } from "vitest";

import type { Wrap } from "./engines.js";

type Step = (...args: never[]) => unknown;

/** Everything that a program has read, in order. */
type Program = (wrap: Wrap) => (number | string)[];

export const read = (...tensors: (Tensor | null)[]): (number | string)[] =>
  tensors.flatMap((x): (number | string)[] => (x === null ? ["null"] : [...x.data()]));

export const leaf = (...shape: number[]): Tensor => rand(shape).requiresGrad_();

/** A step of descent on a line, written out. */
export function descent(wrap: Wrap, loss: (w: Tensor, x: Tensor) => Tensor): [Tensor, Step] {
  const w = leaf(3);
  const step = wrap((x: Tensor) => {
    w.grad = null;
    const value = loss(w, x);
    value.backward();
    noGrad(() => w.sub_(w.grad!.mul(0.1)));
    return value;
  });
  return [w, step];
}

/** Programs, and how often their steps are captured. */
export const programs: [name: string, captures: number, program: Program][] = [
  [
    "a step",
    1,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) => own.mul(x).square().sum());
      const x = rand([3]);
      return Array.from({ length: 6 }, () => read(step(x as never) as Tensor, w, w.grad)).flat();
    },
  ],
  [
    "batches as arguments, in lists, objects and views",
    1,
    (wrap) => {
      const [w, data] = [leaf(3), rand([12, 3])];
      const step = wrap(({ pair: [x, y] }: { pair: Tensor[] }) => {
        w.grad = null;
        const loss = x!.matmul(w).sub(y!).square().mean();
        loss.backward();
        noGrad(() => w.sub_(w.grad!.mul(0.1)));
        return { loss, same: y };
      });
      const seen = [];
      for (let i = 0; i < 6; i++) {
        const y = rand([2]);
        const { loss, same } = step({ pair: [data.narrow(0, 2 * i, 2), y] });
        expect(same).toBe(y);
        seen.push(...read(loss, w));
      }
      return seen;
    },
  ],
  [
    "numbers as arguments, 0 among them",
    2,
    (wrap) => {
      const x = rand([4]);
      const step = wrap((a: number, b: number) => x.mul(a).add(b).pow(2).div(a));
      const second = [1, 1, 0.5, 0, 0, 2];
      return second.flatMap((b, i) => read(step(i + 2, b)));
    },
  ],
  [
    "random numbers of every kind",
    1,
    (wrap) => {
      const x = ones([3]);
      const step = wrap(() => [
        x.mul(rand([3]).ge(0.3)).div(0.7),
        randn([2], { dtype: "float64" }).add(randperm(2)),
        zeros([4])
          .bernoulli_(0.5)
          .add(zeros([4]).uniform_(-1, 1)),
      ]);
      return Array.from({ length: 6 }, () => step().flatMap((one) => read(one))).flat();
    },
  ],
  [
    "what is kept over later calls",
    1,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) => own.mul(x).sin().sum());
      const kept: (Tensor | null)[] = [];
      for (let i = 0; i < 8; i++) {
        const [before, alias, unread] = [w.clone(), w.detach(), w.mul(2)];
        const loss = step(tensor([i, 1, 2]) as never) as Tensor;
        kept.push(before, alias, unread, loss, w.grad, loss.add(1));
      }
      return read(...kept);
    },
  ],
  [
    "gradients that are added up over calls, and dropped outside",
    2,
    (wrap) => {
      const [w, x] = [leaf(3), rand([3])];
      const step = wrap((y: Tensor) => {
        const loss = w.mul(x).sub(y).square().sum();
        loss.backward();
        return loss;
      });
      const seen = [];
      for (let i = 0; i < 12; i++) {
        if (i % 4 === 0) w.grad = null;
        seen.push(...read(step(tensor(i))), ...read(w.grad));
        if (i % 4 === 3) noGrad(() => w.sub_(w.grad!.mul(0.05)));
      }
      return seen;
    },
  ],
  [
    "writes from outside between calls",
    1,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) => own.mul(x).square().sum());
      const x = rand([3]);
      const seen = [];
      for (let i = 0; i < 6; i++) {
        if (i > 2) x.mul_(1.5);
        if (i === 4) noGrad(() => w.select(0, 1).fill_(7));
        if (i === 5) noGrad(() => w.zero_());
        seen.push(...read(step(x as never) as Tensor, w, w.grad));
      }
      return seen;
    },
  ],
  [
    "state in a tensor, written through a view",
    1,
    (wrap) => {
      const [h, seenBefore] = [zeros([2, 3]), zeros([])];
      const last = h.select(0, 1);
      const step = wrap((x: Tensor) => {
        const next = h.select(0, 1).add(x).tanh();
        h.select(0, 0).copy_(last);
        h.select(0, 1).copy_(next);
        seenBefore.add_(1);
        return next.sum();
      });
      return Array.from({ length: 6 }, (_, i) =>
        read(step(tensor([i, 1, 2])), h, last, seenBefore),
      ).flat();
    },
  ],
  [
    "what happens besides, and rates",
    1,
    (wrap) => {
      const [w, rate] = [leaf(2), { now: 1, steps: 0 }];
      const step = wrap(() => {
        hostStep(() => (rate.steps += 1));
        const scale = hostScalar(() => rate.now / rate.steps);
        return noGrad(() => w.mul_(scale).add(1));
      });
      return Array.from({ length: 6 }, (_, i) => {
        rate.now = 1 + i / 10;
        return [...read(step(), w), rate.steps];
      }).flat();
    },
  ],
  [
    "algorithms that are no kernels between kernels",
    1,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) =>
        own
          .mul(x)
          .sort()
          .values.cumsum(0)
          .exp()
          .add(own.flip([0]))
          .sum(),
      );
      return Array.from({ length: 6 }, (_, i) =>
        read(step(tensor([i, 1, 0.5]) as never) as Tensor, w),
      ).flat();
    },
  ],
  [
    "positions and classes in arguments",
    2,
    (wrap) => {
      const table = leaf(4, 2);
      const step = wrap((index: Tensor) => {
        table.grad = null;
        const found = table.at(index).square().sum();
        found.backward();
        return [found, table.grad!.clone(), table.indexSelect(0, index.abs())];
      });
      const first = [0, 1, 3, 2, -1, 0, 1];
      return first.flatMap((i, k) => {
        const list = [i, k === 5 ? -2 : (k * 2) % 4];
        return read(...step(tensor(list, { dtype: "int32" })));
      });
    },
  ],
  [
    "another shape now and then",
    2,
    (wrap) => {
      const [w, step] = descent(wrap, (own, x) => x.matmul(own).square().mean());
      return [5, 5, 5, 5, 2, 5, 2, 5, 2].flatMap((n) =>
        read(step(rand([n, 3]) as never) as Tensor, w),
      );
    },
  ],
  [
    "another type",
    2,
    (wrap) => {
      const step = wrap((x: Tensor) => x.add(1));
      const types = ["float32", "float32", "float32", "int32", "int32"] as const;
      return types.flatMap((dtype) => {
        const y = step(tensor([1, 2], { dtype }));
        return [y.dtype, ...read(y)];
      });
    },
  ],
  [
    "requiresGrad switched off and on",
    4,
    (wrap) => {
      const [v, w] = [leaf(2), leaf(2)];
      const step = wrap(() => {
        v.grad = w.grad = null;
        const loss = v.mul(w).sum();
        loss.backward();
        return loss;
      });
      return [true, true, true, false, false, false, true].flatMap((wanted) => {
        if (v.requiresGrad !== wanted) v.requiresGrad = wanted;
        return read(step(), v.grad, w.grad);
      });
    },
  ],
  [
    "noGrad around it",
    2,
    (wrap) => {
      const w = leaf(2);
      const step = wrap(() => {
        const y = w.mul(2).square().sum();
        return y.requiresGrad ? y.add(1).detach() : y;
      });
      return [0, 0, 0, 1, 1, 0, 1].flatMap((off) =>
        read((off === 1 ? noGrad : enableGrad)(() => step())),
      );
    },
  ],
  [
    "other arguments that are no tensors",
    3,
    (wrap) => {
      const x = rand([3]);
      const step = wrap((how: string, flags: boolean[]) =>
        flags.reduce((y, flag) => (flag ? y.mul(2) : y), how === "sin" ? x.sin() : x.cos()),
      );
      const calls: [string, boolean[]][] = [
        ["sin", [true]],
        ["sin", [true]],
        ["sin", [true]],
        ["cos", [true]],
        ["cos", [true, false]],
        ["sin", [true]],
      ];
      return calls.flatMap(([how, flags]) => read(step(how, flags)));
    },
  ],
  [
    "a premise that changes",
    2,
    (wrap) => {
      const [x, options] = [rand([3]), { nesterov: false }];
      const step = wrap(() => {
        restsOn("nesterov", () => options.nesterov);
        return options.nesterov ? x.exp() : x.log();
      });
      return [false, false, false, true, true, false].flatMap((nesterov) => {
        options.nesterov = nesterov;
        return read(step());
      });
    },
  ],
  [
    "constant results, arguments and parameters that are returned",
    1,
    (wrap) => {
      const w = leaf(2);
      const step = wrap((x: Tensor) => ({
        fixed: tensor([1, 2]).mul(2),
        part: x.narrow(0, 1, 1),
        given: x,
        w,
        text: "loss",
        none: null,
        list: [7],
      }));
      return Array.from({ length: 5 }, (_, i) => {
        const x = tensor([i, i + 1]);
        const { fixed, part, given, w: same, text, none, list } = step(x);
        expect([given, same]).toEqual([x, w]);
        expect(given).toBe(x);
        expect(same).toBe(w);
        return [...read(fixed, part), text, String(none), ...list];
      }).flat();
    },
  ],
];
