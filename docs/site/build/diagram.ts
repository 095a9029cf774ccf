/**
 * The diagrams in the documents, which are Mermaid text as `graph(…).mermaid` of @nabla/viz writes
 * it, as drawings: Graphviz lays them out when the site is built. Of Mermaid only what stands there
 * is understood.
 */
import { Graphviz } from "@hpcc-js/wasm-graphviz";

const shapes: readonly [RegExp, string][] = [
  [/^\(\["(.*)"\]\)$/, 'shape=box style="rounded"'],
  [/^\[\["(.*)"\]\]$/, "shape=box peripheries=2"],
  [/^\[\/"(.*)"\/\]$/, "shape=box"],
  [/^\("(.*)"\)$/, 'shape=box style="rounded"'],
  [/^\["(.*)"\]$/, "shape=box"],
];

/** The drawing of a diagram, as SVG. */
export async function drawn(mermaid: string): Promise<string> {
  const lines = mermaid.split("\n").slice(1).flatMap(dotOf);
  const dot =
    'digraph { bgcolor="transparent" node [fontname="Helvetica" fontsize=12 margin="0.16,0.08"] ' +
    `edge [arrowsize=0.7]\n${lines.join("\n")}\n}`;
  const graphviz = await Graphviz.load();
  const svg = graphviz.layout(dot, "svg", "dot");
  const label = lines.find((line) => line.includes("result"))?.match(/label="([^"\\]*)/)?.[1] ?? "";
  // Titles would be shown where the pointer rests.
  const drawing = svg
    .slice(svg.indexOf("<svg"))
    .replaceAll(/<title>[^<]*<\/title>\s*|<!--[\s\S]*?-->\s*/g, "")
    .replace(/<svg width="([\d.]+)pt" height="[\d.]+pt"/, (_, points: string) => {
      // Points are larger than pixels.
      return `<svg role="img" width="${Math.round(Number(points) * 1.15)}"`;
    })
    .replace("<svg", `<svg aria-label="${label}"`);
  return `<div class="graph" tabindex="0">${drawing}</div>\n`;
}

/** A line of the diagram in Graphviz's language. */
function dotOf(line: string): string[] {
  const arrow = /^\s*(n\d+) --> (n\d+)$/.exec(line);
  if (arrow !== null) return [`${arrow[1]} -> ${arrow[2]}`];
  const node = /^\s*(n\d+)(.*?)(?::::(\w+))$/.exec(line);
  if (node === null) {
    if (/^\s*classDef /.test(line)) return [];
    throw new Error(`docs/site/build/diagram.ts does not understand "${line}"`);
  }
  const [, name, body = "", kind] = node;
  for (const [pattern, look] of shapes) {
    const text = pattern.exec(body)?.[1];
    if (text === undefined) continue;
    return [`${name} [label="${text.replaceAll("<br/>", "\\n")}" class="${kind}" ${look}]`];
  }
  throw new Error(`docs/site/build/diagram.ts does not understand "${line}"`);
}
