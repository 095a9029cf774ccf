/**
 * Searching the whole site, in a dialog: the index is loaded when it is first opened, and asked as
 * one types. Arrow keys choose, Enter goes there, Escape closes.
 */
import MiniSearch from "minisearch";
import type { SearchResult } from "minisearch";

import { inLanguage } from "../page.js";
import { indexing, wordsIn } from "./entries.js";
import type { Entry } from "./entries.js";

const text = inLanguage({
  en: {
    label: "Search all pages",
    loading: "Loading …",
    found: (count: number) => (count === 0 ? "Nothing found." : `${count} found`),
    failed: "The index could not be loaded.",
    close: "Close",
  },
  zh: {
    label: "搜索全部页面",
    loading: "正在加载……",
    found: (count: number) => (count === 0 ? "没有找到。" : `找到 ${count} 处`),
    failed: "索引没能加载。",
    close: "关闭",
  },
});

/** As many as can be looked through. */
const MOST = 20;

const root = new URL("../", import.meta.url);
type Found = SearchResult & Omit<Entry, "id" | "text">;
let index: Promise<MiniSearch<Entry>> | null = null;
let chosen = 0;

async function load(): Promise<MiniSearch<Entry>> {
  const response = await fetch(new URL("search.json", root));
  return MiniSearch.loadJSONAsync(await response.text(), indexing);
}

const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};

const dialog = make("dialog", { class: "search", "aria-label": text.label });
const input = make("input", {
  type: "search",
  role: "combobox",
  "aria-label": text.label,
  "aria-controls": "found",
  "aria-expanded": "false",
  autocomplete: "off",
  spellcheck: "false",
  placeholder: text.label,
});
const list = make("ul", { id: "found", role: "listbox", "aria-label": text.label });
const status = make("p", { role: "status", class: "note" });
const close = make("button", { type: "button" });
close.textContent = text.close;
const bar = make("div", { class: "bar" });
bar.append(input, close);
dialog.append(bar, status, list);
document.body.append(dialog);

/** Opens the dialog, ready for what is typed. */
export function open(): void {
  if (dialog.open) return;
  dialog.showModal();
  input.select();
  if (index === null) status.textContent = text.loading;
  index ??= load();
  index.then(show, () => {
    index = null;
    status.textContent = text.failed;
  });
}

function show(known: MiniSearch<Entry>): void {
  const asked = input.value.trim();
  const own = inLanguage({ en: "en", zh: "zh" });
  const found =
    asked === ""
      ? []
      : (known.search(asked, {
          prefix: true,
          fuzzy: (term) => (term.length > 4 ? 0.2 : false),
          combineWith: "AND",
          boost: { title: 6, page: 2 },
          boostDocument: (_id, _term, stored) => (stored?.["language"] === own ? 1.5 : 1),
        }) as Found[]);
  // An entry of its own name comes first: `add` before all that adds.
  const isNamed = ({ title }: Found): number =>
    Number(title === asked) + Number(title.toLowerCase() === asked.toLowerCase());
  found.sort((a, b) => isNamed(b) - isNamed(a) || b.score - a.score);
  const words = new Set(wordsIn(asked).map((word) => word.toLowerCase()));
  list.replaceChildren(...found.slice(0, MOST).map((one, i) => item(one, i, words)));
  status.textContent = asked === "" ? "" : text.found(found.length);
  input.setAttribute("aria-expanded", String(found.length > 0));
  choose(0);
}

function item(found: Found, i: number, words: ReadonlySet<string>): HTMLLIElement {
  const made = make("li", { role: "none" });
  const { href } = new URL(found.url, root);
  const link = make("a", { href, role: "option", id: `found-${i}`, tabindex: "-1" });
  const title = make("strong");
  title.append(...marked(found.title, words));
  const page = make("small");
  page.textContent = found.page;
  const excerpt = make("span");
  excerpt.append(...marked(found.excerpt, words));
  link.append(title, " ", page, excerpt);
  made.append(link);
  link.addEventListener("click", () => dialog.close());
  return made;
}

/** A text, with the words that were asked for marked. */
function marked(what: string, words: ReadonlySet<string>): (string | HTMLElement)[] {
  return what.split(/([\p{L}\p{N}]+)/u).map((part) => {
    if (![...words].some((word) => part.toLowerCase().includes(word))) return part;
    const mark = make("mark");
    mark.textContent = part;
    return mark;
  });
}

function choose(which: number): void {
  const count = list.childElementCount;
  chosen = count === 0 ? 0 : (which + count) % count;
  for (const [i, one] of list.querySelectorAll("a").entries()) {
    one.setAttribute("aria-selected", String(i === chosen));
    if (i === chosen) one.scrollIntoView({ block: "nearest" });
  }
  if (count === 0) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", `found-${chosen}`);
}

input.addEventListener("input", () => void index?.then(show));
close.addEventListener("click", () => dialog.close());
dialog.addEventListener("click", ({ target }) => {
  if (target === dialog) dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (steps !== undefined) choose(chosen + steps);
  else if (event.key === "Enter" && event.target === input) {
    list.children[chosen]?.querySelector("a")?.click();
  } else if (event.key === "Escape") dialog.close();
  else return;
  event.preventDefault();
});
