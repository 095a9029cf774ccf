/**
 * The service worker, written when the site is built: src/offline.worker.ts with the list of this
 * build's files. A build with other files has another worker, which is how browsers learn of it.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { transformWithOxc } from "vite";
import type { Plugin } from "vite";

import { workerFolder } from "./policy.js";

const source = `${import.meta.dirname}/../src/offline.worker.ts`;

/** What only the playground and the drawing of graphs need, and is large: kept once it was used. */
const isLarge = (file: string): boolean =>
  new RegExp(`^${workerFolder}/(types\\.worker|dist-)`).test(file);

/** Emits `sw.js` last, when all other files are known. */
export function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    enforce: "post",
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const names = Object.keys(bundle).sort();
        const files = names.filter((name) => name !== "_headers" && !isLarge(name));
        const hash = createHash("sha256");
        for (const name of names) {
          const part = bundle[name]!;
          hash.update(name).update(part.type === "asset" ? part.source : part.code);
        }
        const list = {
          version: hash.digest("hex").slice(0, 16),
          files: [...files, "icon.svg"],
        };
        const { code } = await transformWithOxc(readFileSync(source, "utf8"), source);
        const text = `const build = ${JSON.stringify(list)};\n${code}`;
        this.emitFile({ type: "asset", fileName: "sw.js", source: text });
      },
    },
  };
}
