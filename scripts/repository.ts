// Where the repository is and which files are in it. Not a parser: what a file says is
// source-code.ts's matter. Every path here is relative to the root and written with slashes.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The absolute path of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

// Made by tools or fetched, so nobody's to read, count or check. `peers` has its own package.json.
const notSources = new Set(["node_modules", "dist", "out", "peers"]);

/** All files under a folder whose names end in `ending`, sorted; none if the folder is missing. */
export function filesUnder(folder: string, ending: string): string[] {
  const absolute = join(root, folder);
  if (!exists(folder)) return [];
  const found: string[] = [];
  for (const entry of readdirSync(absolute, { withFileTypes: true })) {
    const path = relative(root, join(absolute, entry.name)).split(sep).join("/");
    if (entry.isDirectory()) {
      const skipped = notSources.has(entry.name) || entry.name.startsWith(".");
      if (!skipped) found.push(...filesUnder(path, ending));
    } else if (entry.name.endsWith(ending)) {
      found.push(path);
    }
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** Whether the repository has this file or folder. */
export function exists(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
}

/** The text of a file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** A package of the workspace: its folder and what its package.json says. */
export interface WorkspacePackage {
  folder: string;
  name: string;
  dependencies: string[];
  /** The source files behind its public entries, by entry: "." to "packages/core/src/index.ts". */
  entries: Map<string, string>;
}

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  exports?: Record<string, string | { source?: string }>;
}

/** The packages in packages/, sorted by folder. */
export function workspacePackages(): WorkspacePackage[] {
  return filesUnder("packages", "package.json").map((path) => {
    const folder = path.slice(0, -"/package.json".length);
    const manifest = JSON.parse(readText(path)) as Manifest;
    const entries = new Map<string, string>();
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      if (typeof target === "string" || target.source === undefined) continue;
      entries.set(entry, `${folder}/${target.source.replace(/^\.\//, "")}`);
    }
    const dependencies = Object.keys(manifest.dependencies ?? {});
    return { folder, name: manifest.name, dependencies, entries };
  });
}
