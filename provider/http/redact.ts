const LONGEST_EXCERPT = 300;

/**
 * Makes a text safe to show: replaces every secret with `[secret]`, the query of every link with `?[…]` (it may hold
 * signatures and download keys) and control characters with spaces, and cuts the text after 300 characters.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  // Longest first: a secret may start with another one, and its rest must not remain.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    if (secret === "") continue;
    clean = clean.replaceAll(secret, "[secret]").replaceAll(encodeURIComponent(secret), "[secret]");
  }
  clean = clean
    .replace(/(https?:\/\/[^\s"'<>?]+)\?[^\s"'<>]*/gi, "$1?[…]")
    .replace(/\b(AWSAccessKeyId|Signature|X-Amz-[A-Za-z-]+|Expires|versionId)=[^\s"'&<>]*/gi, "$1=[…]")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removes control characters
    .replace(/[\u0000-\u001f\u007f]+/g, " ")
    .trim();
  return clean.length > LONGEST_EXCERPT ? `${clean.slice(0, LONGEST_EXCERPT)}…` : clean;
}
