/**
 * The second chapter: points one moves, the line that is fitted to them, and the surface on which
 * it descends. The fit itself is in fit.ts.
 */
import { Chart } from "../chart.js";
import { chosen, onChoice, Player, power, say, Slider } from "../controls.js";
import { element, inLanguage } from "../page.js";
import { showProgram } from "../program.js";
import { programOf } from "./code.js";
import { closedForm, Descent, errorOf, largestRate } from "./fit.js";
import type { Line, Method, Point, Settings } from "./fit.js";
import { pointsScene, surfaceRange, surfaceScene } from "./pictures.js";
import type { Range } from "./pictures.js";
import { firstPoints, readPoints } from "./points.js";
import { words } from "./words.js";

/** When a descent is given up, how near is near enough, and how many points can be taken. */
const [MOST_STEPS, NEAR, MOST_HANDLES] = [2000, 1e-9, 60] as const;
const origin: Line = { w: -1.5, b: -1 };
const firstView = { x: [-2, 5], y: [-2, 6] } as const;

const text = inLanguage(words);
let points: readonly Point[] = firstPoints;
let view: { readonly x: Range; readonly y: Range } = firstView;
let names: readonly [string, string] = ["x", "y"];
let start = origin;

const pointsChart = new Chart(element("points-chart"), 0.8, { click: addPoint });
const surfaceChart = new Chart(element("surface-chart"), 0.8);
const rate = new Slider("rate", changeSettings, power, String);
const momentum = new Slider("momentum", changeSettings, Number, (value) => say(value, 2));
const player = new Player("play", step, text.play, 40);

let range = surfaceRange(points, start);
let descent = new Descent(points, start, settings());

function settings(): Settings {
  return { method: chosen("method") as Method, rate: rate.value, momentum: momentum.value };
}

function changeSettings(): void {
  descent.settings = settings();
  element("momentum", HTMLInputElement).disabled = settings().method === "adam";
  show();
}

onChoice("method", changeSettings);
element("step").addEventListener("click", () => {
  player.stop();
  step();
});
element("reset").addEventListener("click", () => {
  player.stop();
  restart(start);
});
element("add").addEventListener("click", () => {
  // Where none is yet, and above the line, so that it is seen to matter.
  const [low, high] = view.x;
  addPoint(low + (high - low) * ((points.length * 0.37) % 1), view.y[0] * 0.15 + view.y[1] * 0.85);
});
element("first-points").addEventListener("click", () => {
  player.stop();
  [view, names] = [firstView, ["x", "y"]];
  element("file-note").textContent = "";
  setPoints(firstPoints);
  restart(origin);
});

/** One step; whether there is another to take. */
function step(): boolean {
  descent.step();
  show();
  return stateOf() === "walking";
}

function stateOf(): "waiting" | "walking" | "arrived" | "stalled" | "diverges" {
  const { path, now } = descent;
  const first = path[0]!;
  const best = closedForm(points);
  const least = best === null ? null : errorOf(points)(best.w, best.b);
  if (!Number.isFinite(now.loss) || now.loss > 10 * first.loss + 1e3) return "diverges";
  const isNear =
    best === null
      ? Math.hypot(now.dw, now.db) < NEAR
      : now.loss - least! < NEAR && Math.hypot(now.w - best.w, now.b - best.b) < 5e-5;
  if (isNear) return "arrived";
  if (path.length === 1) return "waiting";
  const before = path.at(-2)!;
  const isGrowing = now.loss > first.loss && now.loss > before.loss;
  if (isGrowing && settings().method === "sgd" && isTooLarge()) return "diverges";
  return path.length > MOST_STEPS ? "stalled" : "walking";
}

const isTooLarge = (): boolean => rate.value > largestRate(points, momentum.value);

function restart(from: Line): void {
  start = from;
  descent = new Descent(points, start, settings());
  show();
}

/** Other points: the line stays where it was, and goes on from there. */
function setPoints(next: readonly Point[]): void {
  const { w, b } = descent.now;
  points = next;
  start = Number.isFinite(w) && Number.isFinite(b) ? { w, b } : origin;
  descent = new Descent(points, start, settings());
  range = surfaceRange(points, start);
  show();
}

function addPoint(x: number, y: number): void {
  if (points.length >= MOST_HANDLES) return;
  setPoints([...points, { x: round(x), y: round(y) }]);
}

