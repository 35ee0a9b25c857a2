import { shown } from "../output";

/** Markup that this package has written: the only kind that is inserted into a page unescaped. */
export class Html {
  constructor(readonly markup: string) {}
}

/** A value in a template: text and numbers are escaped, undefined is empty. */
export type Part = string | number | Html | undefined | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes a text for an element or a quoted attribute. */
function escaped(text: string): string {
  return shown(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

function markupOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "object") return part.map(markupOf).join("");
  return escaped(String(part));
}

/** Template tag for markup: every value is inserted as text, unless it is the result of a template itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((markup, index) => markup + markupOf(parts[index])).join(""));
}
