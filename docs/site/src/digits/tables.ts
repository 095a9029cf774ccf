/** The tables of the chapter: ten classes with their probabilities, and what was taken for what. */
import { say } from "../controls.js";
import { showPixels } from "./pad.js";
import type { Mistake, Pixels, Report } from "./protocol.js";
import type { Words } from "./words.js";

/** An element with a class and a text. */
function made<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  name = "",
  text = "",
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (name !== "") element.className = name;
  element.textContent = text;
  return element;
}

function heading(text: string, scope: "row" | "col"): HTMLElement {
  const cell = made("th", "", text);
  cell.scope = scope;
  return cell;
}

/** One row for each class; scores are `null` where nothing is drawn. */
export function classRows(
  read: { readonly scores: readonly number[]; readonly probabilities: readonly number[] } | null,
): HTMLElement[] {
  const best = read === null ? -1 : read.scores.indexOf(Math.max(...read.scores));
  return Array.from({ length: 10 }, (_, digit) => {
    const row = made("tr", digit === best ? "best" : "");
    const [score, p] = [read?.scores[digit], read?.probabilities[digit] ?? 0];
    const bar = made("span", "bar");
    bar.style.width = `${100 * p}%`;
    const track = made("td", "track");
    track.append(bar);
    row.append(
      heading(String(digit), "row"),
      made("td", "score", score === undefined ? "—" : say(score)),
      made("td", "power", score === undefined ? "—" : say(Math.exp(score), 3)),
      track,
      made("td", "share", score === undefined ? "—" : p.toFixed(4)),
    );
    return row;
  });
}

/** Ten rows of ten: what is right on the diagonal, what is wrong beside it. */
export function confusionRows(counts: Report["counts"]): HTMLElement[] {
  const head = made("tr");
  head.append(made("td"), ...counts.map((_, digit) => heading(String(digit), "col")));
  const rows = counts.map((row, truth) => {
    const line = made("tr");
    const cells = row.map((count, taken) => {
      const kind = truth === taken ? "right" : "wrong";
      return made("td", count === 0 ? "" : kind, count === 0 ? "·" : String(count));
    });
    line.append(heading(String(truth), "row"), ...cells);
    return line;
  });
  return [head, ...rows];
}

/** The pictures that were mistaken, as buttons that put them on the pad. */
export function mistakeButtons(
  mistakes: readonly Mistake[],
  told: Words["mistake"],
  put: (pixels: Pixels) => void,
): HTMLElement[] {
  return mistakes.map(({ pixels, truth, taken, share }) => {
    const button = made("button", "mistake");
    button.type = "button";
    const picture = made("canvas");
    showPixels(picture, pixels);
    picture.setAttribute("aria-hidden", "true");
    button.append(picture, made("span", "", told(truth, taken, `${Math.round(100 * share)} %`)));
    button.addEventListener("click", () => put(pixels));
    return button;
  });
}
