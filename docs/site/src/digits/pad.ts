/**
 * The pad one draws on, by pointer; keys put a digit there and move it. What is on it is ink, from
 * 0 to 1: the colour of the paper is the style sheet's.
 */
import { SIDE } from "./centre.js";
import type { Pixels } from "./protocol.js";

/** Pixels of the pad a row, and how thick its pen is. */
const [PAD, PEN] = [280, 21] as const;

const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class Pad {
  private readonly canvas: HTMLCanvasElement;
  private readonly ink: CanvasRenderingContext2D;
  private readonly changed: () => void;
  private last: readonly [x: number, y: number] | null = null;

  /** `changed` is called when something else is on it; `digit` when a key asks for one. */
  constructor(canvas: HTMLCanvasElement, changed: () => void, digit: (digit: number) => void) {
    this.canvas = canvas;
    this.changed = changed;
    canvas.width = canvas.height = PAD;
    this.ink = canvas.getContext("2d", { willReadFrequently: true })!;
    Object.assign(this.ink, { lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      canvas.setPointerCapture(event.pointerId);
      this.last = this.placeOf(event);
      this.drawTo(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.last !== null && canvas.hasPointerCapture(event.pointerId)) this.drawTo(event);
    });
    canvas.addEventListener("lostpointercapture", () => (this.last = null));
    canvas.addEventListener("keydown", (event) => {
      const arrow = arrows[event.key];
      if (arrow !== undefined) this.move(arrow, event.shiftKey ? 40 : 10);
      else if (event.key === "Delete" || event.key === "Backspace") this.clear();
      else if (/^\d$/.test(event.key) && !event.ctrlKey && !event.metaKey) digit(Number(event.key));
      else return;
      event.preventDefault();
    });
  }

  get side(): number {
    return PAD;
  }

  /** How much ink is where. */
  read(): Pixels {
    const { data } = this.ink.getImageData(0, 0, PAD, PAD);
    return Float32Array.from({ length: PAD * PAD }, (_, i) => data[4 * i + 3]! / 255);
  }

  clear(): void {
    this.ink.clearRect(0, 0, PAD, PAD);
    this.changed();
  }

  /** Puts a small picture there, as large as the pad. */
  put(pixels: Pixels): void {
    const small = document.createElement("canvas");
    small.width = small.height = SIDE;
    small.getContext("2d")!.putImageData(inked(pixels), 0, 0);
    this.ink.clearRect(0, 0, PAD, PAD);
    this.ink.drawImage(small, 0, 0, PAD, PAD);
    this.changed();
  }

  private move([x, y]: readonly [number, number], by: number): void {
    const all = this.ink.getImageData(0, 0, PAD, PAD);
    this.ink.clearRect(0, 0, PAD, PAD);
    this.ink.putImageData(all, x * by, y * by);
    this.changed();
  }

  private drawTo(event: PointerEvent): void {
    const { ink } = this;
    for (const each of [...event.getCoalescedEvents(), event]) {
      const [from, to] = [this.last!, this.placeOf(each)];
      ink.beginPath();
      ink.moveTo(...from);
      ink.lineTo(...to);
      ink.stroke();
      this.last = to;
    }
    this.changed();
  }

  private placeOf({ clientX, clientY }: PointerEvent): readonly [x: number, y: number] {
    const { left, top, width } = this.canvas.getBoundingClientRect();
    return [((clientX - left) / width) * PAD, ((clientY - top) / width) * PAD];
  }
}

/** Ink on nothing, as on the pad. */
function inked(pixels: Pixels): ImageData {
  const image = new ImageData(SIDE, SIDE);
  pixels.forEach((ink, i) => (image.data[4 * i + 3] = 255 * ink));
  return image;
}

/** Shows a picture as networks have them: white where there is ink, black elsewhere. */
export function showPixels(canvas: HTMLCanvasElement, pixels: Pixels): void {
  canvas.width = canvas.height = SIDE;
  const image = new ImageData(SIDE, SIDE);
  pixels.forEach((ink, i) => image.data.set([255 * ink, 255 * ink, 255 * ink, 255], 4 * i));
  // Too small for a graphics processor to be worth its while.
  canvas.getContext("2d", { willReadFrequently: true })!.putImageData(image, 0, 0);
}
