// `npm run check:packages`, after `npm run build`: whether each package, packed as npm would pack
// it, can be installed and imported, with types, by a project of ES modules. Needs no network.
// Not a test of what the code does.

import { exists, workspacePackages } from "./repository.js";
import { outputOfFailure } from "./tool.js";

let failed = 0;
for (const { folder, name } of workspacePackages()) {
  const problems = exists(`${folder}/dist`)
    ? await packingProblems(folder)
    : `${folder}/dist is not there. Run \`npm run build\` first.`;
  console.log(`${problems === "" ? "✓" : "✗"} ${name}`);
  if (problems === "") continue;
  failed += 1;
  console.log(`\n${problems}\n`);
}
if (failed > 0) {
  console.log('Correct "exports", "files" and "types" in the package.json files named above.');
  process.exitCode = 1;
}

async function packingProblems(folder: string): Promise<string> {
  const problems = [
    await outputOfFailure("publint", folder, "--strict", "--pack", "npm"),
    // Nabla is ES modules only, so what CommonJS would make of it is no problem.
    await outputOfFailure(
      "attw",
      "--pack",
      folder,
      "--profile",
      "esm-only",
      "--no-definitely-typed",
    ),
  ];
  return problems.filter((problem) => problem !== "").join("\n\n");
}
