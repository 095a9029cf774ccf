/**
 * A graph in Graphviz's language. Its grammar: https://graphviz.org/doc/info/lang.html. What is
 * drawn: graph.ts.
 */
import type { Box, Boxes } from "./graph.js";
import { boxColours } from "./theme.js";

/** Text between quotes: there a backslash and an ampersand begin something. */
const quote = (lines: readonly string[]): string => {
  const escaped = lines.map((line) =>
    line.replaceAll("&", "&amp;").replaceAll("\\", "\\\\").replaceAll('"', '\\"'),
  );
  return `"${escaped.join("\\n")}"`;
};

const shapes: Readonly<Record<Box["kind"], string>> = {
  result: 'shape=box, style="rounded,filled"',
  operation: 'shape=box, style="rounded,filled"',
  leaf: "shape=box, style=filled",
  constant: "shape=box, style=filled",
  fold: 'shape=box, style="dashed,filled"',
};

export function writeDot({ boxes, arrows }: Boxes): string {
  const font = 'fontname="Helvetica,Arial,sans-serif"';
  const lines = boxes.map(({ kind, lines: text }, i) => {
    const { fill, line, ink } = boxColours[kind];
    const paint = `fillcolor="${fill}", color="${line}", fontcolor="${ink}"`;
    return `  n${i} [class=${kind}, label=${quote(text)}, ${shapes[kind]}, ${paint}];`;
  });
  return [
    "digraph {",
    "  rankdir=TB;",
    `  node [${font}, fontsize=12, height=0.3, margin="0.2,0.08"];`,
    '  edge [color="#5f6c7b", arrowsize=0.7];',
    ...lines,
    ...arrows.map(([from, to]) => `  n${from} -> n${to};`),
    "}\n",
  ].join("\n");
}
