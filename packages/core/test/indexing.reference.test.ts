// Indexing against recorded cases of PyTorch's x[...] and index_put: results and gradients. Tests
// of our own: indexing.test.ts.

import { slice, tensor } from "@nabla/core";
import type { DType, Index, Tensor } from "@nabla/core";
import { describe, test } from "vitest";

import { dtypeOf, expectNumbers, expectRecorded, readReference } from "./reference.js";
import type { RecordedTensor } from "./reference.js";

/** A part of an index as the reference writes it, but for numbers, lists and null. */
interface RecordedPart {
  readonly $slice?: readonly [start: number | null, stop: number | null, step: number | null];
  readonly $ellipsis?: true;
  readonly $tensor?: RecordedTensor["$tensor"];
}
type Recorded = number | number[] | null | RecordedPart;

interface RecordedCase {
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly out: RecordedTensor;
  readonly cot?: readonly RecordedTensor[];
  readonly grads?: readonly RecordedTensor[];
}

const recordedCases = (op: string): readonly RecordedCase[] =>
  (readReference(`ops/${op}.json`) as { cases: readonly RecordedCase[] } | null)?.cases ?? [];

function made({ $tensor: { dtype, shape, data } }: RecordedTensor): Tensor {
  const type = dtypeOf(dtype) as DType;
  const x = tensor(Float64Array.from(data, Number), { dtype: "float64" });
  return x.to(type).reshape([...shape]);
}

function partOf(part: Recorded): Index {
  if (part === null || typeof part === "number" || Array.isArray(part)) return part;
  const { $slice, $tensor } = part;
  if ($tensor) return made({ $tensor });
  return $slice ? slice(...$slice) : "...";
}

/** Compares a result and the gradients of its inputs with what was recorded. */
function expectAll(one: RecordedCase, result: Tensor, inputs: readonly Tensor[]): void {
  expectRecorded(result, one.out);
  if (!one.grads) return;
  result.mul(made(one.cot![0]!)).sum().backward();
  const relative = result.dtype === "float32" ? 1e-6 : 1e-12;
  inputs.forEach(({ grad }, i) => expectNumbers(grad, numbersOf(one.grads![i]!), relative));
}

const numbersOf = (x: RecordedTensor): number[] => [...made(x).data()];

const getting = recordedCases("__getitem__");
const putting = recordedCases("index_put").filter(({ kwargs }) => !kwargs["accumulate"]);

describe.skipIf(getting.length === 0)("as in PyTorch", () => {
  test.each(getting)("$id", (one) => {
    const x = made(one.args[0] as RecordedTensor).requiresGrad_(one.grads !== undefined);
    const { $index } = one.args[1] as { $index: readonly Recorded[] };
    expectAll(one, x.at(...$index.map(partOf)), [x]);
  });

  test.each(putting)("$id", (one) => {
    const [x, value] = [one.args[0], one.args[2]].map((given) =>
      made(given as RecordedTensor).requiresGrad_(one.grads !== undefined),
    ) as [Tensor, Tensor];
    const index = (one.args[1] as readonly Recorded[]).map(partOf);
    expectAll(one, x.clone().setAt(index, value), [x, value]);
  });
});
