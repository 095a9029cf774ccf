/**
 * What documents there are and where they are on the site: the guides and decisions of docs/, the
 * operations page by its sections, the reference of every package, the examples, and the source
 * files that any of them links to. Nothing of it is written here. How Markdown becomes HTML:
 * markdown.ts; what every page has around its text: pages.ts.
 */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

import { namesOf } from "../../../scripts/public-names.js";
import {
  exists,
  filesUnder,
  readText,
  root,
  workspacePackages,
} from "../../../scripts/repository.js";
import type { WorkspacePackage } from "../../../scripts/repository.js";
import { readDeclarations } from "../../../scripts/signatures.js";
import type { Declarations } from "../../../scripts/signatures.js";
import { readSource } from "../../../scripts/source-code.js";
import { apiMarkdown } from "./api.js";
import { drawn } from "./diagram.js";
import { escapeHtml, highlighted } from "./highlight.js";
import { render, sectionsOf, textOf, tokensOf } from "./markdown.js";
import type { Section } from "./markdown.js";
import { programs, withImports } from "./playground-link.js";
import { examplesHelpers } from "./virtual.js";

/** The groups of documents, in their order. */
export const groups = ["start", "guides", "operations", "api", "decisions", "source"] as const;
type Group = (typeof groups)[number];

/** A page of the documentation. */
export interface Document {
  /** Below the root of the site: `guide/shapes.html`. */
  readonly url: string;
  readonly title: string;
  readonly group: Group;
  readonly language: "en" | "zh";
  /** The same in the other language. */
  readonly other: string | null;
  readonly html: string;
  /** What is on the page, to be listed beside it. */
  readonly contents: readonly { readonly id: string; readonly title: string }[];
  /** What is to be found here by searching. */
  readonly found: readonly { readonly id: string; readonly title: string; readonly text: string }[];
}

/** A file of the site that documents show. */
export interface Picture {
  readonly url: string;
  readonly content: Buffer;
}

/** The order in which guides are read; those that are not here come after. */
const guides = [
  "hand-gradients",
  "seeing-autograd",
  "read-the-source",
  "from-pytorch",
  "shapes",
  "compile",
  "laziness",
  "debugging",
  "footguns",
  "architecture",
  "adding-an-op",
];

/** The packages, as one meets them. */
const packages = ["nabla", "core", "optim", "nn", "data", "viz"];

/** A page before it is rendered: some sections of a Markdown file. */
interface Draft {
  readonly file: string;
  readonly url: string;
  readonly group: Group;
  readonly sections: readonly Section[];
  /** How much less deep headings are on the page than in the file. */
  readonly raised: number;
  readonly program: (code: string) => string | undefined;
}

const operationsFile = "docs/ops.md";

/** All documents, the files they show, and the declarations of all packages. */
export async function readDocuments(): Promise<{
  documents: Document[];
  pictures: Picture[];
  declarations: Declarations;
}> {
  const declarations = readDeclarations(examplesHelpers);
  const modules = modulesByName();
  const drafts = [
    draftOf("README.md", "documentation.html", "start"),
    ...guideFiles().map((file) => {
      const [, name = "", chinese] = /([^/]+?)(\.zh)?\.md$/.exec(file)!;
      return draftOf(file, `${chinese ? "zh/" : ""}guide/${name}.html`, "guides");
    }),
    draftOf("examples/README.md", "guide/examples.html", "guides"),
    draftOf("bench/README.md", "guide/benchmarks.html", "guides"),
    ...operationDrafts(modules),
    ...apiDrafts(declarations, modules),
    ...filesUnder("docs/decisions", ".md").map((file) =>
      draftOf(file, `decisions/${posix.basename(file, ".md")}.html`, "decisions"),
    ),
  ];
  const files = new Map<string, Draft[]>();
  for (const draft of drafts) files.set(draft.file, [...(files.get(draft.file) ?? []), draft]);
  const pictures = new Map<string, Picture>();
  const sources = new Map<string, Document>();
  const resolve = (from: Draft, target: string): string | null => {
    if (/^[a-z]+:/.test(target)) return target;
    const up = "../".repeat(from.url.split("/").length - 1);
    const [path = "", id = ""] = target.split("#");
    const file = path === "" ? from.file : posix.join(posix.dirname(from.file), decodeURI(path));
    const found = files.get(file);
    if (found !== undefined) {
      const page = found.find(({ sections }) => sections.some((one) => one.id === id)) ?? found[0]!;
      const isThere = page.sections.some((one) => one.id === id);
      if (id !== "" && !isThere)
        throw new Error(`${from.file} links to ${target}: no such heading`);
      return `${page === from ? "" : up + page.url}${id === "" ? "" : `#${id}`}` || "#text";
    }
    if (file === "docs/site") return `${up}index.html`;
    if (!exists(file)) throw new Error(`${from.file} links to ${file}, which is not there`);
    if (/\.(svg|png)$/.test(file)) {
      const url = `pictures/${posix.basename(file)}`;
      pictures.set(url, { url, content: readFileSync(join(root, file)) });
      return up + url;
    }
    if (!/\.(ts|json|csv)$/.test(file)) return null;
    const source = sources.get(file) ?? sourceDocument(file);
    sources.set(file, source);
    return up + source.url;
  };
  const documents: Document[] = [];
  for (const draft of drafts) documents.push(await documentOf(draft, resolve, drafts));
  return {
    documents: [...documents, ...sources.values()],
    pictures: [...pictures.values()],
    declarations,
  };
}

