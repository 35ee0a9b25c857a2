import { createWorkspace, type Workspace } from "../support/engine";
import { isRunning } from "./processes.js";

/** A dynamic resource whose provider lies in a package of the program, and can be told to hang. */
const PROGRAM = {
  "Pulumi.yaml": "name: smoke\nruntime: nodejs\n",
  "package.json": { name: "smoke", private: true, main: "index.js" },
  "index.js": `
    const pulumi = require("@pulumi/pulumi");
    const config = new pulumi.Config();
    class Note extends pulumi.CustomResource {
      constructor(name, props) {
        const __provider = 'exports.handler = () => require("notes").provider;';
        super("pulumi-nodejs:dynamic/smoke:Note", name, { ...props, __provider });
      }
    }
    new Note("note", { text: config.require("text"), secret: config.requireSecret("secret") });`,
  "node_modules/notes/package.json": { name: "notes", version: "1.0.0" },
  "node_modules/notes/index.js": `
    exports.provider = {
      check: async (olds, news) => ({ inputs: news, failures: [] }),
      diff: async (id, olds, news) => ({ changes: olds.text === news.text ? false : undefined }),
      create: async (inputs) => {
        if (process.env.NOTES_HANG) await new Promise((resolve) => setTimeout(resolve, 60_000));
        return { id: "note-1", outs: inputs };
      },
      update: async (id, olds, news) => ({ outs: news }),
      read: async (id, props) => ({ id, props, inputs: props }),
      delete: async () => {},
    };`,
};

let workspace: Workspace;

beforeEach(async () => {
  workspace = await createWorkspace({ files: PROGRAM });
  await workspace.config("text", "-first");
  await workspace.config("secret", "hunter2", { secret: true });
});

afterEach(() => workspace.dispose());

test("a program goes through its whole life on the real engine", async () => {
  const up = await workspace.up([], { expectCode: 0 });
  expect(up.stdout).toContain("2 created");
  expect(up.output).not.toMatch(/warning/i);
  expect(await workspace.resources("Note")).toMatchObject([{ id: "note-1", inputs: { text: "-first" } }]);
  expect(workspace.stateText()).toContain("note-1");
  expect(workspace.stateText()).not.toContain("hunter2");

  await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  await workspace.refresh(["--expect-no-changes"], { expectCode: 0 });
  await workspace.config("text", "second");
  const preview = await workspace.preview(["--diff"], { expectCode: 0 });
  expect(preview.stdout).toMatch(/~ text\s*: "-first" => "second"/);

  await workspace.destroy([], { expectCode: 0 });
  expect(await workspace.resources()).toEqual([]);
}, 120_000);

test("a command that takes too long is killed, and the error shows what it printed", async () => {
  let pid = 0;
  const options = { env: { NOTES_HANG: "1" }, timeoutMs: 15_000, onStart: (id: number) => (pid = id) };
  await expect(workspace.up(["--skip-preview"], { ...options, expectCode: 0 })).rejects.toThrow(
    /pulumi up --yes --skip-preview did not end in time, not with 0:\n[\s\S]*creating/,
  );
  expect(pid).toBeGreaterThan(1);
  expect(isRunning(pid, undefined)).toBe(false);
}, 60_000);
