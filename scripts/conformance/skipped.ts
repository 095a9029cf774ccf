// What is skipped, and why: operators of the extra tier that the library does not have on purpose,
// and calls that JavaScript or the library's four types cannot say. Everything here is counted and
// printed. Nothing is skipped for being wrong.

/** Operators of the extra tier that are left out, by PyTorch's names. */
export const skippedOps: Readonly<Record<string, string>> = {};

const oneInteger = "dtype: int32 and int64 are one type, and the call is right with int64";

/** Recorded calls that cannot be said here. */
export const skippedCases: Readonly<Record<string, string>> = {
  "gather!0": oneInteger,
  "scatter!0": oneInteger,
  "logspace!0": "dtype: 1 and 1.0 are one number in JavaScript, and the call is right with 1",
};
