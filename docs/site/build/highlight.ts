/**
 * Code in colours, when the site is built, by the parser that the pages' editors have. What the
 * colours are is in documents.css.
 */
import { typescriptLanguage } from "@codemirror/lang-javascript";
import { highlightCode, tagHighlighter, tags } from "@lezer/highlight";

const kinds = tagHighlighter([
  { tag: tags.keyword, class: "word" },
  { tag: [tags.number, tags.string, tags.bool, tags.null], class: "value" },
  { tag: tags.comment, class: "remark" },
]);

/** Text as HTML says it. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/** TypeScript as HTML. */
export function highlighted(code: string): string {
  const parts: string[] = [];
  highlightCode(
    code,
    typescriptLanguage.parser.parse(code),
    kinds,
    (text, kind) => {
      const html = escapeHtml(text);
      parts.push(kind === "" ? html : `<span class="${kind}">${html}</span>`);
    },
    () => parts.push("\n"),
  );
  return parts.join("");
}
