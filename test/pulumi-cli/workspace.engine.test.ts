import { createWorkspace } from "../support/engine";
import { isRunning } from "./processes.js";

/** Dynamic resource whose provider is in a package of the program and never finishes a create. */
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
      create: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
    };`,
};

test("a command that takes too long is killed, and the error shows what it printed", async () => {
  const workspace = await createWorkspace({ files: PROGRAM });
  try {
    await workspace.config("text", "-first");
    await workspace.config("secret", "hunter2", { secret: true });
    let pid = 0;
    const options = { timeoutMs: 15_000, onStart: (id: number) => (pid = id) };
    await expect(workspace.up(["--skip-preview"], { ...options, expectCode: 0 })).rejects.toThrow(
      /pulumi up --yes --skip-preview did not end in time, not with 0:\n[\s\S]*creating/,
    );
    expect(pid).toBeGreaterThan(1);
    expect(isRunning(pid, undefined)).toBe(false);
    expect(workspace.stateText()).toContain("smoke");
    expect(workspace.stateText()).not.toContain("hunter2");
  } finally {
    workspace.dispose();
  }
}, 60_000);
