import path from "node:path";
import ts from "typescript";
import type * as core from "../../provider";
import type * as sdk from "../../sdk";
import { root } from "./pages";

const entry = path.join(root, "sdk/index.ts");
const program = ts.createProgram([entry], {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  types: ["node"],
});
const checker = program.getTypeChecker();

const isOurs = (node: ts.Node) => {
  const file = node.getSourceFile().fileName;
  return file.startsWith(root) && !file.includes("node_modules");
};

/** The exported names of the package, with what they stand for. */
const exported = checker
  .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry) as ts.SourceFile) as ts.Symbol)
  .map((symbol) => ((symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)));

/** A member that can never be given only says what does not go together. */
function isNever(member: ts.Node): boolean {
  return ts.isPropertySignature(member) && member.type?.kind === ts.SyntaxKind.NeverKeyword;
}

function membersOf(declaration: ts.Declaration): readonly ts.Node[] {
  if (ts.isInterfaceDeclaration(declaration)) return declaration.members;
  if (ts.isClassDeclaration(declaration)) return declaration.members;
  return [];
}

const commentOf = (symbol: ts.Symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();

test("every exported name and every member of it has a doc comment", () => {
  const missing: string[] = [];
  for (const symbol of exported) {
    const declarations = (symbol.declarations ?? []).filter(isOurs);
    expect(declarations.length).toBeGreaterThan(0);
    if (commentOf(symbol) === "") missing.push(symbol.name);
    for (const member of declarations.flatMap(membersOf)) {
      const own = ts.isConstructorDeclaration(member)
        ? undefined
        : checker.getSymbolAtLocation((member as ts.PropertySignature).name);
      if (own === undefined || isNever(member)) continue;
      if (commentOf(own) === "") missing.push(`${symbol.name}.${own.name}`);
    }
  }
  expect(missing).toEqual([]);
});

test("comments of durations, sizes and instants name their unit", () => {
  const units: readonly [RegExp, RegExp][] = [
    [/Bytes$/, /bytes/],
    [/Gib$/, /GiB/],
    [/Seconds$/, /seconds/],
    [/(At|^before|^slot)$/, /ISO/],
    [/^(maxAge|reuseWithin|keepWithin)$/, /`min`|duration|"\d+(h|d)"/],
  ];
  const vague: string[] = [];
  for (const symbol of exported) {
    for (const member of (symbol.declarations ?? []).filter(isOurs).flatMap(membersOf)) {
      const own = ts.isConstructorDeclaration(member)
        ? undefined
        : checker.getSymbolAtLocation((member as ts.PropertySignature).name);
      if (own === undefined || isNever(member)) continue;
      for (const [name, unit] of units) {
        if (name.test(own.name) && !unit.test(commentOf(own))) vague.push(`${symbol.name}.${own.name}`);
      }
    }
  }
  expect(vague).toEqual([]);
});

// What programs write is what the provider reads; the compiler checks it.
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : never) : never;
const same: [Same<sdk.Schedule, core.Schedule>, Same<sdk.Retention, core.Retention>] = [true, true];

test("schedules and retentions are the provider's own", () => {
  expect(same).toEqual([true, true]);
});
