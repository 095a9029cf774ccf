/**
 * What every page has around its text: the head, the ways to the other pages and to the other
 * language, the foot. And how formulas are set: what stands between dollar signs is TeX, and
 * becomes MathML when the site is built. The texts of the chapters are in the HTML files, those of
 * the documentation in the repository's documents (documents.ts).
 */
import { join } from "node:path";

import temml from "temml";
import type { Plugin } from "vite";

import { readText } from "../../../scripts/repository.js";
import { groups } from "./documents.js";
import type { Document, Picture } from "./documents.js";
import { escapeHtml } from "./highlight.js";
import { joined } from "./markdown.js";
import { fragmentOf } from "./playground-link.js";
import { headersFile } from "./policy.js";
import { searchIndex } from "./search-index.js";

type Language = "en" | "zh";

/** The pages in their order; each is in the folder of its language under this name. */
const chapters = ["descent", "line", "autograd", "decision", "digits", "speed"] as const;
type Page = "index" | (typeof lessons)[number];

/** The chapters, and where one writes programs of one's own. */
const lessons = [...chapters, "playground"] as const;

/** The HTML files of the chapters. */
export const chapterFiles = ["", "zh/"].flatMap((folder) =>
  ["index", ...lessons].map((page) => `${folder}${page}.html`),
);

const words = {
  en: {
    home: "Nabla",
    site: "Nabla",
    nav: "Chapters",
    playground: "Playground",
    search: "Search",
    documentation: "Documentation",
    skip: "Skip to the text",
    theme: "Light or dark",
    other: "中文",
    chapters: {
      descent: "Descent on a curve",
      line: "Fitting a line",
      autograd: "Autograd, step by step",
      decision: "From a line to a decision",
      digits: "Ten classes",
      speed: "How fast?",
    },
    all: "All documents",
    groups: {
      guides: "Guides",
      operations: "Operations",
      api: "Packages",
      decisions: "Decisions",
    },
    previous: "Before",
    next: "Next",
    foot: "Everything on this page is computed in your browser by Nabla itself. Nothing leaves it.",
    documentsFoot: "Made from the documents and the docstrings in Nabla's repository.",
  },
  zh: {
    home: "Nabla",
    site: "Nabla",
    nav: "章节",
    playground: "练习场",
    search: "搜索",
    documentation: "文档",
    skip: "跳到正文",
    theme: "切换明暗",
    other: "English",
    chapters: {
      descent: "沿着曲线下山",
      line: "拟合一条直线",
      autograd: "一步一步看自动求导",
      decision: "从直线到判断",
      digits: "十个类别",
      speed: "有多快？",
    },
    all: "全部文档",
    groups: {
      guides: "指南",
      operations: "运算",
      api: "软件包",
      decisions: "设计决定",
    },
    previous: "上一章",
    next: "下一章",
    foot: "本页的每个数字，都由 Nabla 在你的浏览器里当场算出，不会向外发送任何内容。",
    documentsFoot: "本页由 Nabla 仓库中的文档和代码注释生成。",
  },
} as const;

/** The frame and the formulas of every page, the documents, and what hosts are told. */
export function pages(
  root: string,
  documents: readonly Document[],
  pictures: readonly Picture[],
): Plugin {
  const byPath = new Map(documents.map((document) => [join(root, document.url), document]));
  return {
    name: "pages",
    // The documents are files of the site only in their names.
    resolveId: (id) => (byPath.has(id) ? id : null),
    load(id) {
      const document = byPath.get(id);
      return document === undefined ? null : documentPage(document, documents);
    },
    transformIndexHtml: {
      order: "pre",
      handler(html, { path }) {
        const document = byPath.get(join(root, path));
        return document === undefined
          ? framed(withPrograms(withFormulas(joined(html))), chapterAt(path))
          : framed(html, placeOf(document, documents));
      },
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "_headers", source: headersFile });
      const index = searchIndex(root, documents, chapterFiles);
      this.emitFile({ type: "asset", fileName: "search.json", source: index });
      for (const { url, content } of pictures) {
        this.emitFile({ type: "asset", fileName: url, source: content });
      }
    },
  };
}

