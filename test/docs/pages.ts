import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The repository's folder. */
export const root = path.join(__dirname, "../..");

/** Pages that people read, as paths from the repository's folder. */
export const pages: readonly string[] = [
  "README.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  ...readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.posix.join("docs", name.split(path.sep).join("/")))
    .sort(),
];

/** The text of a page. */
export function textOf(page: string): string {
  return readFileSync(path.join(root, page), "utf8");
}

/** What a page says below a heading, up to the next heading of that level; fails where the page has no such heading. */
function sectionOf(page: string, heading: string): string {
  const [, below] = `${textOf(page)}\n## `.split(`\n## ${heading}\n`);
  if (below === undefined) throw new Error(`${page} has no heading ${heading}`);
  return below.split("\n## ", 1)[0] ?? "";
}

/** A code block of a page. */
export interface Block {
  readonly page: string;
  readonly language: string;
  /** Its text, without the indentation of an enclosing list. */
  readonly text: string;
}

/** The code blocks of a page, or of the section below one of its headings, in their order. */
export function blocksOf(page: string, heading?: string): Block[] {
  const text = heading === undefined ? textOf(page) : sectionOf(page, heading);
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(([, indent = "", language = "", text = ""]) => ({
    page,
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** The code blocks of a page that are in one language. */
export function blocksIn(page: string, language: string): string[] {
  return blocksOf(page)
    .filter((block) => block.language === language)
    .map(({ text }) => text);
}

/** A page without its code blocks. */
export function proseOf(page: string): string {
  return textOf(page).replaceAll(/^( *)```\w*\n[\s\S]*?^\1```$/gm, "");
}
