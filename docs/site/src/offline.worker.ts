/**
 * The service worker: the site without a network. It keeps all pages and the library when it is
 * installed, and what is large, the TypeScript compiler and what lays out graphs, once it was used.
 * Each build has a store of its own. A new build waits until the reader takes it (page.ts), so
 * that no page is half old and half new.
 */

/** What build/service-worker.ts writes before this. */
declare const build: { readonly version: string; readonly files: readonly string[] };

/** What is used of the types of service workers, which TypeScript has apart from those of pages. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}
const worker = globalThis as unknown as Scope;

const prefix = "nabla-";
const store = prefix + build.version;
const address = (file: string): string => new URL(file, worker.registration.scope).href;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("message", ({ data }) => {
  if (data === "take over") void worker.skipWaiting();
});
worker.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "GET" || !url.startsWith(worker.registration.scope)) return;
  event.respondWith(answer(event.request));
});

/** Keeps all files, of which those with a hash in their name may be those of the build before. */
async function install(): Promise<void> {
  const cache = await caches.open(store);
  await Promise.all(
    build.files.map(async (file) => {
      const isHashed = /^(assets|workers)\//.test(file);
      const known = isHashed ? await caches.match(address(file)) : undefined;
      const response = known ?? (await fetch(address(file), { cache: "no-cache" }));
      if (!response.ok) throw new Error(`${file}: ${response.status}`);
      // A page that was found by way of a redirection is not shown where none is expected.
      const { body, headers } = response;
      await cache.put(
        address(file),
        response.redirected ? new Response(body, { headers }) : response,
      );
    }),
  );
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(prefix) && name !== store);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** From the store, where it is there; else from the network, and kept if it belongs to a build. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(store);
  const url = new URL(request.url);
  const bare = url.origin + url.pathname;
  const path = bare.endsWith("/") ? `${bare}index.html` : bare;
  const known = await cache.match(path);
  if (known !== undefined) return known;
  const response = await fetch(request);
  if (response.ok && /\/workers\/[^/]+$/.test(path)) await cache.put(path, response.clone());
  return response;
}
