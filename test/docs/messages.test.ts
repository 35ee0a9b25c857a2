import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { root, textOf } from "./pages";

/** Placeholder for a name, an id or a time in a quoted message, and for a value that code puts into a text. */
const GAP = "…";

/** Text of an expression, with a gap for each value known only at run time; undefined if it is not a text. */
function writtenText(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => GAP + literal.text).join("");
  }
  if (ts.isParenthesizedExpression(node)) return writtenText(node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [writtenText(node.left), writtenText(node.right)];
    if (left !== undefined || right !== undefined) return (left ?? GAP) + (right ?? GAP);
  }
  return undefined;
}

/** All texts in the built package's own code. */
function builtTexts(): string[] {
  const texts: string[] = [];
  for (const room of ["provider", "sdk"]) {
    const folder = path.join(root, "dist", room);
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".js")) continue;
      const file = path.join(folder, name);
      const visit = (node: ts.Node): void => {
        const text = ts.isExpression(node) ? writtenText(node) : undefined;
        if (text !== undefined) texts.push(text);
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
    }
  }
  return texts;
}

const page = textOf("docs/troubleshooting.md");
/** Messages of the first column; those of other programs are marked with the program's name. */
const rows = [...page.matchAll(/^\| `(.+?)`(?: \((Pulumi|Node\.js)\))? \|/gm)].map(([, message = "", owner]) => ({
  message: message.replaceAll("\\|", "|"),
  owner,
}));
const own = rows.filter(({ owner }) => owner === undefined).map(({ message }) => message);

test("the page of messages quotes some", () => {
  expect(rows.length).toBe((page.match(/^\| (?!message \||---)/gm) ?? []).length);
  expect(own.length).toBeGreaterThan(40);
});

test("every message that the page quotes is one of the built package", () => {
  // A gap on either side may stand for any text on the other.
  const texts = builtTexts();
  const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const missing = own.filter((message) => {
    const pattern = new RegExp(message.split(GAP).map(escaped).join("[^]*?"));
    return !texts.some((text) => pattern.test(text));
  });
  expect(missing).toEqual([]);
});
