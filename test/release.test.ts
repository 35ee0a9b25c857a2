import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = join(__dirname, "..");
const VERIFY = 'require("node:fs").mkdirSync("dist", { recursive: true }); console.log("verified");';

let scratch: string;

const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", ...args], {
    cwd: scratch,
    encoding: "utf8",
  });

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(join(scratch, file), change(readFileSync(join(scratch, file), "utf8")));
}

function release(...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/release.js", ...args], {
    cwd: scratch,
    encoding: "utf8",
  });
  return { code: status, output: `${stdout}${stderr}` };
}

const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { version: string };

/** Creates a repository like this one in everything that a release checks, with checks that take no time. */
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "release-"));
  for (const file of ["package.json", "package-lock.json", "README.md", "LICENSE", "provider/model/version.ts"]) {
    cpSync(join(repository, file), join(scratch, file));
  }
  mkdirSync(join(scratch, "scripts"));
  cpSync(join(repository, "scripts/release.js"), join(scratch, "scripts/release.js"));
  edit("package.json", (text) => {
    const manifest = JSON.parse(text);
    return JSON.stringify({ ...manifest, scripts: { verify: "node verify.js" } });
  });
  writeFileSync(join(scratch, "verify.js"), VERIFY);
  writeFileSync(join(scratch, ".gitignore"), "dist\n");
  writeFileSync(join(scratch, "CHANGELOG.md"), `# Changelog\n\n## ${version} (2026-11-21)\n\n- Something.\n`);
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "all");
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

test("without --publish, everything is checked, the package is listed, and nothing is published or tagged", () => {
  const { code, output } = release();
  expect(output).toContain("verified");
  expect(output).toMatch(/CHANGELOG\.md[\s\S]*total files: \d+/);
  expect(output).toContain(`pulumi-snapshots ${version} can be released`);
  expect(output).not.toContain("npm publish");
  expect(code).toBe(0);
  expect(git("tag")).toBe("");
});

test.each<[what: string, prepare: () => void, says: string]>([
  ["a change that is not committed", () => edit("README.md", (text) => `${text}\nmore`), "not committed"],
  ["a tag of the version", () => git("tag", `v${version}`), `v${version} is released already`],
])("%s is refused before any check runs", (_what, prepare, says) => {
  prepare();
  const { code, output } = release();
  expect(output).toContain(says);
  expect(output).not.toContain("verified");
  expect(code).toBe(1);
});

test.each<[what: string, file: string, change: (text: string) => string, says: string]>([
  ["another version in the source", "provider/model/version.ts", () => 'export const VERSION = "9.0.0";', "says 9.0.0"],
  ["another version in the lock", "package-lock.json", (text) => text.replace(version, "9.0.0"), "says 9.0.0"],
  ["an unreleased entry", "CHANGELOG.md", (text) => text.replace(/## .*/, "## Unreleased"), 'call "Unreleased"'],
  ["no date", "CHANGELOG.md", (text) => text.replace(/ \(.*\)/, ""), "YYYY-MM-DD"],
  ["no day of the calendar", "CHANGELOG.md", (text) => text.replace(/ \(.*\)/, " (2026-13-41)"), "YYYY-MM-DD"],
])("%s is refused", (_what, file, change, says) => {
  edit(file, change);
  git("commit", "--quiet", "--all", "--message", "change");
  const { code, output } = release();
  expect(output).toContain(says);
  expect(output).not.toContain("verified");
  expect(code).toBe(1);
});

test("a check that fails, or that changes files, ends the release", () => {
  for (const [text, says] of [
    ["process.exit(3);", "npm run ended with 3"],
    ['require("node:fs").appendFileSync("README.md", "x");', "verify changed files"],
  ] as const) {
    writeFileSync(join(scratch, "verify.js"), text);
    git("commit", "--quiet", "--all", "--message", "another check");
    const { code, output } = release();
    expect(output).toContain(says);
    expect(output).not.toContain("can be released");
    expect(code).toBe(1);
    git("checkout", "--quiet", "--", ".");
  }
});

test("publishing needs the repository that a provenance is about", () => {
  const { code, output } = release("--publish");
  expect(output).toContain("package.json names no repository");
  expect(output).not.toContain("verified");
  expect(code).toBe(1);
});
