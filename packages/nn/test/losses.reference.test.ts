// The recorded loss modules of PyTorch, each by its function here: values, and gradients by the
// inputs. More of them, operator by operator: scripts/test/conformance.test.ts.

import type { Tensor } from "@nabla/core";
import { functional } from "@nabla/nn";
import { describe, expect, test } from "vitest";

import { argumentsOf, readReference, tensorOf } from "../../../scripts/conformance/format.js";
import type { RecordedTensor } from "../../../scripts/conformance/format.js";
import { expectRecorded } from "../../core/test/reference.js";

interface RecordedLoss {
  readonly id: string;
  readonly module: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: readonly RecordedTensor[];
  readonly out: RecordedTensor;
  readonly cot: readonly [RecordedTensor];
  readonly grads: readonly RecordedTensor[];
}

type Loss = (...args: unknown[]) => Tensor;

/** `CrossEntropyLoss` is crossEntropy(), but for three that are shortened. */
const short: Readonly<Record<string, string>> = {
  BCELoss: "binaryCrossEntropy",
  BCEWithLogitsLoss: "binaryCrossEntropyWithLogits",
  CrossEntropyLoss: "crossEntropy",
  KLDivLoss: "klDiv",
};

function lossOf(module: string): Loss {
  const own = module.replace(/^[A-Z]+(?=[A-Z])|^[A-Z]/, (start) => start.toLowerCase());
  const fitting = own.replace("poissonNLL", "poissonNll").replace("gaussianNLL", "gaussianNll");
  return (functional as unknown as Record<string, Loss>)[short[module] ?? fitting]!;
}

const camelCase = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const reference = readReference("nn/losses.json") as { cases: RecordedLoss[] } | null;

describe.skipIf(reference === null)("losses as PyTorch recorded them", () => {
  test.each((reference?.cases ?? []).map((of) => [of.id, of.module, of] as const))(
    "%s: %s",
    (_id, module, { options, inputs, out, cot, grads }) => {
      const given = argumentsOf({ args: inputs, kwargs: options });
      const named = Object.entries(given.kwargs).map(([key, value]) => [camelCase(key), value]);
      const result = lossOf(module)(...given.args, Object.fromEntries(named));
      expectRecorded(result, out, 1e-9);
      result.mul(tensorOf(cot[0])).sum().backward();
      grads.forEach((recorded, i) => expectRecorded(given.leaves[i]?.grad, recorded, 1e-9));
    },
  );

  test("there are some", () => {
    expect(reference!.cases.length).toBeGreaterThan(30);
  });
});
