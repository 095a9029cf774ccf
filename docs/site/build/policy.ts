/**
 * What a page may load and do, as its server tells the browser. A static host that is not ours has
 * to send the same: `build/_headers` is how several of them are told.
 */

/** For every page: only what this site serves, and no code from text. */
export const pagePolicy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

/**
 * For the workers that run what a reader wrote: code from text, and nothing else. A worker that is
 * fetched by its URL has the policy it is served with, not that of the page that starts it.
 */
export const workerPolicy =
  "default-src 'none'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval'";

/** Where the build puts the workers and what only they load. */
export const workerFolder = "workers";

/** The policy of a path below the root of the site. */
export const policyOf = (path: string): string =>
  path.startsWith(`/${workerFolder}/`) ? workerPolicy : pagePolicy;

/** The headers in the form of Netlify's and Cloudflare's `_headers`. */
export const headersFile = `/*
  Content-Security-Policy: ${pagePolicy}
/${workerFolder}/*
  ! Content-Security-Policy
  Content-Security-Policy: ${workerPolicy}
`;
