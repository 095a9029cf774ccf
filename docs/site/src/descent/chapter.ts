/**
 * The first chapter: a start that is dragged along a curve, a rate, and the descent that follows
 * from them. The descent itself is in descend.ts.
 */
import * as Plot from "@observablehq/plot";

import { Chart } from "../chart.js";
import { onChoice, Player, power, say, Slider } from "../controls.js";
import { element, inLanguage } from "../page.js";
import { showProgram } from "../program.js";
import { programOf } from "./code.js";
import { descend, heights, judge, STEPS } from "./descend.js";
import type { CurveName, Place } from "./descend.js";
import { words } from "./words.js";

const text = inLanguage(words);
const reach = 5;
const across = Array.from({ length: 201 }, (_, i) => -reach + (i * reach) / 100);

let curve: CurveName = "bowl";
let start = 4;
let places: Place[] = [];
let line: { x: number; y: number }[] = [];

const chart = new Chart(element("curve-chart"), 0.62);
const rate = new Slider("rate", update, power, String);
const shown = new Slider("shown", show);
const player = new Player("play", stepOn, text.play, 180);

onChoice("curve", (name) => {
  curve = name as CurveName;
  drawCurve();
  update();
});
element("play").addEventListener("click", () => {
  // From the beginning, if it had come to the end.
  if (shown.value >= STEPS) shown.position = 0;
  show();
});
element("step").addEventListener("click", () => {
  player.stop();
  stepOn();
});
element("reset").addEventListener("click", () => {
  player.stop();
  shown.position = 0;
  show();
});

function stepOn(): boolean {
  shown.position = Math.min(shown.value + 1, STEPS);
  show();
  return shown.value < STEPS;
}

function drawCurve(): void {
  const ys = heights(curve, across);
  line = across.map((x, i) => ({ x, y: ys[i]! }));
}

/** Walks anew from the start, and says how it went. */
function update(): void {
  places = descend(curve, start, rate.value);
  const { verdict, arrived } = judge(places);
  const [title, told] = text.verdicts[verdict];
  const remark = curve === "bowl" ? text.factor(say(rate.value), say(1 - 2 * rate.value)) : "";
  element("verdict-title").textContent = title;
  element("verdict-text").textContent = told(arrived);
  element("verdict-remark").textContent = remark;
  showProgram(programOf(curve, start, rate.value, text.code));
  show();
}

/** Shows the walk up to the step that was chosen. */
function show(): void {
  const at = Math.min(shown.value, places.length - 1);
  const walked = places.slice(0, at + 1);
  const here = places[at]!;
  const tops = line.map(({ y }) => y);
  const [low, high] = [Math.min(...tops), Math.max(...tops)];
  const y = [low - 0.06 * (high - low), high] as const;
  chart.draw({
    x: { domain: [-reach, reach], label: "x" },
    y: { domain: y, label: "f(x)" },
    marks: [
      Plot.line(line, { x: "x", y: "y", stroke: "var(--ink)", strokeWidth: 2 }),
      Plot.line(tangent(here), {
        x: "x",
        y: "y",
        stroke: "var(--data)",
        strokeWidth: 1.75,
        strokeDasharray: "5 4",
        clip: true,
      }),
      Plot.line(walked, {
        x: "x",
        y: "y",
        stroke: "var(--accent)",
        strokeOpacity: 0.5,
        clip: true,
      }),
      Plot.dot(walked, { x: "x", y: "y", r: 3.5, fill: "var(--accent)", clip: true }),
      Plot.dot([here], { x: "x", y: "y", r: 6, stroke: "var(--data)", strokeWidth: 2, clip: true }),
    ],
    handles: [
      {
        x: start,
        y: places[0]!.y,
        label: text.start,
        value: text.startValue(say(start)),
        kind: "start",
        move: (x) => {
          start = Number(x.toFixed(2));
          update();
        },
      },
    ],
  });
  element("now-step").textContent = String(at);
  element("now-x").textContent = say(here.x);
  element("now-y").textContent = say(here.y);
  element("now-slope").textContent = say(here.slope);
  element("now-rate").textContent = say(rate.value);
  const next = here.x - rate.value * here.slope;
  const slope = here.slope < 0 ? `(${say(here.slope)})` : say(here.slope);
  element("now-next").textContent = `${say(here.x)} − ${say(rate.value)} · ${slope} = ${say(next)}`;
}

/** A stretch of the straight line that touches the curve at a place. */
function tangent({ x, y, slope }: Place): { x: number; y: number }[] {
  const half = 1.6 / Math.hypot(1, slope / 4);
  return [-half, half].map((d) => ({ x: x + d, y: y + d * slope }));
}

drawCurve();
update();
