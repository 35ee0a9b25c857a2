const LONGEST_EXCERPT = 300;

/**
 * Makes a text fit to be shown: every secret becomes `[secret]`, the query of every link `?[…]` (signatures and
 * download keys live there), control characters become spaces, and what is longer than 300 characters is cut.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  // The longest first: one may begin with another, and its rest must not stay behind.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    if (secret === "") continue;
    clean = clean.replaceAll(secret, "[secret]").replaceAll(encodeURIComponent(secret), "[secret]");
  }
  clean = clean
    .replace(/(https?:\/\/[^\s"'<>?]+)\?[^\s"'<>]*/gi, "$1?[…]")
    .replace(/\b(AWSAccessKeyId|Signature|X-Amz-[A-Za-z-]+|Expires|versionId)=[^\s"'&<>]*/gi, "$1=[…]")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u001f\u007f]+/g, " ")
    .trim();
  return clean.length > LONGEST_EXCERPT ? `${clean.slice(0, LONGEST_EXCERPT)}…` : clean;
}
