import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

// A dependency of @pulumi/pulumi, which has no types of its own.
const { load } = require("js-yaml") as { load: (text: string) => unknown };

const root = path.join(__dirname, "..");
const guides = readdirSync(path.join(root, "docs")).map((name) => `docs/${name}`);

/** The code blocks of a page that are in a language. */
function blocksOf(file: string, language: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, block]) => block ?? "");
}

describe("the pipelines of the guide", () => {
  type Job = Record<string, unknown> & {
    concurrency?: unknown;
    steps?: { run?: string; uses?: string }[];
    script?: unknown;
  };
  const [github, gitlab, stack] = blocksOf("docs/backups-from-ci.md", "yaml").map(
    (text) => load(text) as Record<string, Job> & { jobs?: Record<string, Job> },
  );
  const check = "pulumi preview --refresh --expect-no-changes --non-interactive --stack prod";
  const up = "pulumi up --yes --skip-preview --non-interactive --stack prod";

  it("are what GitHub reads: an up and a check one at a time, on a schedule, and a preview of pull requests", () => {
    const { jobs = {}, ...workflow } = github ?? {};
    expect(workflow["on"]).toMatchObject({ schedule: [{ cron: "17 * * * *" }], pull_request: {} });
    expect(Object.keys(jobs)).toEqual(["up", "preview"]);
    expect(jobs["up"]?.concurrency).toEqual({ group: "backups-prod", "cancel-in-progress": false });
    for (const job of Object.values(jobs)) {
      for (const step of job.steps ?? []) expect(typeof (step.run ?? step.uses)).toBe("string");
    }
    expect(jobs["up"]?.steps?.slice(-2).map(({ run }) => run)).toEqual([up, check]);
  });

  it("are what GitLab reads", () => {
    expect(gitlab?.["up"]).toMatchObject({ resource_group: "backups-prod", script: [up, check] });
    const script = gitlab?.["preview"]?.script;
    expect(Array.isArray(script) && script.every((line) => typeof line === "string")).toBe(true);
  });

  it("are a Stack of the operator", () => {
    expect(stack).toMatchObject({
      apiVersion: "pulumi.com/v1",
      kind: "Stack",
      spec: { continueResyncOnCommitMatch: true, resyncFrequencySeconds: 900 },
    });
  });
});

test("the programs that the pages show compile", () => {
  const programs = new Map(
    ["README.md", ...guides]
      .flatMap((file) => blocksOf(file, "typescript").map((text, index) => [file, index, text] as const))
      .filter(([, , text]) => text.includes('from "pulumi-snapshots"'))
      .map(([file, index, text]) => [path.join(root, `${file}.${index}.ts`), text]),
  );
  expect(programs.size).toBeGreaterThan(2);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ["node"],
    paths: { "pulumi-snapshots": [path.join(root, "sdk/index.ts")] },
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => programs.has(file) || fileExists(file);
  host.readFile = (file) => programs.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...others) => {
    const text = programs.get(file);
    return text === undefined
      ? getSourceFile(file, language, ...others)
      : ts.createSourceFile(file, text, language, true);
  };
  const program = ts.createProgram([...programs.keys()], options, host);
  const messages = [...programs.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return ts.getPreEmitDiagnostics(program, source).map(({ messageText, start }) => {
      const line = source?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      return `${path.basename(file)}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
  });
  expect(messages).toEqual([]);
}, 60_000);
