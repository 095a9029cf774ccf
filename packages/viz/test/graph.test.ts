// What graph() draws. Graphviz is the judge of the DOT text: its own reading of it is compared with
// what was to be drawn, and so is the SVG; the Mermaid text is read by the small grammar below.

import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { cat, customFunction, randn, tensor } from "@nabla/core";
import type { Tensor } from "@nabla/core";
import { explain, graph, keepValues } from "@nabla/viz";
import { DOMParser } from "linkedom";
import { afterEach, describe, expect, test } from "vitest";

import { hostileNames } from "./hostile-names.js";

afterEach(() => keepValues(false));

const leaf = (values: number | number[], name: string): Tensor =>
  tensor(values, { requiresGrad: true }).named(name);

function lineFit(): Tensor {
  const [x, y] = [tensor([1, 2, 3]).named("x"), tensor([3, 5, 7]).named("y")];
  const line = leaf(0.5, "w").mul(x).add(leaf(0, "b"));
  return line.sub(y).square().mean().named("loss");
}

/** A graph as a reader finds it: the lines of its boxes, and its arrows as "from > to". */
interface Found {
  boxes: string[][];
  arrows: string[];
}

interface GraphvizObject {
  name: string;
  label?: string;
}

/** Graphviz gives a label as it got it; this is how it reads it. */
const unescapeLabel = (label: string): string =>
  label
    .replaceAll(/\\(.)/gu, (_, sign: string) => (sign === "n" ? "\n" : sign))
    .replaceAll("&amp;", "&");

async function readDot(dot: string): Promise<Found> {
  const json = (await Graphviz.load()).layout(dot, "json", "dot");
  const found = JSON.parse(json) as {
    objects: GraphvizObject[];
    edges?: { tail: number; head: number }[];
  };
  const boxes = found.objects.map(({ label = "" }) => unescapeLabel(label).split("\n"));
  const name = (i: number): string => found.objects[i]!.name;
  const arrows = (found.edges ?? []).map(({ tail, head }) => `${name(tail)} > ${name(head)}`);
  return { boxes, arrows };
}

async function readSvg(svg: string): Promise<Found> {
  // A second, strict reader: Graphviz is asked for nothing here.
  const document = new DOMParser().parseFromString(svg, "image/svg+xml");
  const groups = Array.from(document.querySelectorAll("g") as unknown as Element[]);
  const of = (kind: string): Element[] =>
    groups.filter((group) => group.getAttribute("class")?.split(" ")[0] === kind);
  const title = (group: Element): string => group.querySelector("title")!.textContent;
  const boxes = of("node").map((group) =>
    [...group.querySelectorAll("text")].map((text) => text.textContent.replaceAll("\u00A0", " ")),
  );
  return { boxes, arrows: of("edge").map((group) => title(group).replace("->", " > ")) };
}

