/**
 * Where bytes come from and where they go: memory everywhere, files under Node. A bundle for
 * browsers names no module of Node's: `process.getBuiltinModule` hands it out where there is one.
 * What is written appears whole or not at all. Read next: safetensors.ts.
 */
import { DataError } from "./errors.js";

/** The bytes of a file, or the path of one (under Node). */
export type Source = Uint8Array | ArrayBuffer | string;

/** Bytes of which parts can be had without the rest. */
export interface Bytes {
  readonly size: number;
  /** For messages: `model.safetensors`, or what was asked to read it. */
  readonly name: string;
  /** Exactly the bytes from `from` up to `to`, which lie inside. */
  read(from: number, to: number): Uint8Array;
  close(): void;
}

/** What is used of Node's `fs`. */
interface FileSystem {
  openSync(path: string, flags: "r" | "w"): number;
  closeSync(file: number): void;
  fstatSync(file: number): { readonly size: number };
  readSync(file: number, to: Uint8Array, at: number, length: number, from: number): number;
  writeSync(file: number, bytes: Uint8Array, at: number): number;
  fsyncSync(file: number): void;
  existsSync(path: string): boolean;
  realpathSync(path: string): string;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { force: boolean }): void;
}

function fileSystem(what: string): FileSystem {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: "node:fs") => FileSystem | undefined };
  };
  const found = process?.getBuiltinModule?.("node:fs");
  if (found !== undefined) return found;
  throw new DataError(
    `${what}: there are no files here, only under Node from 20.16 on: ` +
      "pass the bytes, new Uint8Array(await file.arrayBuffer())",
  );
}

/** Opens what can be read; a file stays open until `close()`. */
export function openBytes(source: Source, what: string): Bytes {
  if (typeof source === "string") return openFile(source, what);
  if (!(source instanceof Uint8Array || source instanceof ArrayBuffer)) {
    throw new DataError(
      `${what}: ${String(source)} is neither bytes nor a path: pass a Uint8Array or, under Node, ` +
        "the name of a file",
    );
  }
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
  return {
    size: bytes.length,
    name: what,
    read: (from, to) => bytes.subarray(from, to),
    close: () => {},
  };
}

function openFile(path: string, what: string): Bytes {
  const fs = fileSystem(what);
  const attempt = <Result>(run: () => Result): Result => {
    try {
      return run();
    } catch (error) {
      throw new DataError(`${what}: cannot read ${path}: ${reason(error)}`, { cause: error });
    }
  };
  const file = attempt(() => fs.openSync(path, "r"));
  const { size } = attempt(() => fs.fstatSync(file));
  const read = (from: number, to: number): Uint8Array => {
    const bytes = new Uint8Array(to - from);
    for (let done = 0; done < bytes.length;) {
      const count = attempt(() => fs.readSync(file, bytes, done, bytes.length - done, from + done));
      if (count === 0) throw new DataError(`${what}: ${path} became shorter while it was read`);
      done += count;
    }
    return bytes;
  };
  return { size, name: path, read, close: () => fs.closeSync(file) };
}

/** All bytes of a source. */
export function allBytes(source: Source, what: string): Uint8Array {
  const bytes = openBytes(source, what);
  try {
    return bytes.read(0, bytes.size);
  } finally {
    bytes.close();
  }
}

/**
 * Writes a file as a whole or not at all, under Node: to `path + ".tmp"` first, which is synced to
 * the disk and then takes the place of `path`. Whatever goes wrong, a full disk or a lost process,
 * a file that was there before stays as it was. One process at a time writes to a path. Throws a
 * `DataError` that says why it could not be written.
 *
 * @example
 * import { mkdtempSync } from "node:fs";
 * const path = `${mkdtempSync("/tmp/nabla-")}/x.npy`;
 * saveFile(path, writeNpy(tensor([1, 2])));
 * readNpy(path) // tensor([1., 2.])
 */
export function saveFile(path: string, bytes: Uint8Array | Iterable<Uint8Array>): void {
  const fs = fileSystem("saveFile");
  const parts = bytes instanceof Uint8Array ? [bytes] : bytes;
  // A link goes on pointing at the file.
  const target = fs.existsSync(path) ? fs.realpathSync(path) : path;
  const temporary = `${target}.tmp`;
  let file: number | undefined;
  try {
    file = fs.openSync(temporary, "w");
    for (const part of parts) {
      for (let done = 0; done < part.length;) done += fs.writeSync(file, part, done);
    }
    fs.fsyncSync(file);
    fs.closeSync(file);
    file = undefined;
    fs.renameSync(temporary, target);
  } catch (error) {
    if (file !== undefined) {
      fs.closeSync(file);
      fs.rmSync(temporary, { force: true });
    }
    if (error instanceof Error && "code" in error) {
      throw new DataError(
        `cannot write ${path}: ${reason(error)}; what was there before is unchanged`,
        { cause: error },
      );
    }
    throw error;
  }
  syncFolder(fs, target);
}

/** The new name is on the disk too; Windows, which cannot open folders, sees to it by itself. */
function syncFolder(fs: FileSystem, path: string): void {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const folder = end < 0 ? "." : path.slice(0, end + 1);
  try {
    const file = fs.openSync(folder, "r");
    try {
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  } catch {
    // The file is written and has its name; this was the last bit of certainty.
  }
}

/** What an error of the system means, in words where they are usual ones. */
function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const known: Record<string, string> = {
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EROFS: "the file system is read-only",
    EACCES: "permission is denied",
    EPERM: "it is not permitted",
    ENOENT: "there is no such file or folder",
    ENOTDIR: "a part of the path is no folder",
    EISDIR: "it is a folder",
  };
  const words = known[code ?? ""];
  return words === undefined ? (message ?? String(error)) : `${words} (${code})`;
}

/** Tensors by name, as state dicts hold them. */
export type NamedTensors<Value> = Readonly<Record<string, Value>> | ReadonlyMap<string, Value>;

/** Names and values of either form. */
export const entriesOf = <Value>(tensors: NamedTensors<Value>): [string, Value][] =>
  tensors instanceof Map
    ? [...(tensors as ReadonlyMap<string, Value>)]
    : Object.entries(tensors as Readonly<Record<string, Value>>);

/** An object whose keys may be any names, `__proto__` too: it inherits nothing. */
export function recordOf<Value>(
  entries: Iterable<readonly [string, Value]>,
): Record<string, Value> {
  const record = Object.create(null) as Record<string, Value>;
  for (const [name, value] of entries) record[name] = value;
  return record;
}
