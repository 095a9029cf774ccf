/**
 * The document plots are drawn into under Node: linkedom's, so that no browser is needed.
 * `document-browser.ts` is its twin; `#document` in package.json chooses, so that a browser bundle
 * never contains linkedom. Read `panel.ts` for who draws.
 */
import { DOMParser } from "linkedom";

/** A new, empty document. */
export function createDocument(): Document {
  const empty = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  const document: unknown = new DOMParser().parseFromString(empty, "image/svg+xml");
  // linkedom declares a class of its own, but has all of `Document` that drawing needs.
  return document as Document;
}

/** An element and what is in it, as XML. */
export function serialize(element: Element): string {
  return element.outerHTML;
}
