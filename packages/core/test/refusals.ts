// Collects refusals as text, so that a test can show in one snapshot what a user reads.

/** Every case with the class and message of the error it throws, in lines of at most 84 columns. */
export function refusals(cases: Readonly<Record<string, () => unknown>>): string {
  const texts = Object.entries(cases).map(([name, run]) => `${name}:\n${wrapped(messageOf(run))}`);
  return `\n${texts.join("\n")}\n`;
}

function messageOf(run: () => unknown): string {
  try {
    run();
    return "(not refused)";
  } catch (error) {
    return String(error);
  }
}

const COLUMNS = 84;

function wrapped(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if (lines[last]!.length + word.length + 1 > COLUMNS) lines.push(word);
    else lines[last] = `${lines[last]!} ${word}`.trim();
  }
  return lines.map((line) => `    ${line}`).join("\n");
}
