import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(__dirname, "..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

let folder: string;
let tarball: string;
let packed: string[];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "packed-"));
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [result] = JSON.parse(execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: "pipe" }));
  tarball = path.join(folder, result.filename);
  packed = (result.files as { path: string }[]).map((file) => file.path).sort();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a package checker on the tarball; returns its exit code and output. */
function check(name: string, bin: string, args: readonly string[]): { status: number | null; output: string } {
  const script = path.join(root, "node_modules", name, bin);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args, tarball], { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

test("the tarball holds what is built from the sources, the pages and the examples, and nothing else", () => {
  const sources = ["provider", "emulator", "sdk"].flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `dist/${room}/${file.slice(0, -".ts".length)}`),
  );
  const pages = execFileSync("git", ["ls-files", "docs", "examples"], { cwd: root, encoding: "utf8" }).trim();
  expect(packed).toEqual(
    [
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "package.json",
      ...pages.split("\n"),
      ...sources.flatMap((source) => [`${source}.d.ts`, `${source}.js`]),
    ].sort(),
  );
});

test("every link of its pages leads into the tarball or to the web", () => {
  const broken = packed
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => {
      const links = [...read(file).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(
        ([, inText, inTag]) => inText ?? inTag ?? "",
      );
      return links
        .filter((link) => !/^(https:|#)/.test(link))
        .map((link) => path.posix.join(path.posix.dirname(file), link.replace(/#.*/, "")))
        .filter((target) => !packed.some((each) => each === target || each.startsWith(`${target}/`)))
        .map((target) => `${file}: ${target}`);
    });
  expect(broken).toEqual([]);
});

test("publint finds nothing to improve", () => {
  const { status, output } = check("publint", "src/cli.js", ["run", "--strict"]);
  expect(output).toContain("All good!");
  expect(status).toBe(0);
});

test("its types resolve under every moduleResolution", () => {
  const { status, output } = check("@arethetypeswrong/cli", "dist/index.js", ["--format", "ascii", "--no-emoji"]);
  expect(output).toContain("No problems found");
  expect(status).toBe(0);
});

test("the lock file holds the integrity of everything but other machines' builds of two development tools", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { integrity?: string; link?: boolean; optional?: boolean }>;
  };
  const without = Object.entries(packages).filter(
    ([name, { integrity, link }]) => name !== "" && integrity === undefined && link !== true,
  );
  for (const [name, { optional }] of without) {
    expect(name).toMatch(/^node_modules\/(@biomejs\/cli-|@unrs\/resolver-binding-)/);
    expect(optional).toBe(true);
  }
});

test("package.json says who publishes what under which license", () => {
  const manifest = JSON.parse(read("package.json"));
  expect(manifest).toMatchObject({ license: "Apache-2.0", author: expect.any(String), engines: { node: ">=22" } });
  expect(manifest.private).toBeUndefined();
});
