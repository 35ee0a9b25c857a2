import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { seed } from "../emulator";
import type { PlatformDefinition } from "../provider/model/platform";
import { VERSION } from "../provider/model/version";
import { definitions, openPlatform } from "../provider/platforms";
import { targets as matrixTargets } from "./matrix/targets";

const root = path.join(__dirname, "..");
const platforms: readonly PlatformDefinition[] = Object.values(definitions);
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => path.posix.join(folder, file.split(path.sep).join("/")))
    .filter((file) => file.endsWith(ending) && !file.includes("node_modules/"));
}

/** One import of a file: its target, as a path from the root if it is ours, and whether only types are imported. */
interface Import {
  readonly file: string;
  readonly target: string;
  readonly typesOnly: boolean;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
}

function importsOf(file: string): Import[] {
  const imports: Import[] = [];
  const add = (specifier: ts.Node | undefined, typesOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const { text } = specifier;
    const target = text.startsWith(".") ? path.posix.join(path.posix.dirname(file), text) : text;
    imports.push({ file, target, typesOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
      const onlyTypes =
        node.importClause?.isTypeOnly === true ||
        (node.importClause?.name === undefined && named.length > 0 && named.every(({ isTypeOnly }) => isTypeOnly));
      add(node.moduleSpecifier, onlyTypes);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    } else if (ts.isCallExpression(node)) {
      const isRequire = ts.isIdentifier(node.expression) && node.expression.text === "require";
      if (isRequire || node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return imports;
}

const sources = ["provider", "emulator", "sdk"]
  .flatMap((room) => filesUnder(room, ".ts"))
  .filter((file) => !file.endsWith(".d.ts"));
const imports = sources.flatMap(importsOf);

/** Whether a path from the root is the room or lies in it. */
const isIn = (target: string, room: string) => target === room || target.startsWith(`${room}/`);

/** Allowed imports of each room, besides itself: rooms by path, packages by name, `node:` for Node's own modules. */
const rooms: readonly { readonly room: RegExp; readonly may: readonly string[]; readonly types?: readonly string[] }[] =
  [
    { room: /^provider\/model\//, may: ["provider/model", "zod"] },
    { room: /^provider\/schedule\//, may: ["provider/schedule", "provider/model", "zod", "croner"] },
    { room: /^provider\/archive\//, may: ["provider/archive", "node:zlib", "node:crypto"] },
    { room: /^provider\/http\//, may: ["provider/http", "provider/model", "undici", "node:"], types: ["zod"] },
    {
      room: /^provider\/platforms\/[^/]+\/(.+\/)?(mapping(-[a-z]+)*|schedule|zone)\.ts$/,
      may: ["provider/model", "provider/schedule", "*/schedule", "*/zone", "*/mapping"],
      types: ["./schemas"],
    },
    {
      room: /^provider\/platforms\/[^/]+\//,
      may: ["./", "provider/model", "provider/http", "provider/schedule", "zod", "node:crypto"],
    },
    { room: /^provider\/platforms\//, may: ["provider/platforms", "provider/model"] },
    // Written from the documents: the author of an emulator does not look at the client.
    {
      room: /^emulator\//,
      may: ["emulator", "hono", "@hono/node-server", "zod", "node:", "provider/model/defined"],
      types: ["provider/model"],
    },
    {
      room: /^provider\/creation\//,
      may: ["provider/creation", "provider/model", "provider/http/poll", "node:crypto"],
    },
    {
      room: /^provider\/resources\//,
      may: [
        "provider/creation",
        "provider/resources",
        "provider/model",
        "provider/schedule",
        "provider/platforms",
        "provider/archive",
        "provider/http/poll",
        "provider/http/shared-reads",
        "provider/http/download",
        "provider/http/retry",
        "zod",
        "node:util",
        "node:crypto",
      ],
    },
    {
      room: /^provider\/dynamic\//,
      may: [
        "provider/dynamic",
        "provider/creation",
        "provider/resources",
        "provider/model",
        "provider/http/system-clock",
        "@pulumi/pulumi",
        "node:",
      ],
      types: ["@grpc/grpc-js"],
    },
    { room: /^provider\/index\.ts$/, may: ["provider"] },
    { room: /^sdk\/cli\//, may: ["sdk", "provider", "emulator", "commander", "cli-progress", "node:"] },
    { room: /^sdk\/program-folder\.ts$/, may: ["sdk", "@pulumi/pulumi", "node:"] },
    { room: /^sdk\//, may: ["sdk", "provider", "@pulumi/pulumi"] },
  ];

function mayImport({ file, target, typesOnly }: Import, allowed: string): boolean {
  if (allowed === "node:") return target.startsWith("node:");
  if (allowed.startsWith("*/")) {
    const ownPlatform = file.split("/").slice(0, 3).join("/");
    return isIn(target, ownPlatform) && target.endsWith(allowed.slice(1));
  }
  if (allowed === "./") return isIn(target, file.split("/").slice(0, 3).join("/"));
  if (allowed.startsWith("./")) return typesOnly && target === path.posix.join(path.posix.dirname(file), allowed);
  return isIn(target, allowed);
}

describe("what the rooms of the house import", () => {
  it("is found in every source file", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(150);
    const lazy = imports.filter(({ file }) => file === "provider/platforms/index.ts").map(({ target }) => target);
    for (const { name } of platforms) expect(lazy).toContain(`provider/platforms/${name}`);
    const named = (file: string) => imports.find((one) => one.file === file);
    expect(named("provider/platforms/virtus/mapping.ts")).toMatchObject({
      target: "provider/model/clock",
      typesOnly: false,
    });
    expect(named("provider/http/retry.ts")).toMatchObject({ target: "provider/model/errors", typesOnly: true });
  });

  it.each(sources)("%s keeps to its room", (file) => {
    const room = rooms.find((one) => one.room.test(file));
    expect(room).toBeDefined();
    const strangers = importsOf(file)
      .filter((one) => !(room?.may ?? []).some((allowed) => mayImport(one, allowed)))
      .filter((one) => !(one.typesOnly && (room?.types ?? []).some((allowed) => mayImport(one, allowed))))
      .map(({ target }) => target);
    expect(strangers).toEqual([]);
  });

  it.each(sources)("%s has at most 350 lines", (file) => {
    expect(read(file).trimEnd().split("\n").length).toBeLessThanOrEqual(350);
  });

  const importers = (isMeant: (target: string) => boolean) => [
    ...new Set(imports.filter(({ target }) => isMeant(target)).map(({ file }) => file)),
  ];

  it("names no platform outside the platforms' folders, the registry and what users type", () => {
    const names = platforms.flatMap(({ name, title }) => [name, title]);
    const rooms =
      /^provider\/(model|schedule|http|creation|resources|dynamic)\/|^sdk\/(resource|connections|schedule|provider-text)\.ts$/;
    const naming = sources
      .filter((file) => rooms.test(file))
      .flatMap((file) => {
        const code = read(file).replace(/\/\/.*|\/\*[\s\S]*?\*\//g, "");
        return names
          .filter((name) => new RegExp(`["'\`. ]${name}\\b`).test(code))
          .map((name) => `${file} names ${name}`);
      });
    expect(naming).toEqual([]);
  });

  it("goes round in no circle, types included", () => {
    const files = new Set(sources);
    const next = new Map(
      sources.map((file) => [
        file,
        importsOf(file).flatMap(({ target }) => [`${target}.ts`, `${target}/index.ts`].filter((one) => files.has(one))),
      ]),
    );
    const done = new Set<string>();
    const walk = (file: string, way: readonly string[]): string[] => {
      if (way.includes(file)) return [[...way.slice(way.indexOf(file)), file].join(" → ")];
      if (done.has(file)) return [];
      const found = (next.get(file) ?? []).flatMap((other) => walk(other, [...way, file]));
      done.add(file);
      return found;
    };
    expect(sources.flatMap((file) => walk(file, []))).toEqual([]);
  });

  it("lets two files alone speak HTTP: for answers, and for bytes", () => {
    expect(importers((target) => isIn(target, "undici"))).toEqual([
      "provider/http/download.ts",
      "provider/http/transport.ts",
    ]);
    expect(
      importers((target) => /^(node:)?(https?|net|tls|dgram)$/.test(target)).filter(
        (file) => !file.startsWith("emulator/"),
      ),
    ).toEqual(["provider/dynamic/watchdog.ts"]); // It only checks that the engine still listens, and sends nothing.
    for (const file of sources)
      expect([file, /\bfetch\(/.test(read(file).replace(/\/\/.*|\/\*[\s\S]*?\*\//g, ""))]).toEqual([file, false]);
  });

  it("lets only the doors know Pulumi", () => {
    for (const file of importers((target) => isIn(target, "@pulumi/pulumi")))
      expect(file).toMatch(/^(provider\/dynamic|sdk)\//);
  });

  it("lets programs and the command line in by one door", () => {
    const past = imports.filter(({ file, target }) => file.startsWith("sdk/") && target.startsWith("provider/"));
    expect(past).toEqual([]);
  });

  it("keeps platforms apart from each other", () => {
    for (const { file, target } of imports) {
      const own = /^provider\/platforms\/([^/]+)\/./.exec(file)?.[1];
      const other = /^provider\/platforms\/([^/]+)/.exec(target)?.[1];
      if (own !== undefined && other !== undefined) expect([file, other]).toEqual([file, own]);
    }
  });

  it("lets the environment in at the doors only, but for the system's own proxy", () => {
    const readers = sources.filter((file) => /\bprocess\.env\b/.test(read(file)));
    for (const file of readers) expect(file).toMatch(/^(provider\/dynamic|sdk)\/|^provider\/http\/system-proxy\.ts$/);
  });

  it("takes time and chance from outside, but for the system's own clock", () => {
    const core = sources.filter((file) => /^provider\/(archive|model|http|schedule|platforms|resources)\//.test(file));
    const impure = core.filter((file) =>
      /\bDate\.now\b|\bMath\.random\b|\bnew Date\(\)|\bsetTimeout\(/.test(read(file)),
    );
    expect(impure).toEqual(["provider/http/system-clock.ts"]);
  });

  it("has doc comments that begin with what a thing is or does", () => {
    const headless = sources.filter((file) => /\/\*\* (What|Who|Where|When|How(?! long)) /.test(read(file)));
    expect(headless).toEqual([]);
  });

  it("needs only packages that users get", () => {
    const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
    const given = [...Object.keys(manifest["dependencies"] ?? {}), ...Object.keys(manifest["peerDependencies"] ?? {})];
    for (const { file, target, typesOnly } of imports) {
      if (typesOnly || target.startsWith("node:") || /^(provider|emulator|sdk)(\/|$)/.test(target)) continue;
      expect([file, given.some((name) => isIn(target, name))]).toEqual([file, true]);
    }
  });

  it("keeps examples to the published name", () => {
    const programs = filesUnder("examples", ".ts").flatMap(importsOf);
    expect(programs.map(({ target }) => target)).toContain("pulumi-snapshots");
    for (const { file, target } of programs) {
      expect([file, target]).toEqual([file, expect.not.stringMatching(/^(\.\.|provider|sdk|dist)/)]);
    }
  });
});

test("every folder of a platform is registered", () => {
  for (const room of ["provider/platforms", "emulator", "test/platforms"]) {
    const folders = readdirSync(path.join(root, room), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([room, folders.map(({ name }) => name).sort()]).toEqual([room, Object.keys(definitions).sort()]);
  }
});

describe.each(platforms.map((platform) => [platform.name, platform] as const))("the platform %s", (name, platform) => {
  it("has every room", () => {
    const folder = path.join(root, "provider", "platforms", name);
    const services = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const room of ["", ...services.map((service) => service.name)]) {
      for (const file of ["client", "definition", "index", "mapping", "schemas"]) {
        expect([room, file, existsSync(path.join(folder, room, `${file}.ts`))]).toEqual([room, file, true]);
      }
    }
    expect(platform.name).toBe(name);
  });

  it("is served by the emulator", () => {
    expect(Object.keys(seed)).toContain(name);
  });

  it("has its documents' bodies, and tests that the emulator answers them and that the client keeps the contract", () => {
    const fixtures = filesUnder(`test/platforms/${name}/fixtures`, ".json");
    expect(fixtures.length).toBeGreaterThan(0);
    for (const file of fixtures) expect(() => JSON.parse(read(file))).not.toThrow();
    for (const test of ["documents", "contract", "mapping"]) {
      expect([test, existsSync(path.join(root, "test", "platforms", name, `${test}.test.ts`))]).toEqual([test, true]);
    }
    expect(read(`test/platforms/${name}/contract.test.ts`)).toContain("describePlatform(");
  });

  it("is broken by the matrix, with each of its targets", () => {
    const broken = matrixTargets
      .filter((target) => target.platform === name)
      .flatMap(({ resource, args }) => Object.keys(args).map((argument) => `${resource} ${argument}`));
    const { targets, policyTargets, restoreTargets } = platform;
    for (const [resource, all] of Object.entries({
      Snapshot: targets,
      BackupPolicy: policyTargets,
      Restore: restoreTargets,
    })) {
      expect(broken).toEqual(expect.arrayContaining(Object.keys(all).map((argument) => `${resource} ${argument}`)));
    }
  });

  it("is shown by an example, and told of where all platforms are", () => {
    const examples = filesUnder("examples", ".ts").map(read);
    expect(examples.filter((text) => text.includes(`platform: "${name}"`))).not.toEqual([]);
    expect(read("docs/platforms.md")).toContain(`\n## ${platform.title}\n`);
    expect((JSON.parse(read("package.json")) as { description: string }).description).toContain(platform.title);
  });

  it("links each operation of its client to its documentation", () => {
    expect(platform.documentation).toMatch(/^https:\/\//);
    expect(read(`provider/platforms/${name}/client.ts`)).toContain("Source: https://");
  });

  it("keeps at least one credential secret, and has a variable for every field", () => {
    const fields = Object.values(platform.connectionFields);
    expect(fields.some(({ secret, required }) => secret && required)).toBe(true);
    for (const field of fields) {
      expect(field.environment).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
      expect(field.description).not.toBe("");
      if (field.url) expect(field.default).toMatch(/^https:\/\/.*[^/]$/);
    }
  });
});

describe.each(platforms.map((platform) => [platform.name, platform] as const))("restores on %s", (_name, platform) => {
  const { targets, restoreTargets, cannot } = platform;

  it("are of targets that it has, each with the argument that names the snapshot", () => {
    for (const [argument, { snapshot, arguments: own, overwrites, shows }] of Object.entries(restoreTargets)) {
      expect(Object.keys(targets)).toContain(argument);
      expect(own[snapshot]?.change).toBe("replace");
      for (const phrase of [overwrites, shows]) expect(phrase).not.toBe("");
    }
  });

  it("say what to do instead where a target has none", () => {
    const missing = Object.keys(targets).filter((argument) => !Object.hasOwn(restoreTargets, argument));
    expect(missing.length > 0).toBe(cannot["restore"] !== undefined);
  });

  it("are the ones that its client has", () => {
    const fields = Object.entries(platform.connectionFields).map(([field, { default: value = "x" }]) => [field, value]);
    const connection = { name: "a", platform: platform.name, fields: Object.fromEntries(fields), secrets: [] };
    const clock = { now: () => 0, sleep: async () => {}, timeout: () => new AbortController().signal };
    const opened = openPlatform({ ...connection, fromConfig: false }, { clock, random: () => 0 });
    expect(Object.keys(opened.restores ?? {})).toEqual(Object.keys(restoreTargets));
  });
});

describe("the version", () => {
  it("is the one that package.json publishes", () => {
    expect(VERSION).toBe((JSON.parse(read("package.json")) as { version: string }).version);
  });
});
