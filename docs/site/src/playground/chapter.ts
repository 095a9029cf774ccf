/**
 * The seventh chapter, the playground: a program, checked as it is written (types.ts), run in a
 * worker that can be stopped (runner.ts), and what it prints and draws.
 */
import { EditorView, keymap } from "@codemirror/view";
import { programs } from "virtual:programs";

import { openEditor } from "../editor.js";
import { element, inLanguage } from "../page.js";
import { fragmentOf, programIn } from "./link.js";
import { pictureOf } from "./picture.js";
import type { Output, Translation } from "./protocol.js";
import { lineOf, prepare, run, stop } from "./runner.js";
import { ask, typed } from "./types.js";
import { words } from "./words.js";

const text = inLanguage(words);

const status = element("status");
const types = element("types");
const output = element("output");
const [runButton, stopButton] = [
  element("run", HTMLButtonElement),
  element("stop", HTMLButtonElement),
];
const choice = element("program", HTMLSelectElement);

/** As many lines as can be looked at. */
const MOST_LINES = 2000;

let started = 0;
let leftOut = 0;
let pictures = 0;
let translation: Translation | null = null;

const plain = element("code", HTMLTextAreaElement);
plain.hidden = true;
const host = element("editor");
host.hidden = false;
const editor = openEditor(host, "", text.editor, () => history.replaceState(null, "", "#"), [
  EditorView.theme({ "&": { height: "34rem" } }),
  keymap.of([{ key: "Mod-Enter", run: () => (void start(), true) }]),
]);

async function start(): Promise<void> {
  wake();
  stop();
  output.replaceChildren();
  [leftOut, pictures] = [0, 0];
  show(text.preparing, true);
  const code = editor.read();
  translation = await ask("translate", code);
  const [problem] = translation.problems;
  if (problem !== undefined) {
    const line = code.slice(0, problem.from).split("\n").length;
    add("error", `SyntaxError: ${problem.message}`, line);
    show(text.failed, false);
    return;
  }
  show(text.running, true);
  started = performance.now();
  const draws = /(from|import\() ?"(nabla\/viz|@nabla\/viz|\.\/support)/.test(code);
  run({ javascript: translation.javascript, draws }, (told) => void tell(told));
}

/** What is told comes in order, though pictures take a moment. */
let telling = Promise.resolve();
function tell(told: Output): Promise<void> {
  telling = telling.then(() => take(told));
  return telling;
}

async function take(told: Output): Promise<void> {
  switch (told.kind) {
    case "ready":
      started = performance.now();
      break;
    case "done":
      if (!stopButton.disabled) show(text.done((performance.now() - started) / 1000), false);
      break;
    case "picture":
      await draw(told.svg);
      break;
    case "value":
      add("value", told.text, told.line);
      break;
    case "thrown":
      add("error", told.text, translation === null ? null : lineOf(translation, told.place));
      show(text.failed, false);
      break;
    default:
      add(told.kind, told.text, null);
  }
}

function show(what: string, isRunning: boolean): void {
  status.textContent = what;
  stopButton.disabled = !isRunning;
}

function add(kind: string, what: string, line: number | null): void {
  const made = document.createElement("div");
  made.className = `entry ${kind}`;
  const body = document.createElement("span");
  body.textContent = what;
  made.append(body);
  if (line !== null) {
    const place = document.createElement("button");
    place.type = "button";
    place.className = "place";
    place.textContent = text.line(line);
    place.addEventListener("click", () => editor.focusLine(line));
    made.append(place);
  }
  append(made);
}

async function draw(svg: string): Promise<void> {
  const made = document.createElement("figure");
  made.className = "entry picture";
  const drawing = await pictureOf(svg);
  if (drawing === null) return add("text", svg, null);
  if (!drawing.hasAttribute("aria-label")) {
    drawing.setAttribute("aria-label", text.picture(++pictures));
  }
  made.append(drawing);
  append(made);
}

function append(made: HTMLElement): void {
  const isAtEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 40;
  output.append(made);
  if (output.childElementCount > MOST_LINES) {
    const first = output.firstElementChild!;
    if (leftOut === 0) first.className = "entry note";
    else output.children[1]!.remove();
    leftOut += 1;
    first.textContent = text.left(leftOut);
  }
  if (isAtEnd) output.scrollTop = output.scrollHeight;
}

runButton.addEventListener("click", () => void start());
stopButton.addEventListener("click", () => {
  stop();
  show(text.stopped, false);
});
element("share").addEventListener("click", () => void share());

async function share(): Promise<void> {
  history.replaceState(null, "", await fragmentOf(editor.read()));
  try {
    await navigator.clipboard.writeText(location.href);
    status.textContent = text.copied;
  } catch {
    status.textContent = text.copiedNot;
  }
}

for (const group of ["first", "guide", "example"] as const) {
  const made = document.createElement("optgroup");
  made.label = text[group];
  for (const { name, title } of programs.filter((one) => one.group === group)) {
    made.append(new Option(title, name));
  }
  choice.append(made);
}
choice.addEventListener("change", () => {
  const { name, code } = programs.find((one) => one.name === choice.value)!;
  open(code);
  history.replaceState(null, "", `#example=${name}`);
});

function open(code: string): void {
  stop();
  output.replaceChildren();
  show("", false);
  editor.write(code);
}

/** What the address says, or the first program. */
async function openAddressed(): Promise<void> {
  const { hash } = location;
  const given = await programIn(hash);
  const named = programs.find(({ name }) => hash === `#example=${name}`);
  if (given !== null) {
    const opened = new Option(text.opened, "");
    choice.prepend(opened);
    choice.value = "";
    open(given);
  } else {
    const shown = named ?? programs[0]!;
    choice.value = shown.name;
    open(shown.code);
    if (hash.startsWith("#code=")) status.textContent = text.damaged;
  }
  history.replaceState(null, "", hash === "" ? location.pathname : hash);
}
addEventListener("hashchange", () => void openAddressed());
void openAddressed();

/** The compiler and the library are large, so that they are loaded when the reader begins. */
let isAwake = false;
function wake(): void {
  if (isAwake) return;
  isAwake = true;
  types.textContent = text.loadingTypes;
  editor.extend(typed((errors) => (types.textContent = text.errors(errors))));
  prepare();
}
host.addEventListener("pointerenter", wake);
host.addEventListener("focusin", wake);
