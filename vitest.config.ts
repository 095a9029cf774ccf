// How the tests are found, resolved and counted. Not a place for aliases: a package is
// found by its name and read from its sources, as tsx and the type checker do it.
// Next: scripts/tally-reporter.ts, which prints the last line of every run.

import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

import { launch } from "./docs/site/test/launch.js";
import { browserTests } from "./scripts/browser-tests.js";

// Tests run in Vite's "ssr" environment, where `resolve.conditions` of the client has no say:
// the workspace's `source` condition is named for both, so no test ever needs a build.
// Naming any replaces Vite's own list, which is why the others are repeated here.
const conditions = ["source", "module", "node", "development|production"];

const everyTest = "{packages,examples,bench,scripts}/**/*.test.ts";
const slowTests = "{packages,examples,bench,scripts}/**/*.full.test.ts";
// They measure the memory of the process they run in, so they have one of their own.
const processTests = "{packages,examples,bench,scripts}/**/*.process.test.ts";
// Central differences call a function hundreds of times, once each: nothing to fuse, and one by one
// is fastest. That fused kernels have right derivatives is what the recorded operators test.
const derivativeTests = "{packages,examples,bench,scripts}/**/*.gradient.test.ts";
// They start a browser themselves.
const pageTests = "packages/*/test/*.browser.test.ts";
const neverTests = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ["default", "./scripts/tally-reporter.ts"],
    testTimeout: 60_000,
    // Vitest leaves one processor idle unless told otherwise, and machines may have but two.
    maxWorkers: "100%",
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: [everyTest],
          exclude: [...neverTests, slowTests, processTests, derivativeTests, pageTests],
          pool: "threads",
          // Importing the library anew for each file would take a fifth of the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "derivatives",
          include: [derivativeTests],
          exclude: neverTests,
          pool: "threads",
          isolate: false,
          env: { NABLA_FLUSH: "everyOp" },
        },
      },
      {
        extends: true,
        test: { name: "process", include: [processTests], exclude: neverTests, pool: "forks" },
      },
      {
        extends: true,
        test: {
          name: "full",
          include: [slowTests],
          exclude: neverTests,
          // What is drawn at random, so many times more of it.
          env: { NABLA_DRAWS: "6" },
        },
      },
      // The pages in Chromium.
      {
        extends: true,
        test: {
          name: "site",
          include: ["docs/site/test/*.test.ts", pageTests],
          globalSetup: ["docs/site/test/setup.ts"],
        },
      },
      // Core's, as they are, in Chromium; and that every plot is drawn there.
      {
        extends: true,
        resolve: { conditions: ["browser"] },
        test: {
          name: "browser",
          include: [...browserTests(), "packages/viz/test/everywhere.test.ts"],
          // As in Node: importing the library anew for each file is half of the time.
          isolate: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: launch }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
