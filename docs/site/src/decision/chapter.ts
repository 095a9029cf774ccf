/**
 * The fourth chapter: points of two classes that one paints, and the border that a model draws
 * between them as it learns. The learning itself is in train.ts.
 */
import { Chart } from "../chart.js";
import type { Handle } from "../chart.js";
import { chosen, onChoice, Player, power, say, Slider } from "../controls.js";
import { element, inLanguage } from "../page.js";
import { showProgram } from "../program.js";
import { programOf } from "./code.js";
import { decisionScene, gridOfPlaces, lossScene } from "./pictures.js";
import { exampleSpots, reach } from "./spots.js";
import type { ExampleName, Spot } from "./spots.js";
import { Training } from "./train.js";
import type { Settings, Stage } from "./train.js";
import { words } from "./words.js";

/** How many points and steps there can be, how flat is flat, and how far the eraser reaches. */
const [MOST_SPOTS, MOST_STEPS, FLAT, ERASER] = [400, 20_000, 2e-4, 0.28] as const;

const text = inLanguage(words);
const grid = gridOfPlaces();
let spots: readonly Spot[] = exampleSpots("blobs");
let brush = { x: 0, y: 0 };
let seed = 1;

const plane = new Chart(element("plane"), 0.8, { paint, hover: moveBrush });
const curve = new Chart(element("loss-chart"), 0.42);
const rate = new Slider("rate", changeSettings, power, String);
const hidden = new Slider("hidden", renew);
const pace = new Slider(
  "pace",
  () => {},
  (position) => [1, 2, 5, 10, 20, 50, 100][position]!,
);
const player = new Player("play", () => walk(pace.value), text.play, 40);
let training = new Training(spots, settings());

function settings(): Settings {
  const [kind, method] = [chosen("model"), chosen("method")] as [
    Settings["kind"],
    Settings["method"],
  ];
  return { kind, method, rate: rate.value, hidden: hidden.value, seed };
}

onChoice("method", changeSettings);
onChoice("model", renew);
onChoice("example", (name) => {
  spots = exampleSpots(name as ExampleName);
  renew();
});
element("step").addEventListener("click", () => {
  player.stop();
  walk(1);
});
element("reset").addEventListener("click", renew);
element("other").addEventListener("click", () => {
  seed += 1;
  renew();
});
element("clear").addEventListener("click", () => {
  for (const choice of document.querySelectorAll<HTMLInputElement>("input[name=example]")) {
    choice.checked = false;
  }
  spots = [];
  renew();
});

function changeSettings(): void {
  training.settings = settings();
  show();
}

/** A new model, which knows nothing. */
function renew(): void {
  player.stop();
  const isLine = settings().kind === "line";
  element("hidden", HTMLInputElement).disabled = isLine;
  element("other", HTMLButtonElement).disabled = isLine;
  training = new Training(spots, settings());
  show();
}

/** Some steps; whether there is another to take. */
function walk(count: number): boolean {
  for (let i = 0; i < count && canStep(); i++) training.step();
  show();
  return canStep() && training.now.slope >= FLAT;
}

function canStep(): boolean {
  const { losses, steps } = training;
  return spots.length > 0 && Number.isFinite(losses.at(-1)) && steps < MOST_STEPS;
}

/** Paints with the brush that is chosen: a point of a colour, or none where there was one. */
function paint(x: number, y: number): void {
  const kind = chosen("brush");
  put(x, y, kind === "erase" ? null : (Number(kind) as 0 | 1));
}

function put(x: number, y: number, kind: 0 | 1 | null): void {
  const round = (value: number): number => Number(value.toFixed(2));
  const isInside = Math.abs(x) <= reach.x[1] && Math.abs(y) <= reach.y[1];
  if (kind === null) spots = spots.filter((spot) => Math.hypot(spot.x - x, spot.y - y) > ERASER);
  else if (isInside && spots.length < MOST_SPOTS) {
    spots = [...spots, { x: round(x), y: round(y), kind }];
  }
  training.spots = spots;
  moveBrush(x, y);
  show();
}

function moveBrush(x: number, y: number): void {
  brush = { x: Number(x.toFixed(2)), y: Number(y.toFixed(2)) };
  plane.place(handles());
  tellBrush();
}

/** The brush, for those who paint with keys. */
function handles(): Handle[] {
  const { x, y } = brush;
  return [
    {
      x,
      y,
      label: text.brush,
      value: text.brushAt(say(x), say(y)),
      kind: "brush",
      move: moveBrush,
      press: () => paint(x, y),
      remove: () => put(x, y, null),
    },
  ];
}

/** What the model says of the place of the brush. */
function tellBrush(): void {
  const [score = Number.NaN] = Array.from(training.scores([brush.x], [brush.y]));
  const p = 1 / (1 + Math.exp(-score));
  element("here").textContent = text.here(say(brush.x), say(brush.y), say(score), say(p, 3));
}

function show(): void {
  const { losses, steps, now } = training;
  const [blue, orange] = [0, 1].map((kind) => spots.filter((spot) => spot.kind === kind).length);
  plane.draw({
    ...decisionScene(spots, training.scores(grid.x, grid.y)),
    handles: handles(),
  });
  curve.draw(lossScene(losses, ...text.axes));
  tellBrush();
  element("counts").textContent = text.counts(blue!, orange!);
  element("told").textContent = text.picture(blue!, orange!, now.right);
  element("now-step").textContent = String(steps);
  element("now-loss").textContent = say(now.loss);
  element("now-slope").textContent = say(now.slope);
  element("now-right").textContent =
    spots.length === 0 ? "—" : `${((100 * now.right) / spots.length).toFixed(1)} %`;
  const [title, told] = verdict(now);
  element("verdict-title").textContent = title;
  element("verdict-text").textContent = told;
  const current = settings();
  element("model-told").textContent =
    current.kind === "line"
      ? text.line(...(training.line.map((value) => say(value)) as [string, string, string]))
      : text.network(4 * current.hidden + 1, seed);
  showProgram(programOf(spots, current, steps, text.code));
}

function verdict(now: Stage): readonly [string, string] {
  const { losses, steps } = training;
  const wrong = spots.length - now.right;
  if (spots.length === 0) return text.empty;
  if (steps === 0) return text.waiting;
  const isAbove = now.loss > 1.2 * losses[0]! && now.loss > losses.at(-2)!;
  if (!Number.isFinite(now.loss) || isAbove) return text.diverges(say(rate.value));
  if (now.slope < FLAT)
    return text[settings().kind === "line" ? "lowest" : "rests"](wrong, spots.length);
  return wrong === 0 ? text.allRight(spots.length) : text.walking(now.right, spots.length);
}

renew();
