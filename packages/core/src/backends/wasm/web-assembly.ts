/**
 * The few parts of the WebAssembly interface that the back end uses, declared here because the
 * library compiles without the types of browsers and of Node. Not here: what is compiled. Read
 * next: compile.ts.
 */

export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Imports,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (size: { initial: number; maximum?: number; shared?: boolean }) => Memory;
}

/** `undefined` where there is no WebAssembly at all. */
export const engine = (): Engine | undefined =>
  (globalThis as { readonly WebAssembly?: Engine }).WebAssembly;

interface Node {
  readonly versions?: { readonly node?: string };
  getBuiltinModule?(name: string): unknown;
}

/** A module of Node's own; `undefined` elsewhere. */
export function builtin(name: string): unknown {
  const { process } = globalThis as { readonly process?: Node };
  return process?.versions?.node === undefined ? undefined : process.getBuiltinModule?.(name);
}

/**
 * Switches relaxed SIMD on where it exists and is still called experimental, in Node 20; for the
 * whole process, but all it changes is which modules are valid.
 */
export function allowRelaxed(): void {
  const { process } = globalThis as { readonly process?: Node };
  if (process?.versions?.node?.startsWith("20.") !== true) return;
  const v8 = builtin("node:v8") as { setFlagsFromString(flags: string): void } | undefined;
  v8?.setFlagsFromString("--experimental-wasm-relaxed-simd");
}
