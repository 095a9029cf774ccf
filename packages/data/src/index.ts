/**
 * `@nabla/data`: reading data. The public names, nothing else; read `table.ts` next.
 */
export { DataError } from "./errors.js";
export { readTable, Table } from "./table.js";
export type { ReadTableOptions } from "./table.js";
