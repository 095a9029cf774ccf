/**
 * The code editor: CodeMirror, in a shadow root, because there it may bring its styles as style
 * sheets, which the policy of the page allows. Loaded when a reader first touches the code.
 */
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The colours are those of style.css: custom properties reach into shadow roots. */
const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--code)", fontSize: "14px" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--mono)", caretColor: "var(--accent)", padding: "10px 0" },
  ".cm-gutters": { backgroundColor: "var(--code)", color: "var(--muted)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--grid)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "var(--data-soft)",
  },
  ".cm-selectionBackground": { backgroundColor: "var(--data-soft)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--rule)",
    maxWidth: "min(40rem, 92vw)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent-soft)",
    color: "var(--ink)",
  },
  ".cm-completionInfo, .cm-told": { padding: "0.4rem 0.7rem" },
  ".cm-completionInfo .cm-told": { padding: "0" },
  ".cm-told p": { margin: "0.4rem 0 0" },
  // The policy of the page allows no images that are written into styles.
  ".cm-lintRange-error, .cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--wrong)",
    textDecorationSkipInk: "none",
    textUnderlineOffset: "3px",
  },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", fontFamily: "var(--sans)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)" },
  { tag: [tags.number, tags.string, tags.bool], color: "var(--data)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

/**
 * Where a selection is typed over, the editor replaces it. Left to the browser, what is typed would
 * keep the colour of what it replaces by a style in an attribute, which the policy does not allow.
 */
const typingOver = EditorView.domEventHandlers({
  beforeinput({ inputType, data, isComposing }, view) {
    const { state } = view;
    if (inputType !== "insertText" || isComposing || state.selection.main.empty) return false;
    view.dispatch(state.replaceSelection(data ?? ""), { userEvent: "input.type" });
    return true;
  },
});

export interface Editor {
  read(): string;
  write(code: string): void;
  focus(at?: number): void;
  /** Can do more from now on. */
  extend(extension: Extension): void;
  /** Goes to a line, counted from 1. */
  focusLine(line: number): void;
}

/** An editor in `host`, with this code and this name, and what else it is to be able to. */
export function openEditor(
  host: HTMLElement,
  doc: string,
  name: string,
  changed: () => void,
  more: Extension = [],
): Editor {
  const root = host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        more,
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
        javascript({ typescript: true }),
        typingOver,
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": name }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (docChanged) changed();
        }),
        look,
      ],
    }),
  });
  const focus = (at = 0): void => {
    view.focus();
    const anchor = Math.min(at, view.state.doc.length);
    view.dispatch({ selection: { anchor }, scrollIntoView: true });
  };
  return {
    read: () => view.state.doc.toString(),
    write: (code) =>
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: code } }),
    extend: (extension) => view.dispatch({ effects: StateEffect.appendConfig.of(extension) }),
    focus,
    focusLine: (line) => focus(view.state.doc.line(Math.min(line, view.state.doc.lines)).from),
  };
}
