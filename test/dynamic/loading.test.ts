import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** Runs a program in its own process on the built package; returns the modules that it has loaded by then. */
function loadedBy(program: string): string[] {
  const script = `(async () => {
    ${program}
    console.log(JSON.stringify(Object.keys(require.cache)));
  })()`;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const stdout = execFileSync(process.execPath, ["-e", script], { cwd: root, env, encoding: "utf8" });
  return JSON.parse(stdout) as string[];
}

const providerFile = (file: string) => join(root, "dist/provider", file);
const platformsOf = (files: string[]) =>
  new Set(files.flatMap((file) => /\/dist\/provider\/platforms\/([a-z]+)\//.exec(file)?.[1] ?? []));
const packagesOf = (files: string[]) =>
  new Set(files.flatMap((file) => /.*\/node_modules\/(@?[^/]+(?:(?<=@[^/]+)\/[^/]+)?)\//.exec(file)?.[1] ?? []));

const runtime = JSON.stringify(providerFile("dynamic/runtime.js"));
const check = (resource: string, args: object) =>
  `await require(${runtime}).provider("${resource}").check({}, ${JSON.stringify(args)});`;

describe("a process", () => {
  it("that loads the runtime loads no package and no platform", () => {
    const files = loadedBy(`require(${runtime}).provider("Snapshot");`);
    expect(files.length).toBeGreaterThan(5);
    expect([...packagesOf(files)]).toEqual([]);
    expect([...platformsOf(files)]).toEqual([]);
  });

  it("that checks a Snapshot loads its platform only, and nothing that reads schedules or sends requests", () => {
    const files = loadedBy(check("Snapshot", { platform: "discloud", appId: "1" }));
    expect([...packagesOf(files)]).toEqual(["zod"]);
    expect([...platformsOf(files)]).toEqual(["discloud"]);
    expect(files.filter((file) => file.includes("/dist/provider/schedule/"))).toEqual([]);
  });

  it("that checks a BackupPolicy loads what reads schedules, and its platform only", () => {
    const schedules = [{ cron: "0 3 * * *" }];
    const files = loadedBy(check("BackupPolicy", { platform: "discloud", appId: "1", schedules }));
    expect([...packagesOf(files)].sort()).toEqual(["croner", "zod"]);
    expect([...platformsOf(files)]).toEqual(["discloud"]);
  });

  it("that declares resources loads nothing of the provider", () => {
    const sdk = JSON.stringify(join(root, "dist/sdk/index.js"));
    const files = loadedBy(`
      const pulumi = require("@pulumi/pulumi");
      const mocks = { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs };
      await pulumi.runtime.setMocks(mocks);
      const { BackupPolicy, Snapshot } = require(${sdk});
      new Snapshot("a", { platform: "discloud", appId: "1" });
      new BackupPolicy("b", { platform: "dscloud", appId: "1", maxAge: "26h" });`);
    expect(files.filter((file) => file.startsWith(join(root, "dist/sdk"))).length).toBeGreaterThan(3);
    expect(files.filter((file) => file.startsWith(join(root, "dist/provider")))).toEqual([]);
  });
});
