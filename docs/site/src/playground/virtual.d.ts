/** What build/virtual.ts makes when the site is built. */
declare module "virtual:declarations" {
  /** The declarations of the library and of the language, by their paths. */
  export const files: Readonly<Record<string, string>>;
}
declare module "virtual:programs" {
  /** Programs to begin with. */
  export const programs: readonly {
    readonly group: "first" | "guide" | "example";
    readonly name: string;
    readonly title: string;
    readonly code: string;
  }[];
}
declare module "virtual:data" {
  /** examples/data/noisy-line.csv. */
  export const noisyLine: string;
}