/** Links to programs, `program:` and a file of the repository, open it in the playground. */
const withPrograms = (html: string): string =>
  html.replaceAll(
    /href="program:([^"]+)"/g,
    (_, path: string) => `href="playground.html${fragmentOf(readText(path))}"`,
  );

/** A page among others. */
interface Place {
  readonly language: Language;
  /** The way to the root of the site: `../` for every folder. */
  readonly up: string;
  /** The same in the other language, seen from here. */
  readonly other: string | null;
  readonly section: "chapters" | "playground" | "documentation";
  /** Which chapter it is; `null` among the documents. */
  readonly chapter: Page | null;
  readonly around: readonly [before: Neighbour | null, after: Neighbour | null];
}

interface Neighbour {
  readonly href: string;
  readonly title: string;
}

const titleOf = (lesson: (typeof lessons)[number], language: Language): string =>
  lesson === "playground" ? words[language].playground : words[language].chapters[lesson];

function chapterAt(path: string): Place {
  const language: Language = path.startsWith("/zh/") ? "zh" : "en";
  const page = (/([a-z]+)\.html$/.exec(path)?.[1] ?? "index") as Page;
  const at = page === "index" ? -1 : lessons.indexOf(page);
  const neighbour = (chapter: (typeof lessons)[number] | undefined): Neighbour | null =>
    chapter === undefined || at < 0
      ? null
      : { href: `${chapter}.html`, title: titleOf(chapter, language) };
  return {
    language,
    up: language === "en" ? "" : "../",
    other: language === "en" ? `zh/${page}.html` : `../${page}.html`,
    section: page === "playground" ? "playground" : "chapters",
    chapter: page,
    around: [neighbour(lessons[at - 1]), neighbour(lessons[at + 1])],
  };
}

const upFrom = (url: string): string => "../".repeat(url.split("/").length - 1);

function placeOf(document: Document, documents: readonly Document[]): Place {
  const { url, group, language, other } = document;
  const up = upFrom(url);
  const row = documents.filter((one) => one.group === group && one.language === language);
  const at = row.indexOf(document);
  const neighbour = (one: Document | undefined): Neighbour | null =>
    one === undefined || group === "source" ? null : { href: up + one.url, title: one.title };
  return {
    language,
    up,
    other: other === null ? null : up + other,
    section: "documentation",
    chapter: null,
    around: [neighbour(row[at - 1]), neighbour(row[at + 1])],
  };
}

function framed(html: string, place: Place): string {
  const { language, up, other, chapter } = place;
  const text = words[language];
  const otherLanguage = language === "en" ? "zh-CN" : "en";
  const alternate =
    other === null
      ? ""
      : `<link vite-ignore rel="alternate" hreflang="${otherLanguage}" href="${other}" />`;
  const head = `
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="${up}icon.svg" />
    ${alternate}
    <link rel="stylesheet" href="/src/style.css" />
    <script type="module" src="/src/page.ts"></script>`;
  const foot = chapter === null ? text.documentsFoot : text.foot;
  return html
    .replace("<head>", () => `<head>${head}`)
    .replace("<body>", () => `<body>${topOf(place)}`)
    .replace("</main>", () => `${aroundOf(place)}</main>`)
    .replace("</body>", () => `<footer class="foot"><p>${foot}</p></footer></body>`);
}

