import { shown } from "../output";

/** Markup that this package has written: the only kind that is put into a page as it is. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What a template takes: texts and numbers are escaped, nothing is left out silently. */
export type Part = string | number | Html | undefined | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as a page shows it, in an element or in a quoted attribute. */
function escaped(text: string): string {
  return shown(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

function markupOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "object") return part.map(markupOf).join("");
  return escaped(String(part));
}

/** A template of markup: whatever is put in is text, unless it came out of a template itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((markup, index) => markup + markupOf(parts[index])).join(""));
}
