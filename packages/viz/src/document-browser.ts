/**
 * The document plots are drawn into in a browser: the browser's own.
 * `document-node.ts` is its twin; `#document` in package.json chooses between the two.
 */

/** The page's document. Nothing is added to the page: elements are only made with it. */
export function createDocument(): Document {
  return globalThis.document;
}

/** An element and what is in it, as XML: `outerHTML` would write HTML. */
export function serialize(element: Element): string {
  return new XMLSerializer().serializeToString(element);
}
