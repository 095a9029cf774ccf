/**
 * How other threads are started: Node has workers and browsers have workers, and they are not the
 * same. Not here: what they do (team.ts).
 */
import { builtin } from "./web-assembly.js";

/** A place where other threads can share memory with this one, which may wait for them. */
interface Place {
  readonly processors: number;
  /** Starts a thread that calls `work`, which the program defines, with what it is given. */
  readonly start: (program: string, given: object) => void;
}

interface WorkerThreads {
  readonly Worker: new (
    code: string,
    options: object,
  ) => { unref(): void; on(event: "error", listener: () => void): void };
}

/** What workers of pages have, as far as it is used here. */
interface Scope {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Blob: new (parts: string[], options: { type: string }) => object;
  readonly URL: { createObjectURL(blob: object): string };
  readonly Worker?: new (
    url: string,
    options: { name: string },
  ) => {
    postMessage(given: object, transfer: []): void;
    addEventListener(event: "error", listener: (event: { preventDefault(): void }) => void): void;
  };
}

/** `null` where this thread computes alone: on a main thread of a page, or on one not isolated. */
export function sharingPlace(): Place | null {
  if (!mayWait()) return null;
  const scope = globalThis as unknown as Scope;
  const processors = scope.navigator?.hardwareConcurrency ?? 1;
  const os = builtin("node:os") as { availableParallelism?(): number } | undefined;
  if (os !== undefined) {
    const start: Place["start"] = (program, workerData) => {
      // Only now: Node takes some milliseconds to load it.
      const node = builtin("node:worker_threads") as WorkerThreads;
      const given = 'work(process.getBuiltinModule("node:worker_threads").workerData)';
      const options = { eval: true, execArgv: [], workerData };
      const worker = new node.Worker(`${program}${given}`, options);
      worker.on("error", () => {});
      worker.unref();
    };
    return { processors: os.availableParallelism?.() ?? processors, start };
  }
  const { crossOriginIsolated, Worker, Blob, URL } = scope;
  if (crossOriginIsolated !== true || Worker === undefined) return null;
  const start: Place["start"] = (program, given) => {
    const code = `${program}onmessage = ({ data }) => work(data)`;
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    const worker = new Worker(url, { name: "nabla" });
    // A content-security policy may forbid it; then it never starts, and nobody misses it.
    worker.addEventListener("error", (event) => event.preventDefault());
    worker.postMessage(given, []);
  };
  return { processors, start };
}

function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}
