import { type Emulator, startEmulator } from "../../../emulator";
import { snapshooterEmulator } from "../../../emulator/snapshooter";
import { ask } from "../../emulator/ask";
import { fixture } from "../../emulator/fixture";
import { shapeOf } from "../../emulator/shape";

interface Backup {
  id: string;
  job_id: string;
  s3_directory: string;
  encryption_key: string;
  files: { id: string; name: string; size: string; url: string }[];
}

const getBackup = fixture<{ data: Backup }>("snapshooter", "get-backup");
const downloadBackup = fixture<{ data: Record<string, string> }>("snapshooter", "download-backup");
const restoreBackup = fixture<object>("snapshooter", "restore-backup.201");

// https://snapshooter.com/api/backups
describe("the emulated SnapShooter answers as documented", () => {
  let emulator: Emulator;
  const { backupId, fileId, serverId } = snapshooterEmulator.seed;
  const headers = { authorization: `Bearer ${snapshooterEmulator.credentials.token}` };
  const call = (path: string, method = "GET", body?: unknown) =>
    ask(`${emulator.url}/snapshooter/v1/backups/${backupId}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });

  beforeEach(async () => {
    emulator = await startEmulator({ now: () => Date.UTC(2026, 10, 21) });
  });
  afterEach(() => emulator.close());

  it("shows a backup with the example's fields and types, and its very ids and instants", async () => {
    const reply = await call("");
    expect(reply.status).toBe(200);
    expect(shapeOf(reply.json())).toEqual(shapeOf(getBackup));
    const { s3_directory, encryption_key, files, ...rest } = getBackup.data;
    expect(reply.json().data).toMatchObject({ ...rest, files: files.map(({ id, size }) => ({ id, size })) });
    for (const directory of [s3_directory, reply.json().data.s3_directory]) {
      expect(directory).toMatch(/^snapshooter\/[0-9a-f]{8}-docker-mysql-ssh\/2023\/07\/06\/21-01$/);
    }
    expect(reply.json().data.files[0].name).toBe(`${reply.json().data.s3_directory}/test.sql.gz`);
    // Both end as the example visibly does, and neither directory is derived from the job's id.
    expect(reply.json().data.encryption_key.slice(-16)).toBe(encryption_key.slice(-16));
    for (const { s3_directory: directory, job_id } of [getBackup.data, reply.json().data]) {
      expect(directory).not.toContain(job_id.slice(0, 8));
    }
  });

  it("answers download links by file name, signed with the example's parameters", async () => {
    const reply = await call("/download", "POST");
    expect(reply.status).toBe(200);
    const parameters = (link: string) => [...new URL(link).searchParams.keys()];
    const documented = new Set(Object.values(downloadBackup.data).map((link) => parameters(link).join()));
    expect(documented.size).toBe(1);
    const links: string[] = Object.values(reply.json().data);
    expect(links).toHaveLength(1);
    for (const link of links) {
      expect([...documented]).toEqual([parameters(link).join()]);
      expect(new URL(link).searchParams.get("X-Amz-Expires")).toBe("3600");
      expect(new URL(link).searchParams.get("X-Amz-Date")).toBe("20261121T000000Z");
    }
  });

  it.each([
    ["without a body", undefined],
    ["of everything", {}],
    ["of chosen files", { files: [fileId] }],
    ["on another server", { compute: { type: "ss_agent", server_id: serverId } }],
  ])("restores %s with the example's fields and types", async (_, body) => {
    const reply = await call("/restore", "POST", body);
    expect(reply.status).toBe(201);
    expect(shapeOf(reply.json())).toEqual(shapeOf(restoreBackup));
  });

  // https://www.snapshooter.io/api/backups
  it("deletes with 204 and no body", async () => {
    const reply = await call("", "DELETE");
    expect([reply.status, reply.text]).toEqual([204, ""]);
  });
});
