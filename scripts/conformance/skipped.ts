// What is skipped, and why: operators of the extra tier that the library does not have on purpose,
// and calls that JavaScript or the library's four types cannot say. Everything here is counted and
// printed. Of the core tier a case is skipped for its types only, whatever is listed.

import type { RecordedCall } from "./format.js";

/** Operators of the extra tier that are left out, by PyTorch's names. */
export const skippedOps: Readonly<Record<string, string>> = {};

const twoAnswers =
  "NaN: PyTorch gives two gradients for it in one tensor, by whether it is in a group of eight";

/** Recorded calls that contradict others, by their id. */
export const skippedCases: Readonly<Record<string, string>> = {
  "nn.functional.relu6#5": twoAnswers,
  "nn.functional.softshrink#7": twoAnswers,
  "nn.functional.embedding_bag#13":
    "recorded wrong: PyTorch's CPU kernel divides a row's gradient by the count of another row",
};

/** What every reason that has to do with types begins with: the only ones for the core tier. */
export const OF_TYPES = "dtype: ";

/** Calls that must fail for a reason that does not exist here: what PyTorch says of them. */
const unsayable: readonly [message: RegExp, reason: string][] = [
  [/Expected dtype int64/, OF_TYPES + "int32 and int64 are one type, so either is right"],
  [
    /must be int, not float/,
    OF_TYPES + "1 and 1.0 are one number in JavaScript, so either is right",
  ],
  [
    /Expected out tensor to have dtype/,
    OF_TYPES + "there is no out, so it has no type to be wrong",
  ],
];

/** Why a call that must be refused cannot be said here, or `null`. */
export function unsayableReason({ throws }: RecordedCall): string | null {
  const message = throws?.message ?? "";
  return unsayable.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}
