/**
 * Formulas that are made while the page is read: text as `@nabla/viz` writes it, set as MathML.
 * Those that stand in the pages are set when the site is built (build/pages.ts).
 */
const mathName = "http://www.w3.org/1998/Math/MathML";

/** A MathML element with what is in it. */
export function math(tag: string, ...inside: readonly (Node | string)[]): MathMLElement {
  const made = document.createElementNS(mathName, tag);
  made.append(...inside);
  return made;
}

/** ∂of/∂by as a fraction. */
export function slope(of: string, by: string): MathMLElement {
  const part = (name: string): MathMLElement => math("mrow", math("mo", "∂"), ...tokens(name));
  return math("mfrac", part(of), part(by));
}

/** A sign between two parts. */
export const sign = (text: string): MathMLElement => math("mo", text);

/** The parts of a formula: names, numbers, signs, and what is raised. */
export function tokens(text: string): MathMLElement[] {
  const found = text.match(/\d+(?:\.\d+)?(?:e−?\d+)?|[\p{L}_$][\p{L}\p{N}_$]*|\s+|[^\s]/gu) ?? [];
  const parts: MathMLElement[] = [];
  for (let i = 0; i < found.length; i++) {
    const token = found[i]!;
    const raised = raisedSigns[token];
    if (raised !== undefined || token === "^") {
      // "^" raises what follows: a sign, a name or a number, or all in parentheses.
      const [exponent, next] =
        raised === undefined ? raisedPart(found, i + 1) : [[math("mn", raised)], i + 1];
      parts.push(math("msup", parts.pop() ?? math("mrow"), math("mrow", ...exponent)));
      i = next - 1;
    } else if (/^\s+$/.test(token)) continue;
    else if (/^\d/.test(token)) parts.push(math("mn", token));
    else if (/^[\p{L}_$]/u.test(token)) parts.push(math("mi", token));
    else if (token === ")") parts.push(closed(parts));
    else parts.push(/^[−-]$/.test(token) ? minus(parts.at(-1)) : math("mo", token));
  }
  return parts;
}

/** A minus sign is close to what follows it, unless something stands before. */
function minus(before: MathMLElement | undefined): MathMLElement {
  const made = math("mo", "−");
  const isInfix = before !== undefined && (before.localName !== "mo" || before.textContent === "]");
  if (!isInfix) made.setAttribute("form", "prefix");
  return made;
}

const raisedSigns: Readonly<Record<string, string>> = { "²": "2", "³": "3" };

/** What is in parentheses is one part, so that it can be raised as one. */
function closed(parts: MathMLElement[]): MathMLElement {
  let open = parts.length - 1;
  while (open >= 0 && parts[open]!.textContent !== "(") open -= 1;
  return math("mrow", ...parts.splice(Math.max(open, 0)), math("mo", ")"));
}

function raisedPart(found: readonly string[], from: number): [MathMLElement[], next: number] {
  let to = from + 1;
  if (/[−-]/.test(found[from] ?? "")) to += 1;
  if (found[to - 1] === "(") {
    for (let depth = 1; depth > 0 && to < found.length; to++) {
      depth += { "(": 1, ")": -1 }[found[to]!] ?? 0;
    }
  }
  return [tokens(found.slice(from, to).join("")), to];
}
