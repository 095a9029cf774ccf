/**
 * Times steps away from the page. It does one thing and is then ended, so that what is timed is
 * never influenced by what was timed before. What it does is in race.ts and traps.ts.
 */
import { tick } from "./clock.js";
import type { Answer, Question } from "./protocol.js";
import { race } from "./race.js";
import { traps } from "./traps.js";

const tell = (answer: Answer): void => postMessage(answer);

addEventListener("message", ({ data }: MessageEvent<Question>) => {
  try {
    if (data.kind === "trap") tell({ kind: "trap", trap: data.trap, ...traps[data.trap]() });
    else {
      tell({ kind: "tick", microseconds: tick() });
      for (const points of data.sizes) {
        const row = race(points, data.numbers, data.rounds, () => tell({ kind: "turn" }));
        tell({ kind: "row", row });
      }
    }
    tell({ kind: "done" });
  } catch (error) {
    tell({ kind: "failed", message: (error as Error).message });
  }
});
