/**
 * What draws, for programs that import it: Observable Plot wants a document, which a worker has
 * not, so that linkedom's is put in its place. And the examples of the repository, all of which
 * draw, find their own modules here.
 */
import * as viz from "@nabla/viz";
import * as formula from "@nabla/viz/formula";
import { parseHTML } from "linkedom/worker";

import * as line from "../../../../examples/support/line.js";
import * as mistake from "../../../../examples/support/mistake.js";
import * as newton from "../../../../examples/support/newton.js";
import * as points from "../../../../examples/support/points.js";
import * as commandLine from "./command-line.js";

const { document } = parseHTML("<!doctype html><html></html>");
Object.assign(globalThis, {
  document,
  XMLSerializer: class {
    serializeToString({ outerHTML }: Element): string {
      return outerHTML;
    }
  },
});

/** By the names under which programs import them. */
export const modules: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["nabla/viz", viz],
  ["@nabla/viz", viz],
  ["@nabla/viz/formula", formula],
  ["commander", commandLine],
  ["./support/command-line.js", commandLine],
  ["./support/line.js", line],
  ["./support/mistake.js", mistake],
  ["./support/newton.js", newton],
  ["./support/points.js", points],
];
