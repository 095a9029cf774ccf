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
  readonly Memory: new (size: { initial: number; maximum?: number }) => Memory;
}

/** `undefined` where there is no WebAssembly at all. */
export const engine = (): Engine | undefined =>
  (globalThis as { readonly WebAssembly?: Engine }).WebAssembly;
