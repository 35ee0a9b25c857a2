import { seed } from "../../../emulator";
import {
  overwritten,
  restoreProblem,
  toObservedRestore,
  toRestore,
} from "../../../provider/platforms/snapshooter/mapping";
import { backup as backupSchema, shownRestore } from "../../../provider/platforms/snapshooter/schemas";
import { describeRestores } from "../../contract/restore-platform";
import { fixture } from "../../emulator/fixture";

const { jobId, backupId, fileId } = seed.snapshooter;
const shownBackup = fixture<{ data: Record<string, unknown> }>("snapshooter", "get-backup");
const documented = fixture<{ data: Record<string, unknown> }>("snapshooter", "restore-backup.201");

describe("a backup", () => {
  describeRestores({
    platform: "snapshooter",
    argument: "jobId",
    order: () => ({ targetId: jobId, snapshotId: backupId, options: {} }),
    looks: [{ operation: "get-backup", wellFormed: { data: { ...shownBackup.data, job_id: jobId } } }],
    request: {
      operation: "restore-backup",
      status: 201,
      wellFormed: { data: { ...documented.data, backup_id: backupId } },
    },
    restores: ({ emulator }) => emulator.snapshooter.restores.length,
  });
});

const backup = (change: object = {}) =>
  backupSchema.parse({
    ...shownBackup.data,
    id: backupId,
    files: [
      { id: "1", name: "var/a.sql" },
      { id: "2", name: 'b"\n' },
    ],
    ...change,
  });

describe("the answer to a restore", () => {
  const observed = (change: object) =>
    toObservedRestore(shownRestore.parse({ data: { ...documented.data, ...change } }).data, "2026-11-21T02:30:15.000Z");

  it("as the documents show it is an accepted one", () => {
    expect(observed({})).toEqual({
      restoreId: "ed6ca4f1-6047-4deb-a69d-8c42ba7e745f",
      status: "accepted",
      platformStatus: "pending",
      startedAt: "2026-11-21T02:30:15.000Z",
    });
  });

  it("never claims an end that no document names a word for", () => {
    for (const status of ["completed", "done", "running", "weird"])
      expect(observed({ status }).status).toBe("accepted");
    for (const status of ["failed", "error", "aborted"]) expect(observed({ status }).status).toBe("failed");
  });

  it("has the platform's own times where it gives them with a zone", () => {
    const times = { started_at: "2023-07-21T15:36:40.000000Z", completed_at: "2023-07-21 15:37:00" };
    expect(observed(times).startedAt).toBe("2023-07-21T15:36:40.000Z");
    expect(observed(times)).not.toHaveProperty("completedAt");
  });
});

describe("what is asked of SnapShooter", () => {
  it("is all of it where it runs, or files by id and a compute as they were written", () => {
    expect(toRestore({})).toEqual({});
    const compute = { type: "ss_agent", server_id: 9362 };
    expect(toRestore({ files: [fileId], compute })).toEqual({ files: [fileId], compute });
  });

  it.each([
    ["completed", {}, undefined],
    ["a_word_of_no_document", {}, undefined],
    ["completed", { files: ["2", "1"] }, undefined],
    ["pending", {}, 'its status is "pending", and only a completed backup is restored'],
    ["failed", {}, 'its status is "failed", and only a completed backup is restored'],
    ["expired", {}, 'its status is "expired", and only a completed backup is restored'],
    ["completed", { files: ["3"] }, 'it has no file 3. Its files are 1 ("var/a.sql"), 2 ("b\\"\\n")'],
  ])("of a backup that is %s with %j: %s", (status, options, problem) => {
    expect(restoreProblem(backup({ status }), options)).toBe(problem);
  });

  it("of a backup that shows no files is left to the platform, or refused where it shows that it has none", () => {
    expect(restoreProblem(backup({ files: null }), { files: ["3"] })).toBeUndefined();
    expect(restoreProblem(backup({ files: [] }), { files: ["3"] })).toBe("it has no file 3. It shows no files at all");
  });

  it("is shown in words", () => {
    expect(overwritten(jobId, backup(), {})).toBe(
      `all files of backup ${backupId} of job ${jobId}, where the job runs`,
    );
    const compute = { type: "ss_agent", server_id: 9362 };
    expect(overwritten(jobId, backup(), { files: ["1", "2"], compute })).toBe(
      `"var/a.sql", "b\\"\\n" of job ${jobId}, on ss_agent 9362`,
    );
  });
});
