/**
 * The drawing of a graph, and in it the backward pass: where it is, which way it goes, which
 * gradients are known by now. The drawing is Graphviz's; here its parts only change their classes.
 */
import type { Picture } from "./protocol.js";

export class GraphView {
  private readonly frame: HTMLElement;
  private readonly choose: (step: number) => void;
  private picture: Picture | null = null;
  private readonly boxes = new Map<number, Element>();
  private readonly arrows = new Map<Element, readonly [from: number, to: number]>();

  /** `choose` is called where a box is clicked, with its step. */
  constructor(frame: HTMLElement, choose: (step: number) => void) {
    this.frame = frame;
    this.choose = choose;
  }

  open(picture: Picture, name: string): void {
    this.picture = picture;
    this.frame.innerHTML = picture.svg;
    this.boxes.clear();
    this.arrows.clear();
    const svg = this.frame.querySelector("svg")!;
    svg.setAttribute("aria-label", name);
    // Graphviz measures in points, which are larger than pixels.
    svg.style.width = `${svg.viewBox.baseVal.width * 1.15}px`;
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    for (const part of svg.querySelectorAll(".node, .edge")) {
      const title = part.querySelector("title")!;
      const [from = 0, to] = (title.textContent.match(/\d+/g) ?? []).map(Number);
      // A title would be shown where the pointer rests, and says nothing to a reader.
      title.remove();
      if (to !== undefined) this.arrows.set(part, [from, to]);
      else this.boxes.set(from, part);
    }
    picture.steps.forEach(({ box }, i) => {
      const part = this.boxes.get(box)!;
      part.classList.add("steppable");
      part.addEventListener("click", () => this.choose(i));
      for (const line of part.querySelectorAll("text")) {
        if (line.textContent.startsWith("grad")) line.classList.add("gradient");
      }
    });
  }

  /** Step `at` is taken now; -1 before the first. */
  show(at: number): void {
    const { steps } = this.picture!;
    const known = new Map(steps.map(({ box }, i) => [box, i]));
    const current = steps[at]?.box ?? -1;
    for (const [box, part] of this.boxes) {
      const step = known.get(box) ?? Infinity;
      part.classList.toggle("current", box === current);
      part.classList.toggle("visited", step <= at);
    }
    for (const [part, [from, to]] of this.arrows) {
      part.classList.toggle("flowing", to === current && known.has(from));
    }
    if (at < 0) return;
    const part = this.boxes.get(current)!.getBoundingClientRect();
    const frame = this.frame.getBoundingClientRect();
    // Only within the frame: the page itself stays where its reader has it.
    this.frame.scrollBy({
      left: part.left + part.width / 2 - frame.left - frame.width / 2,
      top: part.top + part.height / 2 - frame.top - frame.height / 2,
    });
  }
}
