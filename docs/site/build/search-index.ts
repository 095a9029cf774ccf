/** The index of all pages, made when the site is built; the page's side is src/search/search.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import MiniSearch from "minisearch";

import { indexing } from "../src/search/entries.js";
import type { Entry } from "../src/search/entries.js";
import type { Document } from "./documents.js";

/** The index of documents and chapters, as text. */
export function searchIndex(
  root: string,
  documents: readonly Document[],
  chapters: readonly string[],
): string {
  const index = new MiniSearch<Entry>(indexing);
  let id = 0;
  const add = (entry: Omit<Entry, "id" | "excerpt">): void => {
    id += 1;
    index.add({ ...entry, id, excerpt: entry.text.slice(0, 140) });
  };
  for (const file of chapters) {
    const html = readFileSync(join(root, file), "utf8");
    const [, title = ""] = /<title>(.*?)<\/title>/s.exec(html)!;
    const [, body = ""] = /<main[^>]*>(.*)<\/main>/s.exec(html)!;
    const [, lead = ""] = /<meta\s+name="description"\s+content="([^"]*)"/s.exec(html) ?? [];
    const text = `${lead} ${body.replaceAll(/<[^>]*>|\$[^$]*\$/g, " ")}`;
    const language = file.startsWith("zh/") ? "zh" : "en";
    const name = title.replace(" · Nabla", "");
    add({ url: file, title: name, page: "", language, text: text.replaceAll(/\s+/g, " ").trim() });
  }
  for (const { url, title: page, language, found } of documents) {
    for (const { id: heading, title, text } of found) {
      const isPage = heading === "";
      add({
        url: isPage ? url : `${url}#${heading}`,
        title,
        page: isPage ? "" : page,
        language,
        text,
      });
    }
  }
  return JSON.stringify(index);
}
