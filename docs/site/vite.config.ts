/**
 * How the site is built and served: static pages, the library from its sources, workers in a folder
 * with a policy of their own. What is on the pages is in the HTML files and in src/.
 */
import { join } from "node:path";

import { defineConfig } from "vite";
import type { Plugin, UserConfig } from "vite";

import { readDocuments } from "./build/documents.js";
import { chapterFiles, pages } from "./build/pages.js";
import { policyOf, workerFolder } from "./build/policy.js";
import { virtualModules } from "./build/virtual.js";

const root = import.meta.dirname;
const nothing = { documents: [], pictures: [], declarations: null };

/** Sends with every file of the built site what may be done with it. */
const policies: Plugin = {
  name: "policies",
  configurePreviewServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      response.setHeader("Content-Security-Policy", policyOf(pathname));
      next();
    });
  },
};

export default defineConfig(async ({ isPreview }): Promise<UserConfig> => {
  // To serve what was built, nothing has to be read.
  const { documents, pictures, declarations } =
    isPreview === true ? nothing : await readDocuments();
  const files = [...chapterFiles, ...documents.map(({ url }) => url)];
  const input = Object.fromEntries(
    files.map((file) => [file.replace(/\.html$/, ""), join(root, file)]),
  );
  return {
    root,
    base: "./",
    appType: "mpa",
    plugins: [pages(root, documents, pictures), virtualModules(declarations), policies],
    resolve: { conditions: ["source", "browser", "module", "production"] },
    build: {
      outDir: "dist",
      target: "es2022",
      // The policy of the pages allows no images, fonts or styles that are written into others.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // What draws graphs is large, and is fetched when a graph is drawn.
      chunkSizeWarningLimit: 1000,
      // Names of classes are what errors are called by.
      rolldownOptions: { input, output: { keepNames: true } },
    },
    worker: {
      format: "es",
      plugins: () => [virtualModules(declarations)],
      rolldownOptions: {
        output: {
          keepNames: true,
          entryFileNames: `${workerFolder}/[name]-[hash].js`,
          chunkFileNames: `${workerFolder}/[name]-[hash].js`,
        },
      },
    },
  };
});
