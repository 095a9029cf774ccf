// Runs programs that were run in PyTorch, too, and compares all their results.

import { describe, expect, test } from "vitest";

import { readReference } from "../../../scripts/conformance/format.js";
import { expectRecorded } from "./reference.js";

type Results = Record<string, unknown>;

interface Reference {
  readonly programs: readonly { readonly id: string; readonly results: Results }[];
}

const reference = readReference("autograd-behaviours.json") as Reference | null;

/** The names of all recorded programs; none where the reference is not there. */
export const recordedPrograms = (): string[] => reference?.programs.map(({ id }) => id) ?? [];

/** One test for each program; `elsewhere` names the results that nothing here corresponds to. */
export function comparePrograms(
  programs: Readonly<Record<string, () => Results>>,
  elsewhere: Readonly<Record<string, readonly string[]>> = {},
): void {
  const recorded = new Map(reference?.programs.map(({ id, results }) => [id, results]));
  describe.skipIf(reference === null)("as in PyTorch", () => {
    test.each(Object.entries(programs))("%s", (id, run) => {
      const expected = recorded.get(id)!;
      const results = run();
      const compared = [...Object.keys(results), ...(elsewhere[id] ?? [])];
      expect(compared.sort()).toEqual(Object.keys(expected).sort());
      for (const [name, value] of Object.entries(results)) expectRecorded(value, expected[name]);
    });
  });
}
