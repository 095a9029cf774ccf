/**
 * A program that a chapter shows, with what its reader has chosen, and the way with it into the
 * playground. What it says is in the chapter's code.ts.
 */
import { element } from "./page.js";
import { fragmentOf } from "./playground/link.js";

/** A program as it is shown, and with what it needs to run elsewhere. */
export interface Program {
  readonly shown: string;
  /** What is imported, and what else comes before. */
  readonly before: readonly string[];
  /** What shows the result. */
  readonly after: readonly string[];
}

const wholeOf = ({ shown, before, after }: Program): string =>
  [...before, "", shown, "", ...after].join("\n");

/** Shows a program, and keeps what the link opens. */
export function showProgram(program: Program): void {
  element("code").textContent = program.shown;
  whole = wholeOf(program);
}

let whole = "";
const link = element("open-code", HTMLAnchorElement);

const address = async (): Promise<string> =>
  `${link.href.replace(/#.*/, "")}${await fragmentOf(whole)}`;

// Before a click that opens another tab, of which only the browser knows.
for (const event of ["pointerenter", "focus"]) {
  link.addEventListener(event, () => void address().then((href) => (link.href = href)));
}
link.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  void address().then((href) => location.assign(href));
});
