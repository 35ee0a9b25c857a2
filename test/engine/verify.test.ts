import { seed } from "../../emulator";
import { changesSeenBy, createStack, diagnosticsOf, type Stack } from "./stack";

let stack: Stack;
afterEach(() => stack.dispose());

test("a verified snapshot shows no changes; a broken one fails, is not lost, stays failed after a refresh, and is replaced", async () => {
  stack = await createStack({
    resources: {
      good: { platform: "discloud", appId: seed.discloud.appId, verify: "archive" },
      broken: { platform: "virtus", databaseId: seed.virtus.databaseId, verify: "archive" },
    },
  });
  const { emulator, workspace } = stack;
  const changes = changesSeenBy(emulator);
  const downloads = () => emulator.requests.filter(({ operation }) => operation === "download").length;
  emulator.faults.add({ platform: "virtus", operation: "download", fault: "corrupt", times: "always" });

  const first = await workspace.up(["--skip-preview"]);
  expect(first.code).not.toBe(0);
  expect(diagnosticsOf(first, "broken").join("\n")).toMatch(
    /failed verification: the zip is broken: .*\. The next pulumi up takes another/,
  );
  expect(changes()).toHaveLength(2);
  const [good, broken] = await Promise.all([stack.snapshot("good"), stack.snapshot("broken")]);
  expect(good.outputs).toMatchObject({
    status: "available",
    verifiedAt: expect.stringMatching(/Z$/),
    verifiedBytes: expect.any(Number),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(broken.outputs).toMatchObject({ status: "failed", snapshotId: expect.any(String) });
  expect(broken.id).toBe(`virtus/database/${seed.virtus.databaseId}/${broken.outputs?.["snapshotId"]}`);
  expect(broken.outputs).not.toHaveProperty("verifiedAt");

  const before = downloads();
  const refresh = await workspace.refresh([], { expectCode: 0 });
  expect(diagnosticsOf(refresh, "broken").join("\n")).toMatch(/is not usable: it failed verification: /);
  expect(diagnosticsOf(refresh, "good")).toEqual([]);
  expect((await stack.snapshot("broken")).outputs).toMatchObject({ status: "failed" });
  expect(downloads()).toBe(before);

  emulator.faults.clear();
  const second = await workspace.up(["--skip-preview"], { expectCode: 0 });
  expect(second.stdout).toContain("+-1 replaced");
  expect(second.stdout).toContain("2 unchanged");
  expect(changes()).toEqual([`virtus create-database-snapshot ${seed.virtus.databaseId}`]);
  expect((await stack.snapshot("broken")).outputs).toMatchObject({
    status: "available",
    verifiedAt: expect.stringMatching(/Z$/),
  });
  expect((await stack.snapshot("broken")).id).not.toBe(broken.id);
  const preview = await workspace.preview(["--expect-no-changes"], { expectCode: 0 });
  expect(preview.stdout).toContain("3 unchanged");
  expect(downloads()).toBe(before + 1);
}, 600_000);
