/**
 * Text in pictures: made safe for XML and for a line, and broken into lines. No drawing, no numbers
 * (`axis.ts`).
 */
import { textWidth } from "./theme.js";

/** Text from outside, without the characters that no XML document may contain, even escaped. */
export function cleanText(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}

/**
 * A name from outside on one line, at most `most` characters long and without any that would change
 * how others are read: line ends, escape sequences of terminals, marks of direction.
 */
export function oneLine(text: string, most = 40): string {
  const plain = cleanText(text.slice(0, 4 * most))
    .replace(/[\t\n\r\u2028\u2029]+/g, "↵")
    .replace(/\p{C}/gu, "\uFFFD");
  const characters = Array.from(plain);
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : plain;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Text as it must stand between tags or in an attribute. */
export function escapeXml(text: string): string {
  return cleanText(text).replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/**
 * Breaks text between words into lines at most `width` pixels wide; a longer word is cut in
 * pieces.
 */
export function wrapText(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textWidth(longer, size) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = "";
    for (const character of word) {
      if (line !== "" && textWidth(line + character, size) > width) {
        lines.push(line);
        line = "";
      }
      line += character;
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}