/** All of Mermaid that is used: anything else fails. */
function readMermaid(text: string): Found {
  const [first, ...lines] = text.split("\n");
  expect(first).toBe("flowchart TD");
  const boxes: string[][] = [];
  const arrows: string[] = [];
  for (const line of lines) {
    const box = /^ {2}n(\d+)(?:\(\[|\[\[|\[\/|\(|\[)"([^"]*)"(?:\]\)|\]\]|\/\]|\)|\]):::\w+$/u.exec(
      line,
    );
    const arrow = /^ {2}(n\d+) --> (n\d+)$/.exec(line);
    if (box !== null) {
      expect(Number(box[1])).toBe(boxes.length);
      boxes.push(box[2]!.split("<br/>").map(decode));
    } else if (arrow !== null) arrows.push(`${arrow[1]} > ${arrow[2]}`);
    else expect(line).toMatch(/^ {2}classDef \w+ fill:#\w{6},stroke:#\w{6},color:#\w{6}\S*$/);
  }
  return { boxes, arrows };
}

function decode(label: string): string {
  expect(label).not.toMatch(/[<>&`*_\\]/);
  const text = label.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  expect(label.replaceAll(/#\d+;/g, "")).not.toMatch(/[#;]/);
  return text;
}

const sorted = ({ boxes, arrows }: Found): Found => ({
  boxes: [...boxes].sort((a, b) => (a.join() < b.join() ? -1 : 1)),
  arrows: [...arrows].sort(),
});

/** All three formats say the same; returns what. */
async function readAll(loss: Tensor, options = {}): Promise<Found> {
  const drawing = graph(loss, options);
  const found = sorted(readMermaid(drawing.mermaid));
  const dot = await readDot(drawing.dot);
  expect(sorted(dot)).toEqual(found);
  const svg = await drawing.svg();
  expect(svg).toMatch(/^<svg role="img" aria-label="Computation graph of [^"<>]*"/);
  expect(sorted(await readSvg(svg))).toEqual(found);
  return found;
}

test("the line fit, with names and shapes", async () => {
  const { boxes, arrows } = await readAll(lineFit());
  expect(boxes.map((lines) => lines.join(" "))).toEqual([
    "add [3]",
    "b []",
    "constant",
    "loss = mean []",
    "mul [3]",
    "square [3]",
    "sub [3]",
    "w []",
    "x [3]",
  ]);
  expect(arrows).toHaveLength(8);
});

test("values and gradients when asked, those that were kept", async () => {
  const before = await readAll(lineFit(), { values: true, gradients: true });
  expect(before.boxes).toContainEqual([
    "add",
    "[3]",
    "value not kept",
    "grad [−1.667, −2.667, −3.667]",
  ]);
  keepValues();
  const after = await readAll(lineFit(), { values: true, gradients: true });
  expect(after.boxes.map((lines) => lines.join(" "))).toEqual([
    "add [3] [0.5, 1, 1.5] grad [−1.667, −2.667, −3.667]",
    "b [] 0 grad −8",
    "loss = mean [] 17.5 grad 1",
    "mul [3] [0.5, 1, 1.5] grad [−1.667, −2.667, −3.667]",
    "square [3] [6.25, 16, 30.25] grad [0.3333, 0.3333, 0.3333]",
    "sub [3] [−2.5, −4, −5.5] grad [−1.667, −2.667, −3.667]",
    "w [] 0.5 grad −18",
    "x [3] [1, 2, 3]",
    "y [3] [3, 5, 7]",
  ]);
});

test("a square has two arrows, a constant used twice one box, numbers one each", async () => {
  const x = tensor([1, 2]).named("x");
  const w = leaf(3, "w");
  const { boxes, arrows } = await readAll(w.mul(w).mul(x).add(x.mul(w)).mul(2).mul(2));
  expect(arrows.filter((arrow, i) => arrows.indexOf(arrow) !== i)).toHaveLength(1);
  expect(boxes.filter(([name]) => name === "x")).toHaveLength(1);
  expect(boxes.filter(([name]) => name === "2")).toHaveLength(2);
});

test.each(hostileNames.map(([name, shown]) => [JSON.stringify(shown), name, shown]))(
  "the name %s is read as it is",
  async (_text, name, shown) => {
    const scaled = customFunction({ name, forward: (x: Tensor) => x.mul(2), vjps: [(g) => g] });
    const { boxes } = await readAll(scaled(leaf(3, name).mul(tensor(2).named(name))).named(name));
    const names = boxes.map(([first]) => first!);
    const expected = ["mul", shown, `${shown}2`, `${shown}3 = ${shown}`];
    expect(names.sort()).toEqual(expected.sort());
  },
);

describe("large graphs are folded", () => {
  test("what repeats is told once", async () => {
    const [w, b] = [leaf(1, "w"), leaf(0, "b")];
    let x = w;
    for (let i = 0; i < 5000; i++) x = x.mul(1.0001).add(b);
    const began = performance.now();
    const { boxes } = await readAll(x, { gradients: true });
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(boxes).toHaveLength(9);
    expect(boxes).toContainEqual(["… the same 4,998 times more", "each add, mul"]);
    x.backward();
    expect(boxes).toContainEqual(["b", "[]", `grad ${Math.round(b.grad!.item())}`]);
  });

  test("what does not repeat is cut to the limit", async () => {
    const w = leaf(1, "w");
    let [x, state] = [w, 1];
    // Operations in an order without period.
    for (let i = 0; i < 10_000; i++) {
      state = (state * 48_271) % 2_147_483_647;
      x = state % 3 === 0 ? x.mul(1) : state % 3 === 1 ? x.add(w) : x.neg();
    }
    const began = performance.now();
    const drawing = graph(x);
    expect(performance.now() - began).toBeLessThan(20_000);
    const { boxes } = await readAll(x);
    expect(boxes.length).toBeLessThanOrEqual(60 + 4 * 60);
    expect(boxes.filter(([first]) => /^… [\d,]+ steps more$/.test(first!))).toHaveLength(1);
    expect(
      [drawing.dot, drawing.mermaid, await drawing.svg()].every((text) => text.length < 200_000),
    ).toBe(true);
    const all = boxes.filter(([first]) => first!.startsWith("…")).length;
    expect(all).toBeGreaterThan(0);
    const everything = graph(x, { limit: Infinity });
    expect(
      everything.mermaid.split("\n").filter((line) => line.includes(":::operation")),
    ).toHaveLength(9_999);
  });

  test("inputs, too", async () => {
    const leaves = Array.from({ length: 5000 }, (_, i) => leaf([1], `leaf ${i}`));
    const constants = Array.from({ length: 5000 }, (_, i) => tensor([i]));
    const joined = cat([...leaves, ...constants]).sum();
    const { boxes } = await readAll(joined);
    expect(boxes.length).toBeLessThan(20);
    expect(explain(joined).length).toBeLessThan(10_000);
  });

  test("a limit is kept to", () => {
    const x = Array.from({ length: 30 }).reduce<Tensor>(
      (y, _, i) => (i % 7 === 0 ? y.exp() : y.sin()),
      leaf(1, "w"),
    );
    for (const limit of [3, 4, 7, 20]) {
      const boxes = graph(x, { limit })
        .mermaid.split("\n")
        .filter((line) => line.includes(":::"));
      expect(boxes.length).toBeLessThanOrEqual(limit);
    }
    for (const limit of [2, 3.5, NaN, -1]) {
      expect(() => graph(x, { limit })).toThrow(`graph: limit cannot be ${limit}`);
    }
  });
});

test("what has no graph is refused, what was freed has no gradients", () => {
  expect(() => graph(tensor(1))).toThrow("graph: this tensor does not require grad");
  expect(() => graph("loss" as never)).toThrow("graph: this is no tensor");
  const loss = lineFit();
  loss.backward();
  expect(graph(loss).mermaid).toContain("loss = mean");
  expect(() => graph(loss, { gradients: true })).toThrow("was freed by an earlier call");
});

/** A model of blocks as `@nabla/nn` would have it: two layers each, and a way around them. */
function blocks(count: number): { loss: Tensor; model: { namedParameters(): [string, Tensor][] } } {
  const parameters: [string, Tensor][] = [];
  const parameter = (name: string, shape: number[]): Tensor => {
    const made = randn(shape, { requiresGrad: true });
    parameters.push([name, made]);
    return made;
  };
  const linear = (x: Tensor, name: string): Tensor =>
    x.matmul(parameter(`${name}.weight`, [4, 4]).t()).add(parameter(`${name}.bias`, [4]));
  let x = linear(randn([2, 4]), "input");
  for (let i = 0; i < count; i++) {
    x = linear(linear(x, `blocks.${i}.up`).relu(), `blocks.${i}.down`).add(x);
  }
  return { loss: x.square().mean(), model: { namedParameters: () => parameters } };
}

test("parameters have the names that a model gives them, and modules become one box", async () => {
  const { loss, model } = blocks(2);
  const few = await readAll(loss, { model, limit: Infinity });
  const names = few.boxes.map(([name]) => name);
  for (const [name] of model.namedParameters()) expect(names).toContain(name);

  const layers = await readAll(loss, { model, limit: 20 });
  expect(layers.boxes.map((lines) => lines.join(": ")).sort()).toEqual(
    [
      "mean: []",
      "square: [2, 4]",
      "add4: [2, 4]",
      "add7: [2, 4]",
      "relu: [2, 4]",
      "relu2: [2, 4]",
      "input: add, matmul, transpose",
      "blocks.0.up: add, matmul, transpose",
      "blocks.0.down: add, matmul, transpose",
      "blocks.1.up: add, matmul, transpose",
      "blocks.1.down: add, matmul, transpose",
    ].sort(),
  );
  // Without room for layers, blocks; without room for those, all of them together.
  const whole = await readAll(loss, { model, limit: 9 });
  expect(whole.boxes.map(([name]) => name)).toEqual(
    expect.arrayContaining(["blocks.0", "blocks.1", "input"]),
  );
  const deep = blocks(30);
  const together = await readAll(deep.loss, { model: deep.model, limit: 9 });
  expect(together.boxes.map(([name]) => name)).toContain("blocks");
  // Names that the leaves have themselves do as well.
  for (const [name, tensor] of model.namedParameters()) tensor.named(name);
  expect(await readAll(loss, { limit: 20 })).toEqual(layers);
});

test("shapes are left out on request", async () => {
  const w = tensor(3, { requiresGrad: true }).named("w");
  const { boxes } = await readAll(w.mul(2).named("loss"), { shapes: false });
  expect(boxes).toEqual([["2"], ["loss = mul"], ["w"]]);
});
