/** Counts the letters to replace, remove, add or swap to turn one word into another. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (isSame ? 0 : 1),
        ...(isSwapped ? [(before[j - 2] ?? 0) + 1] : []),
      );
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
}

/** Returns the name that a mistyped one probably means, regardless of case; undefined if none is similar. */
export function nearestOf(typed: string, names: readonly string[]): string | undefined {
  const word = typed.toLowerCase();
  const most = word.length < 3 ? 0 : Math.min(2, Math.floor(word.length / 3));
  const near = names
    .map((name) => ({ name, off: distance(word, name.toLowerCase()) }))
    .filter(({ off }) => off <= most)
    .sort((a, b) => a.off - b.off);
  return near[0]?.name;
}

/** Returns the remedy for unknown names: the names that were probably meant, else to remove them. */
export function unknownRemedy(typed: readonly string[], names: readonly string[]): string {
  const meant = typed.map((name) => nearestOf(name, names));
  return meant.length > 0 && meant.every((name) => name !== undefined)
    ? `did you mean ${meant.map((name) => `"${name}"`).join(", ")}?`
    : `remove ${typed.length === 1 ? "it" : "them"}. It knows ${names.map((name) => `"${name}"`).join(", ")}`;
}
