/**
 * The controls of a chapter: sliders that say their numbers, and a player that repeats a step.
 * Their labels are in the pages.
 */
import { element } from "./page.js";

/** A slider of the page, with an `<output>` for what it says. */
export class Slider {
  private readonly input: HTMLInputElement;
  private readonly output: HTMLOutputElement;
  private readonly read: (position: number) => number;
  private readonly write: (value: number) => string;

  /** `read` gives the value at a position; `write` says it. */
  constructor(
    id: string,
    changed: () => void,
    read: (position: number) => number = (position) => position,
    write: (value: number) => string = String,
  ) {
    this.input = element(id, HTMLInputElement);
    this.output = element(`${id}-value`, HTMLOutputElement);
    [this.read, this.write] = [read, write];
    this.show();
    this.input.addEventListener("input", () => {
      this.show();
      changed();
    });
  }

  get value(): number {
    return this.read(Number(this.input.value));
  }

  /** Puts the slider at a position, and calls nobody. */
  set position(position: number) {
    this.input.value = String(position);
    this.show();
  }

  set max(position: number) {
    this.input.max = String(position);
    this.show();
  }

  private show(): void {
    const text = this.write(this.value);
    this.output.value = text;
    this.input.setAttribute("aria-valuetext", text);
  }
}

/** What is chosen among the radio buttons of this name. */
export function chosen(name: string): string {
  return document.querySelector<HTMLInputElement>(`input[name=${name}]:checked`)!.value;
}

/** Calls this whenever another radio button of this name is chosen. */
export function onChoice(name: string, changed: (value: string) => void): void {
  for (const choice of document.querySelectorAll<HTMLInputElement>(`input[name=${name}]`)) {
    choice.addEventListener("change", () => changed(choice.value));
  }
}

/** Numbers in equal factors, for sliders of learning rates: two digits that count. */
export const power = (exponent: number): number => Number((10 ** exponent).toPrecision(2));

/** A number as it is read: `digits` that count, a true minus, no exponent where it can be. */
export function say(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "—";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= 1e-4 && size < 1e6);
  const rounded = Number(value.toPrecision(digits));
  const [mantissa = "", exponent = "0"] = value.toExponential(digits - 1).split("e");
  const text = isPlain
    ? String(rounded)
    : `${Number(mantissa)}·10${superscript(String(Number(exponent)))}`;
  return text.replace(/^-/, "−");
}

/** Digits and their sign, raised. */
export const superscript = (digits: string): string =>
  digits.replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!));

/** Repeats a step while it plays; one button starts and stops it. */
export class Player {
  private readonly button: HTMLButtonElement;
  private readonly step: () => boolean;
  private readonly words: readonly [play: string, pause: string];
  private readonly pause: number;
  private timer: number | null = null;

  /** `step` says whether there is more to do; `pause` is the time between two, in milliseconds. */
  constructor(
    id: string,
    step: () => boolean,
    words: readonly [play: string, pause: string],
    pause: number,
  ) {
    this.button = element(id, HTMLButtonElement);
    [this.step, this.words, this.pause] = [step, words, pause];
    this.button.addEventListener("click", () => (this.timer === null ? this.play() : this.stop()));
    this.stop();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.button.textContent = this.words[0];
  }

  private play(): void {
    this.button.textContent = this.words[1];
    this.timer = window.setInterval(() => {
      if (!this.step()) this.stop();
    }, this.pause);
  }
}
