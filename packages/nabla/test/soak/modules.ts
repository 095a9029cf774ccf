// Counts what is compiled, where it cannot be hidden: constructions of WebAssembly.Module.

/** The modules that were made since it was called; `stop` puts the original back. */
export function countModules(): { made: number; stop: () => void } {
  const { Module } = WebAssembly;
  const counter = {
    made: 0,
    stop: () => {
      WebAssembly.Module = Module;
    },
  };
  WebAssembly.Module = new Proxy(Module, {
    construct(target, args) {
      counter.made += 1;
      return Reflect.construct(target, args) as object;
    },
  });
  return counter;
}
