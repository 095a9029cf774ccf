/**
 * `@nabla/data`: data in, models out. The public names, nothing else; read `table.ts` next.
 */
export { DataError } from "./errors.js";
export { readIdx } from "./idx.js";
export type { IdxOptions } from "./idx.js";
export type { UnpackOptions } from "./inflate.js";
export { readNpy, writeNpy } from "./npy.js";
export { NpzFile, openNpz, readNpz, writeNpz } from "./npz.js";
export type { NpzOptions } from "./npz.js";
export {
  openSafetensors,
  readSafetensors,
  SafetensorsFile,
  saveSafetensors,
  writeSafetensors,
} from "./safetensors.js";
export type { SafetensorsOptions } from "./safetensors.js";
export { saveFile } from "./source.js";
export type { NamedTensors, Source } from "./source.js";
export { readTable, Table } from "./table.js";
export type { ReadTableOptions } from "./table.js";
