import { join } from "node:path";
import { runCommand } from "../pulumi-cli/processes.js";

const REPOSITORY = join(__dirname, "../..");

/** Number of lines that fit on two or three screens. */
const MOST_LINES = 80;

test("the demo shows a lost answer, a slot and a deletion with its reason, and counts in the platforms' memory", async () => {
  const { code, stdout, stderr } = await runCommand("node", [join(REPOSITORY, "scripts/demo")], {
    env: { ...process.env, NO_COLOR: "1", COLUMNS: "100" },
    timeoutMs: 300_000,
  });
  const lines = stdout.trimEnd().split("\n");
  expect([code, stderr]).toEqual([0, ""]);
  expect(lines.at(-1)).toBe("10 asked for, 10 on the platforms, 0 twice");
  expect(lines.length).toBeLessThan(MOST_LINES);
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(stdout).not.toMatch(/^export |error/m);
  const text = stdout.replace(/\s+/g, " ");
  expect(text).toMatch(/create-snapshot taken, and the answer is lost/);
  expect(text).toMatch(/the answer to the request of \S+ was lost; the one new snapshot/);
  expect(text).toMatch(/will delete 1 snapshot \(outside keepLast 1\): "nightly-\d{8}T0300Z"/);
}, 600_000);
