/**
 * The bar of progress.ts on Node's standard output, where that is a terminal. In a bundle for
 * browsers terminal-browser.ts stands in its place.
 */
import { SingleBar } from "cli-progress";

/** A bar as progress.ts moves it. */
export interface Bar {
  update(done: number, words: string): void;
  /** Until then its timer keeps the process alive. */
  stop(): void;
}

/** A bar, begun below what was printed until then; undefined where output is no terminal. */
export function terminalBar(total: number): Bar | undefined {
  if (!process.stdout.isTTY || total === 0) return undefined;
  const bar = new SingleBar({
    format: "  {bar} {value}/{total}{words}",
    stream: process.stdout,
    barsize: 32,
    fps: 20,
    clearOnComplete: false,
    gracefulExit: false,
  });
  bar.start(total, 0, { words: "" });
  return { update: (done, words) => bar.update(done, { words }), stop: () => bar.stop() };
}
