/**
 * Stands in for terminal-node.ts in bundles for browsers, where there is no terminal.
 */
import type { Bar } from "./terminal-node.js";

/** No bar. */
export const terminalBar = (_total: number): Bar | undefined => undefined;
