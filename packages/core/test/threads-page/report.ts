// What a thread of a browser finds when it computes large kernels. Not a test.

import { getNumThreads, manualSeed, randn, setNumThreads } from "@nabla/core";

import { place } from "../fused.js";
import { differences, kernels } from "../shared-kernels.js";

export interface Report {
  readonly isIsolated: boolean;
  /** How many threads were chosen, and of how many processors. */
  readonly count: number;
  readonly processors: number;
  /** Workers that products have started. */
  readonly started: number;
  /** The sum of a product's elements, whoever computed it. */
  readonly sum: number;
  /** Of every kernel: parts that others computed, and elements that are not those of one thread. */
  readonly helped: readonly number[];
  readonly differ: readonly number[];
}

/** `helpers`: whether help is to be waited for. */
export async function report(helpers: boolean): Promise<Report> {
  const count = getNumThreads();
  const started = countWorkers();
  manualSeed(1);
  const a = randn([256, 256]);
  let sum = 0;
  for (let i = 0; i < 5; i++) {
    sum = a.matmul(a).abs().sum().item();
    await turn();
  }
  const workers = started();
  const helped: number[] = [];
  const differ: number[] = [];
  for (const [kernel, contents] of helpers ? Object.values(kernels) : []) {
    setNumThreads(1);
    const alone = place([kernel], contents);
    alone.run();
    setNumThreads(2);
    const together = place([kernel], contents, 0, true, true);
    let found = 0;
    const end = performance.now() + 10_000;
    while (together.helped() < 5 && performance.now() < end) {
      for (const { buffer } of kernel.outputs) together.buffers[buffer]!.fill(-7);
      together.run();
      found += differences(together.buffers, alone.buffers);
      await turn();
    }
    helped.push(together.helped());
    differ.push(found);
  }
  const { hardwareConcurrency: processors } = navigator;
  return {
    isIsolated: crossOriginIsolated,
    count,
    processors,
    started: workers,
    sum,
    helped,
    differ,
  };
}

/** What happens elsewhere may go on. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

function countWorkers(): () => number {
  const create = URL.createObjectURL.bind(URL);
  let count = 0;
  URL.createObjectURL = (blob) => {
    count += 1;
    return create(blob);
  };
  return () => {
    URL.createObjectURL = create;
    return count;
  };
}
