/**
 * The page's end of the service worker (offline.worker.ts): begins it, and says when there is a new
 * build of the site, which the reader takes or leaves for the next visit.
 */
import { inLanguage } from "./page.js";

const text = inLanguage({
  en: { told: "There is a new version of these pages.", take: "Show it" },
  zh: { told: "这些页面有了新版本。", take: "换成新版本" },
});

const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };

async function begin(container: ServiceWorkerContainer): Promise<void> {
  // Where the site may keep nothing, it works as before.
  const registration = await container
    .register(new URL("sw.js", new URL("../", import.meta.url)))
    .catch(() => undefined);
  if (registration === undefined) return;
  if (registration.waiting !== null) tell(container, registration.waiting);
  registration.addEventListener("updatefound", () => {
    const next = registration.installing;
    next?.addEventListener("statechange", () => {
      // The first worker of all has nothing to take over.
      if (next.state === "installed" && container.controller !== null) tell(container, next);
    });
  });
}

function tell(container: ServiceWorkerContainer, next: ServiceWorker): void {
  if (document.getElementById("new-version") !== null) return;
  const notice = document.createElement("p");
  notice.id = "new-version";
  notice.setAttribute("role", "status");
  const take = document.createElement("button");
  take.type = "button";
  take.textContent = text.take;
  take.addEventListener("click", () => {
    container.addEventListener("controllerchange", () => location.reload());
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- It goes to a worker.
    next.postMessage("take over");
  });
  notice.append(text.told, " ", take);
  document.body.append(notice);
}

/** Some readers pay for what is loaded, and their browsers say so. */
const { connection } = navigator as { readonly connection?: { readonly saveData?: boolean } };

if (serviceWorker !== undefined && connection?.saveData !== true) void begin(serviceWorker);
