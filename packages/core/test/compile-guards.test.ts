// Between the calls of a compiled step anything can happen to what it rests on: values written,
// gradients read, kept, replaced, other steps on the same tensors. A replay looks again only where
// something is counted as changed, so each of these, in every order, has to come to what the plain
// loop gives. Not here: what is different from call to call (compile.test.ts).

import { compile, manualSeed, noGrad, rand, tensor, zeros } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { hostScalar } from "@nabla/core/engine";
import { afterEach, expect, test } from "vitest";

import { leaf, read } from "./compile-programs.js";
import { difference, engines } from "./engines.js";
import type { Wrap } from "./engines.js";

afterEach(engines.standard);

interface World {
  readonly data: Tensor;
  readonly w: Tensor;
  readonly b: Tensor;
  readonly step: () => Tensor;
  readonly other: () => Tensor;
  /** Tensors that somebody keeps, to be read at the end. */
  readonly kept: Tensor[];
  rate: number;
}

function world(size: number, wrap: Wrap): World {
  manualSeed(4);
  const [data, w, b] = [rand([size]), leaf(size), leaf()];
  const own = { data, w, b, rate: 0.1, kept: [] };
  const descend = (loss: Tensor): Tensor => {
    w.grad = b.grad = null;
    loss.backward();
    for (const one of [w, b]) {
      if (one.grad === null) continue;
      const slope = one.grad;
      noGrad(() => one.sub_(slope.mul(hostScalar(() => own.rate))));
    }
    return loss;
  };
  const step = wrap(() => descend(w.mul(data).add(b).square().mean()));
  const other = wrap(() => descend(w.sub(b).mul(data).square().mean()));
  return Object.assign(own, { step, other });
}

const happenings: Record<string, (own: World) => unknown> = {
  nothing: () => null,
  "a parameter is read": ({ w }) => w.sum().item(),
  "a gradient is read and kept": ({ w, kept }) => kept.push(w.grad!),
  "a gradient is dropped": ({ w }) => (w.grad = null),
  "a gradient is given": ({ b }) => (b.grad = tensor(3)),
  "a gradient is written": ({ w }) => w.grad?.mul_(2),
  "backward outside adds up": ({ w, data }) => w.mul(data).sum().backward(),
  "an alias is kept": ({ w, kept }) => kept.push(w.detach()),
  "something is made of it and not read": ({ w, kept }) => kept.push(w.detach().mul(2)),
  "a parameter is written": ({ w }) => noGrad(() => w.add_(0.5)),
  "part of a parameter is written": ({ w }) => noGrad(() => w.narrow(0, 1, 2).mul_(0.5)),
  "data are written": ({ data }) => data.mul_(0.9),
  "part of the data is written": ({ data }) => data.narrow(0, 0, 2).copy_(zeros([2])),
  "the rate falls": (own) => (own.rate /= 2),
  "another step on the same parameters": ({ other }) => other().item(),
  "a parameter stops, and starts again": ({ b }) => b.requiresGrad_(false).requiresGrad_(true),
  "a step without one": ({ b, step }) => {
    b.requiresGrad = false;
    step();
    b.requiresGrad = true;
  },
};

/** What can be read after everything, in every order of two, has happened between steps. */
function story(size: number, wrap: Wrap, first: string): (number | string)[] {
  const seen: (number | string)[] = [];
  for (const second of Object.keys(happenings)) {
    const own = world(size, wrap);
    const names = ["nothing", "nothing", first, "nothing", second, first, second, "nothing"];
    const losses = names.map((name) => {
      const loss = own.step();
      happenings[name]!(own);
      return loss;
    });
    const { w, b, kept } = own;
    seen.push(...read(...losses, w, b, w.grad, b.grad, ...kept));
  }
  return seen;
}

const plain: Wrap = (step) => step;
const compiled: Wrap = (step) => compile(step) as never;

test.each(Object.keys(happenings))("%s, and then anything else", (first) => {
  engines.interpreter();
  const expected = story(3, plain, first);
  expect(story(3, compiled, first)).toEqual(expected);
  engines.wasm();
  expect(difference(story(3, compiled, first), expected)).toBe(null);
});

test.each(Object.keys(happenings))("%s, with tensors that lie in WebAssembly's memory", (first) => {
  engines.wasm();
  const second = "a gradient is read and kept";
  const own = [plain, compiled].map((wrap) => world(2000, wrap));
  const [expected, found] = own.map((one) => {
    const losses = [];
    for (const name of ["nothing", "nothing", first, "nothing", second, first, "nothing"]) {
      losses.push(one.step());
      happenings[name]!(one);
    }
    return read(...losses, one.w, one.b, one.w.grad, one.b.grad, ...one.kept);
  });
  expect(difference(found!, expected!)).toBe(null);
});

test("a step sees what another one has written", () => {
  engines.wasm();
  const total = zeros([]);
  const write = compile(() => total.add_(1));
  const look = compile(() => total.mul(10));
  const seen = [];
  for (let i = 0; i < 9; i++) {
    if (i % 4 !== 3) write();
    seen.push(look().item());
  }
  expect(seen).toEqual([10, 20, 30, 30, 40, 50, 60, 60, 70]);
});

test("a view of what has come to require grad is another step", () => {
  const [data, w] = [rand([4]), leaf(4)];
  const part = data.narrow(0, 1, 2);
  const step = compile(() => part.mul(2));
  for (let i = 0; i < 4; i++) step();
  data.add_(w);
  expect(() => step()).toThrow(/computed outside/);
});
