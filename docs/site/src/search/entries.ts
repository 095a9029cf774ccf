/**
 * What is searched, and how its text becomes words: the same when the site is built, which makes
 * the index (build/search-index.ts), and in the page, which asks it (search.ts).
 */
import type { Options } from "minisearch";

/** A part of a page that can be found. */
export interface Entry {
  readonly id: number;
  /** Below the root of the site, with what is behind the `#`. */
  readonly url: string;
  readonly title: string;
  /** The page it is on, "" if it is the page. */
  readonly page: string;
  readonly language: "en" | "zh";
  readonly text: string;
  /** The beginning of the text, to be shown. */
  readonly excerpt: string;
}

/** How the index is made, and read again. */
export const indexing: Options<Entry> = {
  fields: ["title", "page", "text"],
  storeFields: ["url", "title", "page", "language", "excerpt"],
  tokenize: wordsIn,
  processTerm: (term) => term.toLowerCase(),
};

/**
 * The words of a text: those between what is no letter, the parts of `camelCase`, and of Chinese,
 * which does not part its words, each two neighbours.
 */
export function wordsIn(text: string): string[] {
  return (text.match(/[\p{L}\p{N}_]+/gu) ?? []).flatMap((word) => {
    const chinese = word.match(/\p{Script=Han}+/gu) ?? [];
    const pairs = chinese.flatMap((run) =>
      run.length < 2
        ? [run]
        : Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2)),
    );
    const others = word.split(/\p{Script=Han}+/u).filter((part) => part !== "");
    return [...pairs, ...others.flatMap(withParts)];
  });
}

function withParts(word: string): string[] {
  const parts = word.split(/(?<=[a-z\d])(?=[A-Z])|_/).filter((part) => part !== "");
  return parts.length < 2 ? [word] : [word, ...parts];
}
