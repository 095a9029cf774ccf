// What the link beside a chapter's program opens in the playground, and its result in Node.
import { inflateRawSync } from "node:zlib";

import type { Page } from "playwright-core";
import { ModuleKind, transpileModule } from "typescript-v6";
import { expect } from "vitest";

import { read } from "./chromium.js";

/** The program in an address of the playground. */
export function programIn(address: string): string {
  const [, letters = ""] = address.split("#code=");
  return inflateRawSync(Buffer.from(letters, "base64url")).toString();
}

/** The program that the page shows, as the link has it: with all that it needs. */
export async function opened(page: Page): Promise<string> {
  const link = page.locator("#open-code");
  await link.scrollIntoViewIfNeeded();
  // The way of a pointer to it.
  await page.mouse.move(0, 0);
  await link.hover();
  const shown = await read(page, "#code");
  const found = async (): Promise<string> => {
    const address = (await link.getAttribute("href"))!;
    return address.includes("#") ? programIn(address) : "";
  };
  await expect.poll(found).toContain(shown);
  return found();
}

/** Runs a program to its end, and gives what an expression is there. */
export async function resultOf(program: string, expression: string): Promise<unknown> {
  const modules: Readonly<Record<string, unknown>> = {
    nabla: await import("nabla"),
    "nabla/viz": await import("nabla/viz"),
  };
  const compilerOptions = { module: ModuleKind.CommonJS };
  const { outputText } = transpileModule(`${program}\n;export const found = ${expression};`, {
    compilerOptions,
  });
  const exported: { found?: unknown } = {};
  // oxlint-disable-next-line typescript/no-implied-eval -- It is what the page shows.
  const run = new Function("require", "exports", "console", outputText) as (
    require: (name: string) => unknown,
    exports: object,
    console: object,
  ) => void;
  run((name) => modules[name], exported, { log: () => undefined });
  return exported.found;
}
