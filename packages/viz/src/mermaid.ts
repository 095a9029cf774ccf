/**
 * A graph in Mermaid's language, which Markdown can hold:
 * https://mermaid.js.org/syntax/flowchart.html. What is drawn: graph.ts.
 */
import type { Box, Boxes } from "./graph.js";
import { boxColours } from "./theme.js";

/** Between quotes Mermaid reads HTML, Markdown and codes of its own: all signs become codes. */
const escapeSigns = (line: string): string =>
  line
    .replace(/[!-&*;<>-@\\^_`{|}~]|^[-+]/g, (sign) => `#${sign.charCodeAt(0)};`)
    .replace(/^(\d+)\.(?= )/, "$1#46;");

const brackets: Readonly<Record<Box["kind"], readonly [string, string]>> = {
  result: ["([", "])"],
  operation: ["(", ")"],
  leaf: ["[", "]"],
  constant: ["[/", "/]"],
  fold: ["[[", "]]"],
};

export function writeMermaid({ boxes, arrows }: Boxes): string {
  const lines = boxes.map(({ kind, lines: text }, i) => {
    const [open, close] = brackets[kind];
    return `  n${i}${open}"${text.map(escapeSigns).join("<br/>")}"${close}:::${kind}`;
  });
  const classes = Object.entries(boxColours).map(([kind, { fill, line, ink }]) => {
    const dashed = kind === "fold" ? ",stroke-dasharray:4" : "";
    return `  classDef ${kind} fill:${fill},stroke:${line},color:${ink}${dashed}`;
  });
  return [
    "flowchart TD",
    ...lines,
    ...arrows.map(([from, to]) => `  n${from} --> n${to}`),
    ...classes,
  ].join("\n");
}
