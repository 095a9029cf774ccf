/**
 * Markdown as the HTML of this site: anchors as GitHub has them, code in colours and with a way
 * into the playground, links between documents as links between pages. What the documents are, and
 * where a link leads, is documents.ts's matter.
 */
import { Marked } from "marked";
import type { Token, Tokens } from "marked";

import { anchors } from "../../../scripts/anchors.js";
import { escapeHtml, highlighted } from "./highlight.js";
import { fragmentOf } from "./playground-link.js";

/** A part of a document, from one heading to the next. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly depth: number;
  readonly tokens: readonly Token[];
}

/** Where things are, for one page. */
export interface Surroundings {
  /** What a link of the document leads to from this page; `null` if to nothing of the site. */
  readonly link: (target: string) => string | null;
  /** Where the playground is. */
  readonly playground: string;
  /** The program that a piece of code is, if it can run there. */
  readonly program: (code: string) => string | undefined;
  readonly openIn: string;
  /** The drawing of a diagram. */
  readonly diagram: (code: string) => string;
  /** How much less deep headings are here than in the document. */
  readonly raised: number;
}

const plain = new Marked();

/** Markdown, parsed. */
export const tokensOf = (markdown: string): Token[] => plain.lexer(markdown);

/** The text of a heading or a paragraph, without its marks. */
export const textOf = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.type === "code") return "";
      if ("items" in token) {
        return (token as Tokens.List).items.map(({ tokens }) => textOf(tokens)).join(" ");
      }
      if ("rows" in token) {
        const { header, rows } = token as Tokens.Table;
        return [header, ...rows]
          .flat()
          .map((cell) => textOf(cell.tokens))
          .join(" ");
      }
      if ("tokens" in token && token.tokens !== undefined) return textOf(token.tokens);
      return "text" in token ? String(token.text) : " ";
    })
    .join("");

/** A document, cut before each of its headings. */
export function sectionsOf(markdown: string): Section[] {
  const anchor = anchors();
  const sections: { id: string; title: string; depth: number; tokens: Token[] }[] = [];
  for (const token of tokensOf(markdown)) {
    if (token.type === "heading") {
      const { depth, tokens } = token as Tokens.Heading;
      const title = unescaped(textOf(tokens));
      sections.push({ id: anchor(title), title, depth, tokens: [token] });
    } else {
      sections.at(-1)?.tokens.push(token);
    }
  }
  return sections;
}

const unescaped = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** Chinese has no spaces between words, so where its lines are broken there is none either. */
export const joined = (text: string): string =>
  text.replace(/(?<=[\u3000-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])/g, "");

/** Sections as HTML. */
export function render(sections: readonly Section[], around: Surroundings): string {
  const ids = new Map(sections.map(({ id, tokens }) => [tokens[0], id]));
  const marked = new Marked({
    renderer: {
      heading(token) {
        const depth = Math.max(token.depth - around.raised, 1);
        const id = ids.get(token)!;
        const inside = this.parser.parseInline(token.tokens);
        const name = escapeHtml(unescaped(textOf(token.tokens)));
        const anchor = `<a class="anchor" href="#${id}" aria-label="#: ${name}">#</a>`;
        return `<h${depth} id="${id}">${inside}${depth === 1 ? "" : ` ${anchor}`}</h${depth}>\n`;
      },
      code: ({ text, lang }) => block(text, lang ?? "", around),
      text(token) {
        if ("tokens" in token && token.tokens) return this.parser.parseInline(token.tokens);
        return joined("escaped" in token && token.escaped ? token.text : escapeText(token.text));
      },
      link({ href, tokens }) {
        const inside = this.parser.parseInline(tokens);
        const to = around.link(href);
        return to === null ? inside : `<a href="${escapeHtml(to)}">${inside}</a>`;
      },
      image: ({ href, text }) =>
        `<img vite-ignore src="${around.link(href)}" alt="${escapeHtml(text)}" loading="lazy" />`,
      table(token) {
        const row = (cells: Tokens.TableCell[], tag: string): string =>
          `<tr>${cells
            .map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`)
            .join("")}</tr>`;
        // A table without headings has empty ones in Markdown.
        const isNamed = token.header.some(({ text }) => text !== "");
        const head = isNamed ? `<thead>${row(token.header, "th")}</thead>` : "";
        const body = token.rows.map((cells) => row(cells, "td")).join("\n");
        const table = `<table>${head}<tbody>${body}</tbody></table>`;
        return `<div class="table" tabindex="0">${table}</div>\n`;
      },
    },
  });
  return marked.parser(sections.flatMap(({ tokens }) => [...tokens]));
}

/** As text, but for entities, which are written as such. */
const escapeText = (text: string): string => escapeHtml(text).replaceAll(/&amp;(#?\w+;)/g, "&$1");

function block(code: string, language: string, around: Surroundings): string {
  if (language === "mermaid") return around.diagram(code);
  const isTypeScript = language.startsWith("ts");
  const html = isTypeScript ? highlighted(code) : escapeHtml(code);
  const pre = `<pre tabindex="0"><code>${html}</code></pre>`;
  const program = isTypeScript ? around.program(code) : undefined;
  if (program === undefined) return `${pre}\n`;
  const address = `${around.playground}${fragmentOf(program)}`;
  const link = `<a class="open" href="${address}">${around.openIn}</a>`;
  return `<div class="example">${pre}${link}</div>\n`;
}
