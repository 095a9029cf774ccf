// `npm run build`, after the compiler has written the declarations: the JavaScript of each package,
// in a file for each entry and one or two for what the entries share. One large file is imported
// three times as fast as the hundred it is made of. Nothing is minified, and source maps lead back
// to `src`, which is published beside it.

import { isAbsolute, join } from "node:path";

import { rolldown } from "rolldown";

import { readText, root, workspacePackages } from "./repository.js";

/** The files that a package.json names, wherever it does, and what they are made of. */
function inputs(folder: string): Record<string, string> {
  const named = readText(`${folder}/package.json`).matchAll(/"\.\/dist\/([^"]+)\.js"/g);
  return Object.fromEntries(
    [...named].map(([, name]) => [name!, join(root, folder, "src", `${name}.ts`)]),
  );
}

for (const { folder } of workspacePackages()) {
  const bundle = await rolldown({
    input: inputs(folder),
    // Other packages, and the files that `imports` chooses from, are found when it runs.
    external: (id) => !id.startsWith(".") && !isAbsolute(id),
    platform: "neutral",
  });
  await bundle.write({
    dir: join(root, folder, "dist"),
    chunkFileNames: "[name].js",
    sourcemap: true,
    minify: false,
  });
  await bundle.close();
}
