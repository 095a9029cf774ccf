/**
 * A plot that is drawn again whenever what it shows changes, with handles on it that are moved by
 * pointer or by arrow keys. Observable Plot draws; the handles lie above it and stay, so that one
 * that is being held is not lost. Colours are those of style.css.
 */
import * as Plot from "@observablehq/plot";

import { superscript } from "./controls.js";

/** From and to, and what is along the axis; in equal factors, if it is logarithmic. */
export interface Axis {
  readonly domain: readonly [low: number, high: number];
  readonly label: string;
  readonly scale?: "log";
}

/** What a chart shows. */
export interface Scene {
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: Plot.Markish[];
  readonly handles?: readonly Handle[];
}

/** A thing on the plot that can be taken and moved. */
export interface Handle {
  /** Where it is. */
  readonly x: number;
  readonly y: number;
  /** What it is, and where, for those who do not see it. */
  readonly label: string;
  readonly value: string;
  readonly kind: "start" | "point" | "brush";
  readonly move: (x: number, y: number) => void;
  /** What the Delete key does. */
  readonly remove?: () => void;
  /** What Enter and the space bar do. */
  readonly press?: () => void;
}

/** What the empty plot does, besides being looked at. */
interface Ground {
  /** Where it is clicked. */
  readonly click?: (x: number, y: number) => void;
  /** Wherever a pointer is drawn along that is held down, every few pixels. */
  readonly paint?: (x: number, y: number) => void;
  /** Where a mouse is above it. */
  readonly hover?: (x: number, y: number) => void;
}

/** How far a pointer goes between two places that are painted, in pixels. */
const BRUSH = 16;

const margins = { marginLeft: 46, marginRight: 14, marginTop: 26, marginBottom: 42 };
const svgName = "http://www.w3.org/2000/svg";

/** A plot in an element of the page. */
export class Chart {
  private readonly frame: HTMLElement;
  private readonly overlay: SVGSVGElement;
  private readonly handles: SVGGElement[] = [];
  private readonly ratio: number;
  private scene: Scene | null = null;
  private scales: { x: Plot.Scale; y: Plot.Scale } | null = null;
  private width = 0;

  /** `ratio` is height by width. */
  constructor(frame: HTMLElement, ratio: number, ground: Ground = {}) {
    this.frame = frame;
    this.ratio = ratio;
    this.overlay = document.createElementNS(svgName, "svg");
    this.overlay.classList.add("handles");
    frame.append(this.overlay);
    const { click, paint, hover } = ground;
    if (click !== undefined) {
      frame.addEventListener("click", (event) => {
        if ((event.target as Element).closest(".handle") === null) click(...this.placeOf(event));
      });
    }
    if (paint !== undefined) this.listenToBrush(paint);
    if (hover !== undefined) {
      frame.addEventListener("pointermove", (event) => hover(...this.placeOf(event)));
    }
    new ResizeObserver(() => {
      if (this.scene !== null && frame.clientWidth !== this.width) this.draw(this.scene);
    }).observe(frame);
  }

  /** Shows this and nothing else. */
  draw(scene: Scene): void {
    this.scene = scene;
    this.width = this.frame.clientWidth;
    if (this.width === 0) return;
    const height = Math.round(Math.max(220, this.width * this.ratio));
    const { x, y, marks, handles = [] } = scene;
    const across = ticksOf(x, this.width / 90);
    const up = ticksOf(y, height / 60);
    const drawn = Plot.plot({
      width: this.width,
      height,
      ...margins,
      x: { domain: [...x.domain], label: null, type: x.scale ?? "linear" },
      y: { domain: [...y.domain], label: null, type: y.scale ?? "linear" },
      opacity: { type: "identity" },
      marks: [
        Plot.gridX({ ...across, stroke: "var(--grid)", strokeOpacity: 1 }),
        Plot.gridY({ ...up, stroke: "var(--grid)", strokeOpacity: 1 }),
        ...marks,
        Plot.axisX({ ...across, tickSize: 0, label: null, fill: "var(--muted)" }),
        Plot.axisY({ ...up, tickSize: 0, label: null, fill: "var(--muted)" }),
        Plot.text([x.label], { frameAnchor: "bottom-right", dy: 36, fill: "var(--ink)" }),
        Plot.text([y.label], {
          frameAnchor: "top-left",
          dx: 6 - margins.marginLeft,
          dy: -18,
          fill: "var(--ink)",
        }),
      ],
    }) as SVGSVGElement & Plot.Plot;
    // The policy of the page lets no style in; style.css has what is needed.
    drawn.querySelector("style")?.remove();
    drawn.setAttribute("aria-hidden", "true");
    drawn.classList.add("plot");
    this.scales = { x: drawn.scale("x")!, y: drawn.scale("y")! };
    this.frame.querySelector(".plot")?.remove();
    this.frame.prepend(drawn);
    this.overlay.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
    this.showHandles(handles);
  }

