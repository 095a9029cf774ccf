/**
 * Threads that compute parts of large kernels, over memory that all of them share; in Node only,
 * where the calling thread may wait. A job is some functions of one module. Whoever is free takes
 * the next, the calling thread too, so that one which has not started yet, or is busy elsewhere,
 * delays nothing but what it took. Nothing here keeps the process alive. Not here: what a part is
 * (share.ts).
 */
import { threads } from "../threads.js";
import { builtin } from "./web-assembly.js";
import type { Memory } from "./web-assembly.js";

/** Modules that a worker keeps; older ones are sent anew. */
const MOST_MODULES = 256;

/** How often a thread looks for what it waits for before it sleeps. */
const LOOKS = 2000;

/** The most parts of a job: eight bits of a ticket. */
const MOST_PARTS = 255;

/** What the places of the shared numbers are. The ticket: the job's number, and the parts left. */
const TICKET = 0;
const DONE = 1;
const MODULE = 2;
const STAGE = 3;
const TABLE = 4;
const FAILED = 5;

/** What a worker runs, as text, because bundlers know no other way that works everywhere. */
const WORKER = `
const { receiveMessageOnPort, workerData } = process.getBuiltinModule("node:worker_threads");
const { control, port, memory } = workerData;
const modules = new Map();
const find = (id) => {
  while (!modules.has(id)) {
    const { message } = receiveMessageOnPort(port) ?? {};
    if (message === undefined) continue;
    const e = { memory };
    for (const name of message.names) e[name] = Math[name] ?? (() => NaN);
    modules.set(message.id, new WebAssembly.Instance(message.module, { e }).exports);
    if (modules.size > ${MOST_MODULES}) modules.delete(modules.keys().next().value);
  }
  return modules.get(id);
};
for (let looks = 0; ; looks++) {
  const ticket = Atomics.load(control, ${TICKET});
  const left = ticket & ${MOST_PARTS};
  if (left === 0) {
    if (looks > ${LOOKS}) Atomics.wait(control, ${TICKET}, ticket);
    continue;
  }
  if (Atomics.compareExchange(control, ${TICKET}, ticket, ticket - 1) !== ticket) continue;
  try {
    find(control[${MODULE}])["s" + control[${STAGE}] + "_" + (left - 1)](control[${TABLE}]);
  } catch {
    Atomics.store(control, ${FAILED}, 1);
  }
  Atomics.add(control, ${DONE}, 1);
  Atomics.notify(control, ${DONE});
  looks = 0;
}
`;

interface Port {
  postMessage(message: unknown): void;
  unref(): void;
}
interface WorkerThreads {
  readonly Worker: new (
    code: string,
    options: object,
  ) => { unref(): void; on(event: "error", listener: () => void): void };
  readonly MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
}

/** Functions that compute the parts of one job: those of an instance, by stage and part. */
export interface Shared {
  readonly module: object;
  readonly names: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  /** The number under which workers know the module. */
  id: number;
}

const runPart = ({ exports }: Shared, stage: number, part: number, table: number): void =>
  (exports[`s${stage}_${part}`] as (table: number) => void)(table);

export class Team {
  private readonly memory: Memory;
  private readonly node: WorkerThreads;
  private readonly control = new Int32Array(new SharedArrayBuffer(64));
  private readonly ports: Port[] = [];
  private readonly sent: Omit<Shared, "exports">[] = [];
  private last = 0;
  private job = 0;
  /** How many parts other threads have computed. */
  helped = 0;

  private constructor(memory: Memory, node: WorkerThreads) {
    this.memory = memory;
    this.node = node;
  }

  /** Threads over this memory, if it is shared and there are any. */
  static of(memory: Memory): Team | null {
    const node = builtin("node:worker_threads") as WorkerThreads | undefined;
    const isShared = memory.buffer instanceof SharedArrayBuffer;
    return node === undefined || !isShared ? null : new Team(memory, node);
  }

  /** Runs all parts of a stage; returns when all have run. */
  run(shared: Shared, stage: number, parts: number, table: number): void {
    const { control } = this;
    if (threads.count === 1) {
      for (let part = 0; part < parts; part++) runPart(shared, stage, part, table);
      return;
    }
    while (this.ports.length < threads.count - 1) this.hire();
    if (this.last - shared.id >= MOST_MODULES || shared.id === 0) this.send(shared);
    this.job = (this.job + 1) & 0x3f_ffff;
    control[MODULE] = shared.id;
    control[STAGE] = stage;
    control[TABLE] = table;
    Atomics.store(control, DONE, 0);
    Atomics.store(control, TICKET, (this.job << 8) | parts);
    Atomics.notify(control, TICKET);
    let own = 0;
    for (;;) {
      const ticket = Atomics.load(control, TICKET);
      const left = ticket & MOST_PARTS;
      if (left === 0) break;
      if (Atomics.compareExchange(control, TICKET, ticket, ticket - 1) !== ticket) continue;
      runPart(shared, stage, left - 1, table);
      own += 1;
    }
    for (let looks = 0; ; looks++) {
      const done = Atomics.load(control, DONE);
      if (done + own === parts) break;
      if (looks > LOOKS) Atomics.wait(control, DONE, done);
    }
    this.helped += parts - own;
    if (Atomics.exchange(control, FAILED, 0) === 1) throw new Error("a thread failed");
  }

  private send(shared: Shared): void {
    shared.id = this.last += 1;
    const { id, module, names } = shared;
    this.sent.push({ id, module, names });
    if (this.sent.length > MOST_MODULES) this.sent.shift();
    for (const port of this.ports) port.postMessage({ id, module, names });
  }

  private hire(): void {
    const { control, memory } = this;
    const { port1, port2: port } = new this.node.MessageChannel();
    const workerData = { control, memory, port };
    const options = { eval: true, execArgv: [], workerData, transferList: [port] };
    const worker = new this.node.Worker(WORKER, options);
    // What it cannot compute, others do: it has taken nothing before it runs.
    worker.on("error", () => {});
    worker.unref();
    port1.unref();
    for (const message of this.sent) port1.postMessage(message);
    this.ports.push(port1);
  }
}
