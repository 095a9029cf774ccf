/**
 * Programs in addresses: behind `#code=`, deflated and in letters that addresses may have, so that
 * a program is part of the link and sent to nobody. build/playground-link.ts writes the same.
 */

/** What stands behind the address of the playground for a program. */
export async function fragmentOf(code: string): Promise<string> {
  const bytes = await through(new TextEncoder().encode(code), new CompressionStream("deflate-raw"));
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const text = btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `#code=${text}`;
}

/** The program in an address; `null` if there is none, or it was cut off on its way. */
export async function programIn(fragment: string): Promise<string | null> {
  const text = /^#code=([\w-]+)$/.exec(fragment)?.[1];
  if (text === undefined) return null;
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
  } catch {
    return null;
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const response = new Response(new Blob([bytes]).stream().pipeThrough(stream));
  return new Uint8Array(await response.arrayBuffer());
}
