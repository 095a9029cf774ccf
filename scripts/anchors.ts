// GitHub's anchors of headings, which the pages of the documentation keep, so that a link between
// documents is right in both places. Who needs them: ops-docs.ts and docs/site/build/markdown.ts.

/** Gives each heading of one document its anchor; no two are equal. */
export function anchors(): (heading: string) => string {
  const counts = new Map<string, number>();
  return (heading) => {
    const plain = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_\s-]/gu, "")
      .replaceAll(" ", "-");
    const before = counts.get(plain) ?? 0;
    counts.set(plain, before + 1);
    return before === 0 ? plain : `${plain}-${before}`;
  };
}
