/**
 * Threads that compute parts of large kernels, over memory that all of them share, where the
 * calling thread may wait: in Node, and in a worker of a cross-origin isolated page. A job is some
 * functions of one module. Whoever is free takes the next, the calling thread too, so that one
 * which has not started yet, or never will, or is busy elsewhere, delays nothing but what it took.
 * Nothing here keeps a process alive. Not here: what a part is (share.ts), and how threads are
 * started (workers.ts).
 */
import { threads } from "../threads.js";
import type { Memory } from "./web-assembly.js";
import { sharingPlace } from "./workers.js";

/** Modules that a worker keeps; others it makes anew. */
const MOST_MODULES = 256;

/** Bytes of a module; a longer one, which is rare, the calling thread runs alone. */
const MOST_BYTES = 2 ** 20;

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
const LENGTH = 6;

/**
 * What a worker runs, as text, because that needs no file which bundlers would have to find. The
 * module of the job it took a part of lies in `code`; no messages, for these come to one who waits
 * for events.
 */
const PROGRAM = `
const work = ({ control, code, memory }) => {
  const modules = new Map();
  const find = (id) => {
    if (!modules.has(id)) {
      const module = new WebAssembly.Module(code.slice(0, control[${LENGTH}]));
      const e = { memory };
      for (const { kind, name } of WebAssembly.Module.imports(module))
        if (kind === "function") e[name] = Math[name] ?? (() => NaN);
      modules.set(id, new WebAssembly.Instance(module, { e }).exports);
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
};
`;

/** Functions that compute the parts of one job: those of an instance, by stage and part. */
export interface Shared {
  readonly bytes: Uint8Array;
  readonly exports: Readonly<Record<string, unknown>>;
  /** The number under which workers know the module. */
  id: number;
}

const runPart = ({ exports }: Shared, stage: number, part: number, table: number): void =>
  (exports[`s${stage}_${part}`] as (table: number) => void)(table);

export class Team {
  private readonly memory: Memory;
  private readonly start: (program: string, given: object) => void;
  private readonly control = new Int32Array(new SharedArrayBuffer(64));
  private readonly code = new Uint8Array(new SharedArrayBuffer(MOST_BYTES));
  private hired = 0;
  private last = 0;
  private job = 0;
  /** How many parts other threads have computed. */
  helped = 0;

  private constructor(memory: Memory, start: Team["start"]) {
    this.memory = memory;
    this.start = start;
  }

  /** Threads over this memory, if it is shared and there can be any. */
  static of(memory: Memory): Team | null {
    const place = sharingPlace();
    const isShared = place !== null && memory.buffer instanceof SharedArrayBuffer;
    return isShared ? new Team(memory, place.start) : null;
  }

  /** In how many parts something is shared out. */
  get parts(): number {
    return Math.min(threads.count, MOST_PARTS);
  }

  /** Runs all parts of a stage; returns when all have run. */
  run(shared: Shared, stage: number, parts: number, table: number): void {
    const { control, code, memory } = this;
    if (threads.count === 1 || shared.bytes.length > MOST_BYTES) {
      for (let part = 0; part < parts; part++) runPart(shared, stage, part, table);
      return;
    }
    // What one that does not start would have computed, others do: it has taken nothing.
    for (; this.hired < this.parts - 1; this.hired++) {
      this.start(PROGRAM, { control, code, memory });
    }
    if (shared.id === 0) shared.id = this.last += 1;
    if (control[MODULE] !== shared.id) code.set(shared.bytes);
    this.job = (this.job + 1) & 0x3f_ffff;
    control[MODULE] = shared.id;
    control[STAGE] = stage;
    control[TABLE] = table;
    control[LENGTH] = shared.bytes.length;
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
}
