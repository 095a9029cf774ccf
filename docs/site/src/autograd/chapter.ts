/**
 * The third chapter: a program, the graph of what it computes, and the way back through it. The
 * program runs in a worker (run.worker.ts); the editor is loaded when it is first touched.
 */
import { onChoice, Player } from "../controls.js";
import type { Editor } from "../editor.js";
import { element, inLanguage } from "../page.js";
import { examples } from "./examples.js";
import { GraphView } from "./graph-view.js";
import type { Picture } from "./protocol.js";
import { ask } from "./runner.js";
import { viewOf } from "./step-view.js";
import { words } from "./words.js";

const text = inLanguage(words);
const programs = inLanguage(examples);

const plain = element("code", HTMLTextAreaElement);
const problem = element("problem");
const told = element("told");
const drawing = new GraphView(element("graph"), (step) => {
  player.stop();
  at = step;
  show();
});
const player = new Player("play", stepOn, text.play, 1400);

let editor: Editor | null = null;
let picture: Picture | null = null;
/** Which step is shown; -1 before the first. */
let at = -1;

/** What the reader has written. */
const code = (): string => editor?.read() ?? plain.value;

async function run(): Promise<void> {
  player.stop();
  element("graph").setAttribute("aria-busy", "true");
  const answer = await ask(code()).catch((error: unknown) => error as Error);
  if (answer === null) return;
  element("graph").removeAttribute("aria-busy");
  problem.textContent = "";
  if (answer === "slow") problem.textContent = text.slow;
  else if (answer instanceof Error) problem.textContent = answer.message;
  else if (answer.kind === "failed") problem.textContent = answer.message;
  else if (answer.kind === "large") problem.textContent = text.large(answer.count);
  else if (answer.kind !== "picture") problem.textContent = text[answer.kind];
  else {
    picture = answer;
    at = -1;
    drawing.open(answer, text.drawing(answer.result));
    show();
  }
}

function show(): void {
  if (picture === null) return;
  const { steps, result } = picture;
  drawing.show(at);
  element("back", HTMLButtonElement).disabled = at < 0;
  element("next", HTMLButtonElement).disabled = at === steps.length - 1;
  const step = steps[at];
  const title = step === undefined ? text.forward[0] : text.stepOf(at + 1, steps.length);
  element("told-title").textContent = title;
  if (step === undefined) told.textContent = text.forward[1];
  else told.replaceChildren(...viewOf(step, result));
}

function stepOn(): boolean {
  const last = (picture?.steps.length ?? 0) - 1;
  at = Math.min(at + 1, last);
  show();
  return at < last;
}

element("next").addEventListener("click", () => {
  player.stop();
  stepOn();
});
element("back").addEventListener("click", () => {
  player.stop();
  at = Math.max(at - 1, -1);
  show();
});
element("play").addEventListener("click", () => {
  // From the beginning, if it had come to the end.
  if (picture !== null && at === picture.steps.length - 1) at = -1;
  show();
});

onChoice("example", (number) => {
  write(programs[Number(number)]!.code);
  void run();
});

function write(program: string): void {
  if (editor === null) plain.value = program;
  else editor.write(program);
}

let waiting: number | null = null;
function runSoon(): void {
  if (waiting !== null) clearTimeout(waiting);
  waiting = window.setTimeout(() => void run(), 400);
}

/** The plain text field becomes a code editor. */
let isOpening = false;
async function openEditor(): Promise<void> {
  if (isOpening) return;
  isOpening = true;
  const module = await import("../editor.js");
  const hadFocus = document.activeElement === plain;
  const host = element("editor");
  editor = module.openEditor(host, plain.value, text.editor, runSoon);
  plain.hidden = true;
  host.hidden = false;
  if (hadFocus) editor.focus(plain.selectionStart);
}
plain.addEventListener("focus", () => void openEditor());
plain.addEventListener("pointerenter", () => void openEditor());
plain.addEventListener("input", runSoon);

plain.value = programs[0]!.code;
told.textContent = text.loading;
// What draws graphs is large: it is loaded when the reader comes to where one is drawn.
const arrival = new IntersectionObserver((entries) => {
  if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
  arrival.disconnect();
  void run();
});
arrival.observe(element("graph"));