const round = (value: number): number => Number(value.toFixed(2));

async function load(file: File): Promise<void> {
  const problem = element("file-problem");
  problem.textContent = "";
  try {
    const loaded = await readPoints(file);
    player.stop();
    names = loaded.names;
    const around = (values: number[]): Range => {
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const margin = (high - low || 1) * 0.12;
      return [low - margin, high + margin];
    };
    view = {
      x: around(loaded.points.map(({ x }) => x)),
      y: around(loaded.points.map(({ y }) => y)),
    };
    const told = text.loaded(file.name, loaded.points.length);
    const [sx, sy] = (loaded.scales ?? []).map(({ mean, deviation }) => [
      say(mean),
      say(deviation),
    ]);
    element("file-note").textContent =
      sx === undefined || sy === undefined ? told : `${told} ${text.scaled(sx, sy)}`;
    setPoints(loaded.points);
    restart({ w: 0, b: 0 });
    range = surfaceRange(points, start);
    show();
  } catch (error) {
    problem.textContent = `${file.name}: ${(error as Error).message}`;
  }
}

const fileInput = element("file", HTMLInputElement);
fileInput.addEventListener("change", () => {
  const [file] = fileInput.files ?? [];
  if (file !== undefined) void load(file);
  fileInput.value = "";
});
const lab = element("lab");
lab.addEventListener("dragover", (event) => event.preventDefault());
lab.addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void load(file);
});

function show(): void {
  const { now, path } = descent;
  const best = closedForm(points);
  const canTake = points.length <= MOST_HANDLES;
  pointsChart.draw({
    ...pointsScene(points, now, best, view, names),
    handles: points.slice(0, canTake ? undefined : 0).map(({ x, y }, i) => ({
      x,
      y,
      label: text.point(i + 1, points.length),
      value: text.place(say(x), say(y)),
      kind: "point",
      move: (toX, toY) =>
        setPoints(points.map((old, j) => (j === i ? { x: round(toX), y: round(toY) } : old))),
      remove: () => {
        if (points.length > 1) setPoints(points.filter((_, j) => j !== i));
      },
    })),
  });
  surfaceChart.draw({
    ...surfaceScene(errorOf(points), path, best, range),
    handles: [
      {
        x: start.w,
        y: start.b,
        label: text.start,
        value: text.startValue(say(start.w), say(start.b)),
        kind: "start",
        move: (w, b) => {
          player.stop();
          restart({ w: round(w), b: round(b) });
        },
      },
    ],
  });
  showNumbers(best);
}

function showNumbers(best: Line | null): void {
  const { now, path } = descent;
  const write = (id: string, value: number): void => {
    element(id).textContent = say(value);
  };
  write("now-w", now.w);
  write("now-b", now.b);
  write("now-loss", now.loss);
  write("now-dw", now.dw);
  write("now-db", now.db);
  write("best-w", best?.w ?? Number.NaN);
  write("best-b", best?.b ?? Number.NaN);
  write("best-loss", best === null ? Number.NaN : errorOf(points)(best.w, best.b));
  element("now-step").textContent = String(path.length - 1);
  showProgram(programOf(points, start, settings(), path.length - 1, text.slopes));
  const [title, told] = verdictOf(best);
  element("verdict-title").textContent = title;
  element("verdict-text").textContent = told;
  const limit = largestRate(points, momentum.value);
  const remark = settings().method === "sgd" ? text.limit(say(limit, 3)) : text.noLimit;
  element("verdict-remark").textContent = best === null ? text.many : remark;
}

function verdictOf(best: Line | null): readonly [string, string] {
  const { path, now } = descent;
  const state = stateOf();
  if (state === "waiting") return text.waiting;
  if (state === "arrived") return text.arrived(path.length - 1);
  if (state === "stalled") return text.stalled;
  if (state === "diverges") return text.diverges(say(rate.value));
  const least = best === null ? 0 : errorOf(points)(best.w, best.b);
  const gone = (path[0]!.loss - now.loss) / (path[0]!.loss - least || 1);
  // Rounded down: all of it is gone when it is there.
  const percent = Math.floor(Math.max(0, Math.min(gone, 1)) * 1000) / 10;
  return text.walking(`${Math.min(percent, 99.9).toFixed(1)} %`);
}

changeSettings();