function topOf({ language, up, other, section, chapter }: Place): string {
  const text = words[language];
  const home = language === "en" ? up : `${up}zh/`;
  const otherLanguage = language === "en" ? "zh-CN" : "en";
  const sections = (
    [
      ["chapters", `${home}index.html`, text.nav],
      ["playground", `${home}playground.html`, text.playground],
      ["documentation", `${up}documentation.html`, text.documentation],
    ] as const
  ).map(([name, href, title]) => {
    const here = name === section ? ' aria-current="true"' : "";
    return `<li><a href="${href}"${here}>${title}</a></li>`;
  });
  const numbered = lessons.map((one, i) => {
    const here = one === chapter ? ' aria-current="page"' : "";
    const number = `<span class="number">${i + 1}</span>`;
    return `<li><a href="${one}.html"${here}>${number} ${titleOf(one, language)}</a></li>`;
  });
  const toOther =
    `<a class="language" lang="${otherLanguage}" hreflang="${otherLanguage}" ` +
    `href="${other}">${text.other}</a>`;
  return `
    <a class="skip" href="#text">${text.skip}</a>
    <header class="top">
      <a class="home" href="${home}index.html"><span aria-hidden="true">∇</span> ${text.home}</a>
      <nav class="sections" aria-label="${text.site}"><ul>${sections.join("")}</ul></nav>
      <div class="settings">
        <button type="button" id="search" aria-keyshortcuts="/ Control+K">${text.search}</button>
        ${other === null ? "" : toOther}
        <button type="button" id="theme" aria-label="${text.theme}" title="${text.theme}">
          <span aria-hidden="true">◐</span>
        </button>
      </div>
    </header>
    ${
      chapter === null
        ? ""
        : `<nav class="chapters" aria-label="${text.nav}"><ol>${numbered.join("")}</ol></nav>`
    }`;
}

/** The links to the pages before and after this one. */
function aroundOf({ language, around }: Place): string {
  const text = words[language];
  if (around.every((neighbour) => neighbour === null)) return "";
  const links = around.map((neighbour, i) =>
    neighbour === null
      ? "<span></span>"
      : `<a rel="${i === 0 ? "prev" : "next"}" href="${neighbour.href}"><small>` +
        `${i === 0 ? text.previous : text.next}</small>${escapeHtml(neighbour.title)}</a>`,
  );
  const label = `${text.previous} / ${text.next}`;
  return `<nav class="around" aria-label="${label}">${links.join("")}</nav>`;
}

/** A document with the list of all documents beside it. */
function documentPage(document: Document, documents: readonly Document[]): string {
  const { url, title, html, language, contents, group } = document;
  const text = words[language];
  const up = upFrom(url);
  const onPage = contents.map(
    ({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`,
  );
  const linksTo = (name: Document["group"]): string =>
    documents
      .filter((one) => one.group === name && one.language === "en")
      .map((one) => documents.find((other) => isIn(language, other, one)) ?? one)
      .map((one) => {
        const isHere = one === document;
        const own = isHere && onPage.length > 0 ? `<ul>${onPage.join("")}</ul>` : "";
        const here = isHere ? ' aria-current="page"' : "";
        return `<li><a href="${up}${one.url}"${here}>${escapeHtml(one.title)}</a>${own}</li>`;
      })
      .join("");
  const listed = groups.map((name) => {
    if (name === "source") return "";
    const links = `<ul>${linksTo(name)}</ul>`;
    if (name === "start") return links;
    const open = name === group ? " open" : "";
    return `<details${open}><summary>${text.groups[name]}</summary>${links}</details>`;
  });
  return `<!doctype html>
<html lang="${language === "en" ? "en" : "zh-CN"}">
  <head>
    <title>${escapeHtml(title)} · Nabla</title>
    <link rel="stylesheet" href="/src/documents.css" />
  </head>
  <body>
    <div class="documents">
      <main id="text" class="document">
        <a class="to-list" href="#documents">${text.all}</a>
        ${html}
      </main>
      <nav class="contents" id="documents" aria-label="${text.documentation}">
        ${listed.join("\n")}
      </nav>
    </div>
  </body>
</html>`;
}

/** Whether a document is another one in a language. */
const isIn = (language: Language, one: Document, other: Document): boolean =>
  one.language === language && one.url === other.other;

/** Formulas on lines of their own stand between two dollar signs, others between one. */
function withFormulas(html: string): string {
  const set = (tex: string, displayMode: boolean): string =>
    temml
      .renderToString(readEntities(tex), { displayMode, throwOnError: true })
      // The policy of the pages allows no styles in attributes; style.css has what is needed.
      .replace(/ style="[^"]*"/g, "");
  return html
    .replace(/\$\$([^$]+)\$\$/g, (_, tex: string) => {
      // Where several stand side by side, those that have no room go below.
      const formulas = tex.split("\\qquad").map((part) => set(part, true));
      return `<span class="equations">${formulas.join(" ")}</span>`;
    })
    .replace(/\$([^$]+)\$/g, (_, tex: string) => set(tex, false));
}

const readEntities = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
