/**
 * The sixth chapter: the same step in three ways, timed in workers that can be ended, and mistakes
 * in timing. What is timed, and how, is in race.ts, traps.ts and clock.ts.
 */
import { Chart } from "../chart.js";
import { chosen, say, Slider } from "../controls.js";
import { element, inLanguage } from "../page.js";
import { raceScene } from "./picture.js";
import { trapNames, ways } from "./protocol.js";
import type { Answer, Kind, Question, Row } from "./protocol.js";
import { words } from "./words.js";

const text = inLanguage(words);
const chart = new Chart(element("race-chart"), 0.6);
const most = new Slider("most", showChart, (position) => 10 ** position, text.count);
const rounds = new Slider("rounds", () => {});
let rows: Row[] = [];

/** From a hundred on, in tens. */
const sizes = (): number[] =>
  Array.from({ length: Math.round(Math.log10(most.value)) - 1 }, (_, i) => 10 ** (i + 2));

/** A button that starts something in workers and stops it; it is one of both at a time. */
class Run {
  private readonly button: HTMLButtonElement;
  private readonly labels: readonly [start: string, stop: string];
  private worker: Worker | null = null;

  constructor(
    id: string,
    labels: readonly [string, string],
    start: () => void,
    stopped: () => void,
  ) {
    this.button = element(id, HTMLButtonElement);
    this.labels = labels;
    this.show();
    this.button.addEventListener("click", () => {
      if (this.worker === null) start();
      else {
        this.end();
        stopped();
      }
    });
  }

  /** Asks a new worker, and says what it answers until it is done. */
  ask(question: Question, listen: (answer: Answer) => void): void {
    this.end();
    this.worker = new Worker(new URL("timing.worker.ts", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      if (data.kind === "done" || data.kind === "failed") this.end();
      listen(data);
    });
    this.worker.addEventListener("error", ({ message }) => {
      this.end();
      listen({ kind: "failed", message });
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- It goes to a worker.
    this.worker.postMessage(question);
    this.show();
  }

  private end(): void {
    this.worker?.terminate();
    this.worker = null;
    this.show();
  }

  private show(): void {
    this.button.textContent = this.labels[this.worker === null ? 0 : 1];
  }
}

const bar = element("progress", HTMLProgressElement);
const race = new Run("measure", text.measure, startRace, () => {
  bar.hidden = true;
  tell(text.stopped);
});
const trapping = new Run(
  "spring",
  text.trap,
  () => spring(0),
  () => fillTraps("—"),
);

function fillTraps(content: string): void {
  for (const cell of document.querySelectorAll("#traps td:not(.what)")) {
    if (!/\d/.test(cell.textContent) || content === "…") cell.textContent = content;
  }
}

function startRace(): void {
  const asked = sizes();
  rows = [];
  showRows();
  element("problem").textContent = "";
  [bar.max, bar.value, bar.hidden] = [asked.length * rounds.value, 0, false];
  tell(text.running(text.count(asked[0]!)));
  const numbers = chosen("numbers") as Kind;
  race.ask({ kind: "race", sizes: asked, numbers, rounds: rounds.value }, (answer) => {
    if (answer.kind === "turn") bar.value += 1;
    else if (answer.kind === "tick") {
      element("tick").textContent = text.tick(say(answer.microseconds, 2));
    } else if (answer.kind === "row") {
      rows.push(answer.row);
      showRows();
      const next = asked[rows.length];
      if (next !== undefined) tell(text.running(text.count(next)));
    } else if (answer.kind === "done") {
      bar.hidden = true;
      const { points, times } = rows.at(-1)!;
      const factor = say(times.loop.median / times.hand.median, 2);
      tell(text.done(text.crossing(crossing()), factor, text.count(points)));
    } else if (answer.kind === "failed") fail(answer.message);
  });
}

/** From how many points on the default loop is faster: "" for all, `null` for none. */
function crossing(): string | null {
  const ratios = rows.map(({ times }) => Math.log(times.loop.median / times.hand.median));
  // The last size at which it is not.
  const last = ratios.length - 1 - [...ratios].reverse().findIndex((ratio) => ratio > 0);
  if (ratios.every((ratio) => ratio <= 0)) return "";
  if (last === ratios.length - 1) return null;
  // Between two sizes the logarithm is taken to be straight.
  const share = ratios[last]! / (ratios[last]! - ratios[last + 1]!);
  const [low, high] = [Math.log10(rows[last]!.points), Math.log10(rows[last + 1]!.points)];
  return text.count(Number((10 ** (low + share * (high - low))).toPrecision(1)));
}

function tell([title, told]: readonly [string, string]): void {
  element("verdict-title").textContent = title;
  element("verdict-text").textContent = told;
}

function fail(message: string): void {
  bar.hidden = true;
  element("problem").textContent = message;
}

function showChart(): void {
  chart.draw(raceScene(rows, sizes(), text.axes));
}

function showRows(): void {
  showChart();
  element("told").textContent = text.picture(rows.length);
  const cell = (content: string, note = ""): HTMLElement => {
    const made = document.createElement("td");
    made.textContent = content;
    if (note !== "") {
      const small = document.createElement("span");
      small.className = "note";
      small.textContent = note;
      made.append(small);
    }
    return made;
  };
  const lines = rows.map(({ points, times }) => {
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = text.count(points);
    const line = document.createElement("tr");
    const { hand, loop, compiled } = times;
    line.append(
      head,
      ...ways.map((way) => {
        const { median, quartiles } = times[way];
        return cell(say(median, 3), quartiles.map((value) => say(value, 3)).join("–"));
      }),
      ...[loop, compiled].map(({ median }) => cell(say(median / hand.median, 3))),
    );
    return line;
  });
  element("rows").replaceChildren(...lines);
  const last = rows.at(-1);
  element("same").textContent =
    last === undefined ? "" : text.same(text.count(last.points), ...lineOf(last));
}

const lineOf = ({ line: [w, b] }: Row): [string, string] => [say(w), say(b)];

/** One trap after the other, each in a worker of its own. */
function spring(at: number): void {
  const trap = trapNames[at];
  if (trap === undefined) return;
  if (at === 0) fillTraps("…");
  trapping.ask({ kind: "trap", trap }, (answer) => {
    if (answer.kind === "trap") {
      const { naive, honest } = answer;
      const write = (what: string, value: string): void => {
        element(`${trap}-${what}`).textContent = value;
      };
      write("naive", say(naive, 3));
      write("honest", say(honest, 3));
      const factor = naive > honest ? naive / honest : honest / naive;
      write("factor", text.times(say(factor, 2)));
    } else if (answer.kind === "done") spring(at + 1);
    else if (answer.kind === "failed") fail(answer.message);
  });
}

showRows();
tell(text.ready);
