/**
 * Names that mean something to those who read them: to Graphviz, Mermaid, XML, terminals and
 * JavaScript. Each with what is shown of it, which is mostly the name.
 */
export const hostileNames: [name: string, shown: string][] = [
  ...[
    "__proto__",
    "constructor",
    'a"b',
    "a\\",
    '\\"];x',
    "<b>bold</b>",
    "</text><script>alert(1)</script>",
    "&lt;&#60;",
    "\\N\\G\\l",
    "]):::leaf",
    "%% comment",
    "#35;quot;",
    "`code` **strong** _x_",
    "1. list",
    "- item",
    "end",
    "n0 -> n1; }",
    "where u = 1",
    "重み ∇ 🙂",
    " ",
  ].map((name): [string, string] => [name, name]),
  ["line\nbreak\r\nagain", "line↵break↵again"],
  ["\u001B[31mred\u0007", "\uFFFD[31mred\uFFFD"],
  ["\u202Eright to left", "\uFFFDright to left"],
  ["\uD800", "\uFFFD"],
  ["\u0000", "\uFFFD"],
  ["x".repeat(100_000), `${"x".repeat(39)}…`],
];
