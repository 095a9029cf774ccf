/**
 * `@nabla/data`: data in, models out. The public names, nothing else; read `table.ts` next.
 */
export { loadCheckpoint, resumeCheckpoint, saveCheckpoint } from "./checkpoint.js";
export type { Checkpoint, CheckpointParts, Stateful } from "./checkpoint.js";
export { collateItems } from "./collate.js";
export type { Collated } from "./collate.js";
export { randomSplit, Subset, TensorDataset } from "./dataset.js";
export type { Dataset, Samples } from "./dataset.js";
export { DataError } from "./errors.js";
export { Features } from "./features.js";
export type { FeatureOptions, FeaturesState } from "./features.js";
export { Frame, readFrame } from "./frame.js";
export type { ReadFrameOptions } from "./frame.js";
export { readIdx } from "./idx.js";
export type { IdxOptions } from "./idx.js";
export type { UnpackOptions } from "./inflate.js";
export { DataLoader } from "./loader.js";
export type { DataLoaderOptions, DataLoaderState } from "./loader.js";
export { accuracy, confusionMatrix, meanAbsoluteError, r2Score, rocAuc } from "./metrics.js";
export type { MetricValues } from "./metrics.js";
export { readNpy, writeNpy } from "./npy.js";
export { NpzFile, openNpz, readNpz, writeNpz } from "./npz.js";
export type { NpzOptions } from "./npz.js";
export { Progress, progress } from "./progress.js";
export type { ProgressOptions, ProgressReport } from "./progress.js";
export {
  openSafetensors,
  readSafetensors,
  SafetensorsFile,
  saveSafetensors,
  writeSafetensors,
} from "./safetensors.js";
export type { SafetensorsOptions } from "./safetensors.js";
export type { ReadTableOptions } from "./rows.js";
export { saveFile } from "./source.js";
export type { NamedTensors, Source } from "./source.js";
export { readTable, Table } from "./table.js";
