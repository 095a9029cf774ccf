/**
 * What all pages do: light or dark as the reader chose, and the other language in the same place.
 * The chapters are in folders of their own.
 */

/** The element of this id, which the page has. */
export function element(id: string): HTMLElement;
export function element<E extends HTMLElement>(id: string, type: new () => E): E;
export function element(id: string, type: new () => HTMLElement = HTMLElement): HTMLElement {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${type.name} #${id}`);
}

/** The text in the language of the page. */
export function inLanguage<T>(words: Readonly<Record<"en" | "zh", T>>): T {
  return words[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
}

/** What the reader chose is kept where the browser allows that. */
const choice = {
  get: (): string | null => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  },
  set: (theme: string): void => {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // The page is as the reader wants it, until it is left.
    }
  },
};

function showTheme(theme: string | null): void {
  if (theme !== null) document.documentElement.dataset["theme"] = theme;
}

showTheme(choice.get());
document.getElementById("theme")?.addEventListener("click", () => {
  const isDark = getComputedStyle(document.documentElement).getPropertyValue("--is-dark") === "1";
  const chosen = document.documentElement.dataset["theme"] ?? (isDark ? "dark" : "light");
  const next = chosen === "dark" ? "light" : "dark";
  choice.set(next);
  showTheme(next);
});

/** Searching is loaded when it is first asked for: by the button, `/`, or Control and K. */
async function search(): Promise<void> {
  const { open } = await import("./search/search.js");
  open();
}
document.getElementById("search")?.addEventListener("click", () => void search());
document.addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, altKey } = event;
  const [place] = event.composedPath();
  const isTyping =
    place instanceof HTMLElement &&
    (place.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(place.tagName));
  const isAsked =
    (key === "/" && !isTyping && !ctrlKey && !metaKey && !altKey) ||
    (key.toLowerCase() === "k" && (ctrlKey || metaKey) && !isTyping);
  if (!isAsked) return;
  event.preventDefault();
  void search();
});

/** The site keeps itself for when there is no network: offline.ts, once all else is there. */
addEventListener("load", () => void import("./offline.js"));