  /** Puts the handles elsewhere, and draws nothing else again. */
  place(handles: readonly Handle[]): void {
    if (this.scene === null || this.scales === null) return;
    this.scene = { ...this.scene, handles };
    this.showHandles(handles);
  }

  private listenToBrush(paint: (x: number, y: number) => void): void {
    const { frame } = this;
    frame.classList.add("painted");
    let last: PointerEvent | null = null;
    const put = (event: PointerEvent): void => {
      last = event;
      paint(...this.placeOf(event));
    };
    frame.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      frame.setPointerCapture(event.pointerId);
      put(event);
    });
    frame.addEventListener("pointermove", (event) => {
      if (last === null || !frame.hasPointerCapture(event.pointerId)) return;
      const far = Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY);
      if (far >= BRUSH) put(event);
    });
  }

  private showHandles(handles: readonly Handle[]): void {
    while (this.handles.length > handles.length) this.handles.pop()!.remove();
    while (this.handles.length < handles.length) this.addHandle(this.handles.length);
    handles.forEach(({ x, y, label, value, kind }, i) => {
      const handle = this.handles[i]!;
      const left = this.pixel("x", x);
      const top = this.pixel("y", y);
      handle.setAttribute("transform", `translate(${left},${top})`);
      handle.setAttribute("class", `handle ${kind}`);
      handle.setAttribute("aria-label", label);
      handle.setAttribute("aria-valuetext", value);
      handle.setAttribute("aria-valuenow", String(x));
      handle.setAttribute("aria-valuemin", String(this.scene!.x.domain[0]));
      handle.setAttribute("aria-valuemax", String(this.scene!.x.domain[1]));
    });
  }

  private pixel(axis: "x" | "y", value: number): number {
    const place: unknown = this.scales![axis].apply(value);
    return Math.min(Math.max(Number(place), -1e4), 1e4);
  }

  private addHandle(i: number): void {
    const handle = document.createElementNS(svgName, "g");
    handle.setAttribute("role", "slider");
    handle.setAttribute("tabindex", "0");
    for (const [name, radius] of [
      ["reach", 20],
      ["dot", 8],
    ] as const) {
      const circle = document.createElementNS(svgName, "circle");
      circle.setAttribute("class", name);
      circle.setAttribute("r", String(radius));
      handle.append(circle);
    }
    handle.addEventListener("keydown", (event) => this.onKey(event, i));
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      handle.focus();
      event.preventDefault();
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) this.moveTo(i, ...this.placeOf(event));
    });
    this.handles.push(handle);
    this.overlay.append(handle);
  }

  private onKey(event: KeyboardEvent, i: number): void {
    const handle = this.scene?.handles?.[i];
    if (handle === undefined) return;
    const [right, up] = directions[event.key] ?? [0, 0];
    if (right !== 0 || up !== 0) {
      const { x, y } = this.scene!;
      const share = event.shiftKey ? 0.1 : 0.01;
      const step = ([low, high]: Axis["domain"]): number => niceStep((high - low) * share);
      this.moveTo(i, handle.x + right * step(x.domain), handle.y + up * step(y.domain));
    } else if (event.key === "Enter" || event.key === " ") {
      if (handle.press === undefined) return;
      handle.press();
    } else if ((event.key === "Delete" || event.key === "Backspace") && handle.remove) {
      handle.remove();
      (this.handles[i] ?? this.handles.at(-1))?.focus();
    } else return;
    event.preventDefault();
  }

  /** Not beyond the axes. */
  private moveTo(i: number, x: number, y: number): void {
    const within = (value: number, [low, high]: Axis["domain"]): number =>
      Math.min(Math.max(value, low), high);
    const { x: across, y: along, handles } = this.scene!;
    handles?.[i]?.move(within(x, across.domain), within(y, along.domain));
  }

  private placeOf({ clientX, clientY }: MouseEvent): [x: number, y: number] {
    const { left, top } = this.overlay.getBoundingClientRect();
    const { x, y } = this.scales!;
    return [Number(x.invert!(clientX - left)), Number(y.invert!(clientY - top))];
  }
}

/** About so many ticks; on a logarithmic axis every power of ten, however many. */
function ticksOf({ domain: [low, high], scale }: Axis, count: number): Plot.AxisOptions {
  if (scale !== "log") return { ticks: count };
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const powers = Math.floor(Math.log10(high) + 1e-9) - first + 1;
  const tickFormat = (value: number): string =>
    value >= 0.01 && value <= 1000
      ? String(value)
      : `10${superscript(Math.log10(value).toFixed(0))}`;
  return { ticks: Array.from({ length: powers }, (_, i) => 10 ** (first + i)), tickFormat };
}

const directions: Readonly<Record<string, readonly [right: number, up: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The power of ten, or twice or five times one, that is next below. */
export function niceStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [5, 2, 1].find((times) => times * power <= size * (1 + 1e-9)) ?? 1;
  return factor * power;
}
