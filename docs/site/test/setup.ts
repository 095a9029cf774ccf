// Builds the site and serves it, as `npm run site` does, once for all of its tests.
import { build, preview } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the site is, with a slash at its end. */
    site: string;
  }
}

const configFile = `${import.meta.dirname}/../vite.config.ts`;

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await build({ configFile, logLevel: "error" });
  const server = await preview({
    configFile,
    logLevel: "error",
    preview: { port: 4180, host: "127.0.0.1" },
  });
  project.provide("site", server.resolvedUrls!.local[0]!);
  return () => server.close();
}
