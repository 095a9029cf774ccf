// Which of core's tests run in a browser, too: all that ask for nothing of Node's, neither
// themselves nor in the helpers they import. Left to Node are those of the recorded results
// (files), of the compiler and of what is printed (processes), and of memory.

import { posix } from "node:path";

import { filesUnder, readText } from "./repository.js";

/** They measure the process, or take long. */
const elsewhere = /\.(process|gradient|full)\.test\.ts$/;

/** The files of those tests. */
export function browserTests(): string[] {
  const known = new Map<string, boolean>();
  return filesUnder("packages/core/test", ".test.ts").filter(
    (path) => !elsewhere.test(path) && !needsNode(path, known),
  );
}

function needsNode(path: string, known: Map<string, boolean>): boolean {
  const found = known.get(path);
  if (found !== undefined) return found;
  // The library itself runs everywhere.
  if (path.includes("/src/")) return false;
  // Of files that import each other, the one that is looked at first has the say.
  known.set(path, false);
  const text = readText(path);
  const imports = [...text.matchAll(/^(?:import|export|\}) .*from "(\.[^"]+)";$/gm)];
  const answer =
    /"node:|\bprocess\.\w/.test(text) ||
    imports.some(([, to = ""]) =>
      needsNode(posix.join(posix.dirname(path), to.replace(/\.js$/, ".ts")), known),
    );
  known.set(path, answer);
  return answer;
}
