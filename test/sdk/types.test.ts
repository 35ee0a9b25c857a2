import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type * as core from "../../provider";
import { definitions, type PlatformDefinition } from "../../provider";
import { policyFields, policyOutputs } from "../../provider/resources/backup-policy/fields";
import { restoreFields, restoreOutputs } from "../../provider/resources/restore/fields";
import { commonOutputs, snapshotFields } from "../../provider/resources/snapshot/fields";
import { verifiedOutputs } from "../../provider/resources/verification";
import type * as sdk from "../../sdk";
import { ownOutputs } from "../../sdk/platforms";

const folder = path.join(__dirname, "../../sdk");
const entry = path.join(folder, "index.ts");
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
const exportsOf = (file: string) =>
  checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile) as ts.Symbol);

/** Exported names of the package, with their symbols. */
const exported = new Map(exportsOf(entry).map((symbol) => [symbol.name, checker.getAliasedSymbol(symbol)]));
const typeOf = (name: string) => checker.getDeclaredTypeOfSymbol(exported.get(name) as ts.Symbol);

const isOurs = (node: ts.Node) => node.getSourceFile().fileName.startsWith(folder);

const platforms: readonly PlatformDefinition[] = Object.values(definitions);
const each = platforms.map((platform) => [platform.name, platform] as const);
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

const valuesOf = (type: ts.Type) => (type.isUnion() ? type.types : [type]);
const namesIn = (type: ts.Type) => valuesOf(type).map((value) => (value as ts.StringLiteralType).value);

/** Arguments of a union by platform: those that may be given, and those that are required. */
function argumentsOf(union: string): Map<string, { readonly given: string[]; readonly required: string[] }[]> {
  const byPlatform = new Map<string, { given: string[]; required: string[] }[]>();
  for (const member of valuesOf(typeOf(union))) {
    const properties = member.getProperties();
    const isOptional = (property: ts.Symbol) => (property.flags & ts.SymbolFlags.Optional) !== 0;
    // An argument that may never be given is declared only to say so.
    const given = properties.filter((one) => (checker.getTypeOfSymbol(one).flags & ts.TypeFlags.Undefined) === 0);
    const required = given.filter((one) => !isOptional(one)).map(({ name }) => name);
    const [platform] = properties.filter(({ name }) => name === "platform").map((one) => checker.getTypeOfSymbol(one));
    for (const name of platform === undefined ? [] : namesIn(platform)) {
      byPlatform.set(name, [...(byPlatform.get(name) ?? []), { given: given.map((one) => one.name), required }]);
    }
  }
  return byPlatform;
}

type Fields = Readonly<Record<string, { readonly internal?: true }>>;
const visible = (fields: Fields) => Object.keys(fields).filter((field) => !fields[field]?.internal);
const restores = ({ restoreTargets }: PlatformDefinition) => Object.keys(restoreTargets).length > 0;

test("the types name every platform and no other", () => {
  const names = sorted(platforms.map(({ name }) => name));
  expect(sorted(namesIn(typeOf("Platform")))).toEqual(names);
  for (const union of ["SnapshotArgs", "SnapshotTarget", "BackupPolicyArgs"])
    expect([union, sorted(argumentsOf(union).keys())]).toEqual([union, names]);
});

test.each(each)("what programs name on %s is exported", (name) => {
  const named = exportsOf(path.join(folder, "platforms", `${name}.ts`)).map((symbol) => symbol.name);
  const hidden = named.filter((one) => !exported.has(one));
  // Only the type that joins the others, in sdk/platforms/index.ts, is hidden.
  expect(hidden.filter((one) => one.toLowerCase() !== name)).toEqual([]);
});

test("each platform has its types in a file of its own", () => {
  const files = readdirSync(path.join(folder, "platforms")).map((file) => path.basename(file, ".ts"));
  expect(sorted(files)).toEqual(sorted(["index", ...Object.keys(definitions)]));
});

test.each(each)("resources have exactly the arguments on %s that check knows", (name, platform) => {
  const given = (union: string) => sorted((argumentsOf(union).get(name) ?? []).flatMap((one) => one.given));
  expect(given("SnapshotArgs")).toEqual(sorted(visible(snapshotFields(platform))));
  expect(given("BackupPolicyArgs")).toEqual(sorted(visible(policyFields(platform))));
  expect(given("RestoreArgs")).toEqual(restores(platform) ? sorted(visible(restoreFields(platform))) : []);
});

test.each(each)(
  "functions take the targets of %s, its account and its links where the API has them",
  (name, platform) => {
    const required = (union: string) => (argumentsOf(union).get(name) ?? []).map((one) => sorted(one.required));
    const targets = Object.keys(platform.targets).map((target) => sorted(["platform", target]));
    const withId = targets.map((names) => sorted(["id", ...names]));
    const account = platform.listAccount ? [["platform"]] : [];
    const inOrder = (names: string[][]) => names.map(String).sort();
    expect(inOrder(required("SnapshotTarget"))).toEqual(inOrder(targets));
    expect(inOrder(required("GetSnapshotsArgs"))).toEqual(inOrder([...targets, ...account]));
    expect(inOrder(required("GetDownloadLinkArgs"))).toEqual(inOrder(platform.download ? withId : []));
  },
);

