/**
 * What every page has around its text: the head, the ways to the other chapters and to the other
 * language, the foot. And how formulas are set: what stands between dollar signs is TeX, and
 * becomes MathML when the site is built. The texts themselves are in the HTML files.
 */
import temml from "temml";
import type { Plugin } from "vite";

import { headersFile } from "./policy.js";

type Language = "en" | "zh";

/** The pages in their order; each is in the folder of its language under this name. */
const chapters = ["descent", "line", "autograd", "decision"] as const;
type Page = "index" | (typeof chapters)[number];

/** The HTML files, by the names the build knows them by. */
export const inputs = Object.fromEntries(
  ["", "zh/"].flatMap((folder) =>
    ["index", ...chapters].map((page) => [`${folder}${page}`, `${folder}${page}.html`]),
  ),
);

const words = {
  en: {
    home: "Nabla",
    nav: "Chapters",
    skip: "Skip to the text",
    theme: "Light or dark",
    other: "中文",
    chapters: {
      descent: "Descent on a curve",
      line: "Fitting a line",
      autograd: "Autograd, step by step",
      decision: "From a line to a decision",
    },
    previous: "Before",
    next: "Next",
    foot: "Everything on this page is computed in your browser by Nabla itself. Nothing leaves it.",
  },
  zh: {
    home: "Nabla",
    nav: "章节",
    skip: "跳到正文",
    theme: "切换明暗",
    other: "English",
    chapters: {
      descent: "沿着曲线下山",
      line: "拟合一条直线",
      autograd: "一步一步看自动求导",
      decision: "从直线到判断",
    },
    previous: "上一章",
    next: "下一章",
    foot: "本页的每个数字，都由 Nabla 在你的浏览器里当场算出，不会向外发送任何内容。",
  },
} as const;

/** The frame and the formulas of every page, and what hosts are told. */
export function pages(): Plugin {
  return {
    name: "pages",
    transformIndexHtml: {
      order: "pre",
      handler: (html, { path }) => framed(withFormulas(joined(html)), path),
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "_headers", source: headersFile });
    },
  };
}

function framed(html: string, path: string): string {
  const language: Language = path.startsWith("/zh/") ? "zh" : "en";
  const page = (/([a-z]+)\.html$/.exec(path)?.[1] ?? "index") as Page;
  const text = words[language];
  const [up, other] = language === "en" ? ["", `zh/${page}.html`] : ["../", `../${page}.html`];
  const otherLanguage = language === "en" ? "zh-CN" : "en";
  const head = `
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="${up}icon.svg" />
    <link vite-ignore rel="alternate" hreflang="${otherLanguage}" href="${other}" />
    <link rel="stylesheet" href="/src/style.css" />
    <script type="module" src="/src/page.ts"></script>`;
  const links = chapters.map((chapter, i) => {
    const here = chapter === page ? ' aria-current="page"' : "";
    const number = `<span class="number">${i + 1}</span>`;
    return `<li><a href="${chapter}.html"${here}>${number} ${text.chapters[chapter]}</a></li>`;
  });
  const top = `
    <a class="skip" href="#text">${text.skip}</a>
    <header class="top">
      <a class="home" href="index.html"><span aria-hidden="true">∇</span> ${text.home}</a>
      <nav aria-label="${text.nav}"><ol>${links.join("")}</ol></nav>
      <div class="settings">
        <a class="language" lang="${otherLanguage}" hreflang="${otherLanguage}"
          href="${other}">${text.other}</a>
        <button type="button" id="theme" aria-label="${text.theme}" title="${text.theme}">
          <span aria-hidden="true">◐</span>
        </button>
      </div>
    </header>`;
  return html
    .replace("<head>", `<head>${head}`)
    .replace("<body>", `<body>${top}`)
    .replace("</main>", `${aroundOf(page, language)}</main>`)
    .replace("</body>", `<footer class="foot"><p>${text.foot}</p></footer></body>`);
}

/** The links to the chapters before and after this one. */
function aroundOf(page: Page, language: Language): string {
  const at = page === "index" ? -1 : chapters.indexOf(page);
  const text = words[language];
  const link = (chapter: (typeof chapters)[number] | undefined, rel: "prev" | "next"): string =>
    chapter === undefined
      ? "<span></span>"
      : `<a rel="${rel}" href="${chapter}.html"><small>` +
        `${rel === "prev" ? text.previous : text.next}</small>${text.chapters[chapter]}</a>`;
  if (page === "index") return "";
  return (
    `<nav class="around" aria-label="${text.previous} / ${text.next}">` +
    `${link(chapters[at - 1], "prev")}${link(chapters[at + 1], "next")}</nav>`
  );
}

/** Chinese has no spaces between words, so where its lines are broken there is none either. */
const joined = (html: string): string =>
  html.replace(/(?<=[\u3000-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])/g, "");

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
