import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { programMessages } from "../support/programs";
import { blocksIn, pages, root } from "./pages";

// A dependency of @pulumi/pulumi, which has no types of its own.
const { load } = require("js-yaml") as { load: (text: string) => unknown };

describe("the pipelines of the guide", () => {
  type Job = Record<string, unknown> & {
    concurrency?: unknown;
    steps?: { run?: string; uses?: string }[];
    script?: unknown;
  };
  const [github, gitlab] = blocksIn("docs/backups-from-ci.md", "yaml").map(
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

  it("keep one comment on a merge request of GitLab", async () => {
    const [program = ""] = blocksIn("docs/backups-from-ci.md", "js");
    const folder = mkdtempSync(path.join(tmpdir(), "comment-"));
    const notes = [{ id: 1, body: "LGTM" }];
    const seen: string[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { pathname } = new URL(request.url ?? "", "http://localhost");
      seen.push(`${request.method} ${pathname}`);
      const { body = "" } =
        chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as { body?: string });
      const id = Number(pathname.split("/").at(-1));
      if (request.method === "POST") notes.push({ id: notes.length + 1, body });
      const note = notes.find((one) => one.id === id);
      if (request.method === "PUT" && note !== undefined) note.body = body;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(request.method === "GET" ? notes : {}));
    });
    try {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      writeFileSync(path.join(folder, "comment.mjs"), program);
      const env = {
        PATH: process.env["PATH"],
        CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`,
        CI_PROJECT_ID: "7",
        CI_MERGE_REQUEST_IID: "3",
        NOTES_TOKEN: "token",
      };
      for (const run of ["first", "second"]) {
        writeFileSync(path.join(folder, "comment.md"), `<!-- backups preview -->\n${run}\n`);
        await promisify(execFile)(process.execPath, ["comment.mjs"], { cwd: folder, env });
      }
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
    const all = "/api/v4/projects/7/merge_requests/3/notes";
    expect(seen).toEqual([`GET ${all}`, `POST ${all}`, `GET ${all}`, `PUT ${all}/2`]);
    expect(notes).toEqual([
      { id: 1, body: "LGTM" },
      { id: 2, body: "<!-- backups preview -->\nsecond\n" },
    ]);
  });
});

test("the programs that the pages show compile", () => {
  const isProgram = (text: string) => /^import .* from /m.test(text);
  const programs = new Map(
    pages
      .flatMap((page) => blocksIn(page, "typescript").map((text, index) => [page, index, text] as const))
      .filter(([, , text]) => isProgram(text))
      .map(([page, index, text]) => [path.join(root, `${page.replaceAll("/", "_")}.${index}.ts`), text]),
  );
  expect(programs.size).toBeGreaterThan(20);
  // Its shape as documented, since the package itself is not a dependency here.
  const pulumiservice = path.join(root, "test/docs/pulumiservice.d.ts");
  const paths = { "@pulumi/pulumiservice": [pulumiservice] };
  // As in the tsconfig.json of getting started.
  const module = ts.ModuleKind.NodeNext;
  const moduleResolution = ts.ModuleResolutionKind.NodeNext;
  expect(programMessages(programs, { module, moduleResolution, types: ["node"], paths })).toEqual([]);
}, 60_000);

test("the JSON and YAML that the pages show can be read", () => {
  for (const page of pages) {
    for (const text of blocksIn(page, "json")) expect(() => JSON.parse(text)).not.toThrow();
    for (const text of blocksIn(page, "yaml")) expect(() => load(text)).not.toThrow();
  }
});