/** Fields that a user gives, and those that `check` computes and shows. */
const shown = (fields: Fields) => [...visible(fields), ...("dueAt" in fields ? ["dueAt"] : [])];

const resources = [
  [
    "Snapshot",
    "snapshot.ts",
    (platform: PlatformDefinition) => [
      ...shown(snapshotFields(platform)),
      ...Object.keys(commonOutputs),
      ...(platform.download ? Object.keys(verifiedOutputs) : []),
      ...Object.keys(platform.outputs),
    ],
  ],
  [
    "BackupPolicy",
    "backup-policy.ts",
    (platform: PlatformDefinition) => [...shown(policyFields(platform)), ...Object.keys(policyOutputs)],
  ],
  [
    "Restore",
    "restore.ts",
    (platform: PlatformDefinition) => [...shown(restoreFields(platform)), ...Object.keys(restoreOutputs)],
  ],
] as const;

test.each(resources)("a %s has every input and output", (name, _file, outputsOn) => {
  const own = typeOf(name)
    .getProperties()
    .filter(({ declarations }) => declarations?.some(isOurs));
  expect(sorted(own.map((symbol) => symbol.name))).toEqual(sorted(platforms.flatMap(outputsOn)));
});

test.each(resources)("a %s declares to the engine what its platform has", (_name, file, outputsOn) => {
  const literal = /const outputNames = (\{[\s\S]*?\n\}) satisfies/.exec(
    readFileSync(path.join(folder, file), "utf8"),
  )?.[1];
  const { common, own } = new Function("ownOutputs", `return ${literal}`)(ownOutputs) as {
    common: string[];
    own: Record<string, string[]>;
  };
  const declared = Object.entries(own).map(([platform, names]) => [platform, sorted([...common, ...names])]);
  const expected = platforms.map((platform) => [platform.name, sorted(outputsOn(platform))]);
  expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(expected));
});

test("Snapshot.get says which ids there are", () => {
  const text = readFileSync(path.join(folder, "snapshot.ts"), "utf8");
  const ids = platforms.flatMap(({ name, targets }) => Object.values(targets).map(({ kind }) => `\`${name}/${kind}/<`));
  expect(ids.filter((id) => !text.includes(id))).toEqual([]);
});

test("a function's result has every output that it can have", () => {
  const expected = [
    "id",
    "platform",
    "connection",
    ...platforms.flatMap(({ targets, outputs: own }) => [...Object.keys(targets), ...Object.keys(own)]),
    // The platform's values of the fields that a Snapshot can change in place.
    ...platforms.flatMap((platform) =>
      Object.entries(snapshotFields(platform)).flatMap(([name, { change }]) => (change === "inPlace" ? [name] : [])),
    ),
    ...Object.keys(commonOutputs).filter((output) => output !== "adopted"),
  ];
  const names = typeOf("SnapshotResult").getProperties();
  expect(sorted(names.map((symbol) => symbol.name))).toEqual(sorted(expected));
});

/** Members of an exported class or interface, inherited ones too, without those that may never be given. */
const membersOf = (symbol: ts.Symbol) =>
  (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) === 0
    ? []
    : [...checker.getDeclaredTypeOfSymbol(symbol).getProperties(), ...(symbol.exports?.values() ?? [])].filter(
        (member) =>
          member.declarations?.some(isOurs) && (checker.getTypeOfSymbol(member).flags & ts.TypeFlags.Undefined) === 0,
      );

const commentOf = (symbol: ts.Symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();

test("every exported name and every member of it has a doc comment", () => {
  for (const symbol of exported.values()) expect(symbol.declarations?.some(isOurs)).toBe(true);
  const members = [...exported.values()].flatMap((symbol) =>
    membersOf(symbol).map((member) => [`${symbol.name}.${member.name}`, member] as const),
  );
  expect(members.length).toBeGreaterThan(300);
  const missing = [...exported, ...members].filter(([, symbol]) => commentOf(symbol) === "");
  expect(missing.map(([name]) => name)).toEqual([]);
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
  for (const symbol of exported.values()) {
    for (const member of membersOf(symbol)) {
      for (const [name, unit] of units) {
        if (name.test(member.name) && !unit.test(commentOf(member))) vague.push(`${symbol.name}.${member.name}`);
      }
    }
  }
  expect(vague).toEqual([]);
});

// Programs write exactly what the provider reads; the compiler checks it.
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : never) : never;
const same: [
  Same<sdk.Platform, core.PlatformName>,
  Same<sdk.Schedule, core.Schedule>,
  Same<sdk.Retention, core.Retention>,
  Same<sdk.SnapshotStatus, core.SnapshotStatus>,
  Same<sdk.RestoreStatus, core.RestoreStatus>,
] = [true, true, true, true, true];

test("platforms, schedules, retentions and statuses are the provider's own", () => {
  expect(same).toEqual([true, true, true, true, true]);
});
