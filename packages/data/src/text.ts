/**
 * Text from the bytes of a file: its encoding is known, told by a byte order mark, or asked for. It
 * is never guessed. Read next: rows.ts.
 */
import { DataError } from "./errors.js";

/** Text without its byte order mark; bytes that are not in the encoding are an error. */
export function decodeText(source: unknown, encoding: string | undefined, reader: string): string {
  if (typeof source === "string") return source.startsWith("\uFEFF") ? source.slice(1) : source;
  if (!(source instanceof Uint8Array)) {
    throw new DataError(
      `${reader} takes the text of a file or its bytes, not ${String(source)}: ` +
        "pass readFileSync(path) or await file.text()",
    );
  }
  const name = encoding ?? markedEncoding(source) ?? "utf-8";
  const decoder = decoderOf(name);
  try {
    return decoder.decode(source);
  } catch {
    const place = name === "utf-8" ? { line: firstBadLine(source) } : {};
    throw new DataError(
      `the bytes are not ${name}; if they come from an older program, pass ` +
        '{ encoding: "latin1" } or whatever it writes',
      place,
    );
  }
}

function decoderOf(name: string): { decode(bytes: Uint8Array): string } {
  try {
    return new TextDecoder(name, { fatal: true });
  } catch {
    throw new DataError(`{ encoding: ${JSON.stringify(name)} } is unknown: try "latin1"`);
  }
}

function markedEncoding([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

/** The line that holds the first bytes which are not UTF-8. */
function firstBadLine(bytes: Uint8Array): number {
  const before = new TextDecoder().decode(bytes).split("\uFFFD", 1)[0] ?? "";
  return 1 + (before.match(/\r\n|\r|\n/g)?.length ?? 0);
}