/** The guides, those that have a place in the order first. */
function guideFiles(): string[] {
  const place = (file: string): number => {
    const at = guides.indexOf(posix.basename(file, ".md").replace(/\.zh$/, ""));
    return at < 0 ? guides.length : at;
  };
  return filesUnder("docs", ".md")
    .filter((file) => posix.dirname(file) === "docs" && file !== operationsFile)
    .sort((a, b) => place(a) - place(b));
}

function draftOf(file: string, url: string, group: Group): Draft {
  const text = readText(file);
  const runnable = programs(file, text);
  const program = (code: string): string | undefined => runnable.get(code);
  return { file, url, group, sections: sectionsOf(text), raised: 0, program };
}

/** A page for what stands before the first section, and one for each. */
function operationDrafts(modules: ReadonlyMap<string, string>): Draft[] {
  const drafts: (Draft & { sections: Section[] })[] = [];
  const program = (code: string): string => withImports(code, modules);
  for (const section of sectionsOf(readText(operationsFile))) {
    if (section.depth < 3) {
      const url = `ops/${section.depth === 1 ? "index" : section.id}.html`;
      const raised = section.depth - 1;
      const base = { file: operationsFile, group: "operations" as const, program };
      drafts.push({ ...base, url, raised, sections: [] });
    }
    drafts.at(-1)!.sections.push(section);
  }
  return drafts;
}

function apiDrafts(declarations: Declarations, modules: ReadonlyMap<string, string>): Draft[] {
  const operations = new Set(
    sectionsOf(readText(operationsFile)).flatMap(({ depth, title }) => (depth === 3 ? title : [])),
  );
  const place = ({ folder }: WorkspacePackage): number =>
    packages.indexOf(posix.basename(folder)) + 1 || packages.length + 1;
  const all = workspacePackages().sort((a, b) => place(a) - place(b));
  return all.map((one) => {
    const markdown = apiMarkdown(one, declarations, (name) => operations.has(name));
    const file = `${one.folder}/README.md`;
    const shown = programs(file, markdown);
    const read = programs(file, readText(file));
    const program = (code: string): string | undefined =>
      read.get(code) ?? (shown.has(code) ? withImports(code, modules) : undefined);
    const url = `api/${posix.basename(one.folder)}.html`;
    return { file, url, group: "api", sections: withNames(markdown), raised: 0, program };
  });
}

/** The sections of a reference, where each file's begins with its names. */
function withNames(markdown: string): Section[] {
  const sections = sectionsOf(markdown);
  return sections.map((section, at) => {
    const next = sections.findIndex(({ depth }, i) => i > at && depth < 3);
    const names = sections
      .slice(at + 1, next < 0 ? undefined : next)
      .filter(({ depth }) => depth === 3)
      .map(({ id, title }) => `[${title}](#${id})`);
    if (section.depth !== 2 || names.length < 3) return section;
    return { ...section, tokens: [...section.tokens, ...tokensOf(names.join(" · "))] };
  });
}

/** From where one imports each public name. */
function modulesByName(): Map<string, string> {
  const modules = new Map<string, string>();
  for (const { name, entries } of workspacePackages()) {
    for (const [entry, path] of entries) {
      const isMain = entry === ".";
      const whole = name === "@nabla/viz" ? "nabla/viz" : "nabla";
      const from = isMain ? whole : posix.join(name, entry);
      for (const found of namesOf(path, readSource)) {
        const [outer = ""] = found.name.split(".");
        if (isMain || !modules.has(outer)) modules.set(outer, from);
      }
    }
  }
  return modules;
}

async function documentOf(
  draft: Draft,
  resolve: (from: Draft, target: string) => string | null,
  all: readonly Draft[],
): Promise<Document> {
  const { url, group, sections, raised, program } = draft;
  const language = url.startsWith("zh/") ? "zh" : "en";
  const otherUrl = language === "zh" ? url.slice(3) : `zh/${url}`;
  const up = "../".repeat(url.split("/").length - 1);
  const diagrams = new Map<string, string>();
  for (const token of sections.flatMap(({ tokens }) => tokens)) {
    if (token.type === "code" && "lang" in token && token.lang === "mermaid") {
      diagrams.set(String(token.text), await drawn(String(token.text)));
    }
  }
  const html = render(sections, {
    link: (target) => resolve(draft, target),
    playground: `${up}${language === "zh" ? "zh/" : ""}playground.html`,
    program,
    openIn: language === "zh" ? "在练习场打开" : "Open in playground",
    diagram: (code) => diagrams.get(code)!,
    raised,
  });
  // What is written between this language's pages alone.
  const [first, ...others] = sections;
  const listed = others.filter(({ depth }) => depth - raised === 2);
  return {
    url,
    title: first!.title,
    group,
    language,
    other: all.some((one) => one.url === otherUrl) ? otherUrl : null,
    html,
    contents: listed.map(({ id, title }) => ({ id, title })),
    found: sections.map(({ id, title, tokens }, i) => {
      const text = textOf(tokens.slice(1)).replaceAll(/\s+/g, " ");
      return { id: i === 0 ? "" : id, title, text };
    }),
  };
}

/** A source file, to be read. */
function sourceDocument(file: string): Document {
  const text = readText(file);
  const html = file.endsWith(".ts") ? highlighted(text) : escapeHtml(text);
  return {
    url: `source/${file}.html`,
    title: file,
    group: "source",
    language: "en",
    other: null,
    html: `<h1>${escapeHtml(file)}</h1>\n<pre tabindex="0"><code>${html}</code></pre>`,
    contents: [],
    found: [],
  };
}
