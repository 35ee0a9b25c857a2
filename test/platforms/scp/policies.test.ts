import { seed } from "../../../emulator";
import type { Connection } from "../../../provider/model/connection";
import { SnapshotsError } from "../../../provider/model/errors";
import type { ObservedPolicy } from "../../../provider/model/policy";
import type { JsonValue } from "../../../provider/model/snapshot";
import { openPlatform } from "../../../provider/platforms";
import { toPolicyStatus } from "../../../provider/platforms/scp/backup/mapping";
import { scp } from "../../../provider/platforms/scp/definition";
import { describePolicies, type OpenedPolicies, openPolicies } from "../../contract/policy-platform";
import { type ApiServer, startApiServer } from "../../http/api-server";
import { fakeClock } from "../../http/fake-clock";
import { Stack } from "../../resources/stack";

const { serverId, fileVolumeId, region } = seed.scp;
const { serverId: serverTarget, fileVolumeId: fileTarget } = scp.policyTargets;
const timezone = "Asia/Seoul";

const server = {
  platform: "scp",
  serverId,
  name: "web-nightly",
  policyCategory: "AGENTLESS",
  policyType: "VM_IMAGE",
  serverCategory: "VIRTUAL_SERVER",
  encrypt: true,
  deletionPolicy: "retain",
  schedules: [
    { cron: "0 3 * * 0", timezone },
    { cron: "30 22 * * 1-5", timezone, kind: "incremental" },
  ],
  retention: { keepWithin: "1mo" },
} satisfies Record<string, JsonValue>;

const files = {
  platform: "scp",
  fileVolumeId,
  schedules: [{ cron: "0 20 * * 0" }],
  retention: { keepLast: 14 },
} satisfies Record<string, JsonValue>;

const shownBackup = (id: string) => ({
  id,
  name: "web-nightly",
  state: "AVAILABLE",
  server_uuid: serverId,
  policy_category: "AGENTLESS",
  policy_type: "VM_IMAGE",
  server_category: "VIRTUAL_SERVER",
  retention_period: "MONTH_1",
  encrypt_enabled: true,
  region,
  filesystem_paths: null,
});
const shownSchedules = (id: string) => ({
  contents: [
    {
      id: "1",
      backup_id: id,
      type: "FULL",
      frequency: "WEEKLY",
      start_time: "03:00:00",
      start_day: "SUN",
      state: "AVAILABLE",
    },
    { id: "2", backup_id: id, type: "INCREMENTAL", frequency: "DAILY", start_time: "22:30:00", start_day: null },
  ],
  count: 2,
});
const run = (id: string) => ({
  backup_job_guid: id,
  backup_job_state: "SUCCESS",
  backup_start_time: "2026-11-21T02:30:15Z",
});

describePolicies({
  platform: "scp",
  argument: "serverId",
  inputs: server,
  reads: ["get-backup", "list-backup-schedules"],
  create: "create-backup",
  list: "list-backup-histories",
  proof: /backup service itself answers 404/,
  gatewayNotFound: "unauthorized",
  remove: ({ emulator }, { policyId }) => emulator.scp.backup.removePolicy(policyId),
  runs: ({ emulator }, { policyId }, times) =>
    times.map((startedAtMs) => emulator.scp.backup.addHistory(policyId, { startedAtMs }).id),
  answers: ({ policyId }) => ({
    "get-backup": shownBackup(policyId),
    "list-backup-schedules": shownSchedules(policyId),
    "create-backup": { request_id: "r", resource: { id: "0fdd87aa", links: null } },
    "list-backup-histories": { contents: [run("a"), run("b")], count: 2 },
  }),
  provesAbsence: () => false,
});

const entry = { frequency: "WEEKLY", day_of_week: "MON", hour: "5" };
describePolicies({
  platform: "scp",
  argument: "fileVolumeId",
  inputs: files,
  reads: ["get-file-schedule"],
  create: "create-file-schedule",
  list: "list-file-snapshots",
  proof: new RegExp(`File Storage volume ${fileVolumeId} shows its snapshot schedule without it`),
  gatewayNotFound: "unauthorized",
  remove: ({ emulator }) => emulator.scp.filestorage.setSchedule(fileVolumeId, undefined),
  runs: ({ emulator }, _policy, times) =>
    times.map((createdAtMs) => emulator.scp.filestorage.addSnapshot(fileVolumeId, { createdAtMs }).id),
  answers: ({ policyId }) => ({
    "get-file-schedule": {
      volume_id: fileVolumeId,
      snapshot_policy_enabled: "true",
      snapshot_retention_count: 14,
      snapshot_schedule: [{ ...entry, id: policyId }],
    },
    "create-file-schedule": { volume_id: fileVolumeId, snapshot_retention_count: 14, snapshot_schedule: entry },
    "list-file-snapshots": {
      count: 1,
      snapshots: [{ id: "s", state: "available", size: 4096, created_at: "2026-11-21T02:30:15.250000" }],
    },
  }),
  provesAbsence(answer, { policyId }) {
    const { volume_id: volume, ...rest } = (answer ?? {}) as Record<string, unknown>;
    const { snapshot_policy_enabled: enabled, snapshot_schedule: schedules } = rest;
    const entries = schedules == null ? [] : schedules;
    if (
      !Array.isArray(entries) ||
      entries.some(({ id }: { id?: unknown }) => typeof id !== "string" || id === policyId)
    ) {
      return false;
    }
    const isEnabled = enabled === true || enabled === "true";
    const isSaid = schedules != null || enabled === false || enabled === "false";
    return isSaid && !(isEnabled && entries.length === 0) && (volume == null || volume === fileVolumeId);
  },
});

const refusal = async (attempt: Promise<unknown> | undefined): Promise<SnapshotsError> => {
  const error = await attempt?.then(
    (value) => new Error(`not refused: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SnapshotsError)) throw error;
  return error;
};

describe("a server's backup", () => {
  let opened: OpenedPolicies;
  beforeEach(async () => {
    opened = await openPolicies("scp", "serverId");
  });
  afterEach(() => opened.emulator.close());

  const backup = () => opened.emulator.scp.backup;
  const held = (id: string) => {
    const policy = backup()
      .policies()
      .find((one) => one.id === id);
    if (policy === undefined) throw new Error(`no backup ${id}`);
    return policy;
  };
  const fault = (operation: string, rule: object) =>
    opened.emulator.faults.add({ platform: "scp", operation, ...rule } as never);
  const changesOf = (...operations: string[]) => operations.map((operation) => opened.count(operation));

  it("arrives as it was written", async () => {
    const { policyId, segments, region: where } = await opened.make(server);
    expect([segments, where]).toEqual([[serverId, policyId], region]);
    expect(held(policyId)).toMatchObject({
      name: "web-nightly",
      serverId,
      policyCategory: "AGENTLESS",
      policyType: "VM_IMAGE",
      serverCategory: "VIRTUAL_SERVER",
      retentionPeriod: "MONTH_1",
      encryptEnabled: true,
    });
    expect(held(policyId).schedules.map(({ type, start_day }) => `${type} ${start_day}`)).toEqual([
      "FULL SUN",
      ...["MON", "TUE", "WED", "THU", "FRI"].map((day) => `INCREMENTAL ${day}`),
    ]);
  });

  it("is pending until it is set up", async () => {
    const made = await opened.policies.create(server, opened.scope());
    expect(made).toMatchObject({ status: "pending", shown: {}, region });
    expect(await opened.look(made as ObservedPolicy, server)).toMatchObject({
      status: "pending",
      platformStatus: "CREATING",
    });
    opened.clock.advance(1_000);
    expect(await opened.look(made as ObservedPolicy, server)).toMatchObject({
      status: "active",
      platformStatus: "AVAILABLE",
    });
  });

  it.each([
    ["AVAILABLE", "active"],
    ["CREATING", "pending"],
    ["EDITING", "pending"],
    ["ERROR", "failed"],
    ["ERROR_EDITING", "failed"],
    ["FAILED", "failed"],
    ["DELETING", "unknown"],
    ["constructor", "unknown"],
    ["", "unknown"],
    [null, "unknown"],
  ])("in the state %j is %s", (word, status) => {
    expect(toPolicyStatus(word)).toBe(status);
  });

  const days = ["*", ...[0, 1, 2, 3, 4, 5, 6].flatMap((day) => [`${day}`, `${day}#1`, `${day}#4`, `${day}#L`])];
  it.each(days)("shows schedules on the days %j as they were written", async (day) => {
    for (const clock of ["0 1", "30 12", "30 23"]) {
      const schedules = [
        { cron: `${clock} * * ${day}`, timezone },
        { cron: "0 6,18 * * *", timezone: "ROK", kind: "incremental" },
      ];
      expect(serverTarget.scheduleProblem(schedules)).toBeUndefined();
      const { policyId, shown, unreadable } = await opened.make({ ...server, schedules });
      expect([serverTarget.sameSchedules(schedules, shown["schedules"]), unreadable]).toEqual([true, undefined]);
      expect(serverTarget.sameSchedules(server.schedules, shown["schedules"])).toBe(false);
      backup().removePolicy(policyId);
    }
  });

  it.each(["14d", "2w", "31d", "1mo", "93d", "3mo", "186d", "6mo", "365d", "1y"])(
    "shows a retention of %s as it was written",
    async (keepWithin) => {
      const { shown } = await opened.make({ ...server, retention: { keepWithin } });
      expect(serverTarget.sameRetention({ keepWithin }, shown["retention"])).toBe(true);
      expect(serverTarget.sameRetention({ keepWithin: keepWithin === "2w" ? "1y" : "2w" }, shown["retention"])).toBe(
        keepWithin === "14d",
      );
    },
  );

  it.each<[string, (id: string) => void, Record<string, unknown>]>([
    ["another name", (id) => Object.assign(held(id), { name: "renamed" }), { name: "renamed" }],
    ["no encryption", (id) => Object.assign(held(id), { encryptEnabled: false }), { encrypt: false }],
    [
      "another retention",
      (id) => Object.assign(held(id), { retentionPeriod: "YEAR_1" }),
      { retention: { keepWithin: "365d" } },
    ],
    [
      "another schedule",
      (id) => backup().setSchedules(id, [{ type: "FULL", frequency: "DAILY", start_time: "15:00:00" }]),
      { schedules: [{ cron: "0 15 * * *", timezone, kind: "full" }] },
    ],
    ["no schedule", (id) => backup().setSchedules(id, []), { schedules: [] }],
  ])("shows that somebody gave it %s", async (_what, drift, shows) => {
    const policy = await opened.make(server);
    drift(policy.policyId);
    const { shown } = await opened.look(policy, server);
    expect(shown).toEqual({ ...policy.shown, ...shows });
    expect(serverTarget.sameSchedules(server.schedules, shown["schedules"])).toBe(!("schedules" in shows));
    expect(serverTarget.sameRetention(server.retention, shown["retention"])).toBe(!("retention" in shows));
  });

  it("shows what the user may leave out only where it was written, or where nothing was", async () => {
    const policy = await opened.make(server);
    expect(policy.shown).not.toHaveProperty("drEnabled");
    expect(policy.shown).not.toHaveProperty("storageRegion");
    expect((await opened.look(policy, { ...server, drEnabled: true })).shown).toMatchObject({ drEnabled: false });
    expect((await opened.look(policy, {})).shown).toMatchObject({ drEnabled: false, storageRegion: region, serverId });
  });

  it("says what it can't tell in a user's words", async () => {
    const policy = await opened.make(server);
    Object.assign(held(policy.policyId), { retentionPeriod: "DECADE" });
    backup().setSchedules(policy.policyId, [{ type: "FULL", frequency: "YEARLY" as "DAILY", start_time: "15:00:00" }]);
    const { shown, unreadable } = await opened.look(policy, server);
    expect(unreadable).toEqual([
      expect.stringMatching(/unknown schedule: .*YEARLY/),
      'Samsung Cloud Platform answers an unknown retention: "DECADE"',
    ]);
    expect(shown).not.toHaveProperty("schedules");
    expect(shown).not.toHaveProperty("retention");
  });

  it.each(["exact", "substring"] as const)("is found by its very name where the list filters by %s", async (filter) => {
    backup().nameFilter = filter;
    for (let index = 0; index < 120; index += 1) backup().addPolicy(serverId, { name: `web-nightly-${index}` });
    const policy = await opened.make(server);
    expect(await opened.policies.find(server, opened.scope())).toEqual([policy]);
    // Two pages are read twice: counts alone don't show that no entry has moved between them.
    expect(opened.count("list-backups")).toBe(filter === "exact" ? 1 : 4);
  });

  it("is not looked for in the list where its name is free", async () => {
    expect(await opened.policies.find(server, opened.scope())).toEqual([]);
    expect(changesOf("check-backup-name", "list-backups")).toEqual([1, 0]);
  });

  it("is never taken for missing where the name is taken and the list doesn't show it", async () => {
    fault("check-backup-name", { fault: "status", status: 200, body: { result: true } });
    const error = await refusal(opened.policies.find(server, opened.scope()));
    expect([error.kind, error.message]).toEqual([
      "conflict",
      expect.stringContaining('"web-nightly": the name is taken'),
    ]);
  });

  it("of another server has that server's id where it has the name, and is no answer to another one's", async () => {
    const other = backup().addServer();
    const { id } = backup().addPolicy(other.id, { name: server.name });
    expect(await opened.policies.find(server, opened.scope())).toMatchObject([{ segments: [other.id, id] }]);
    const error = await refusal(opened.policies.observe({ segments: [serverId, id] }, server, opened.scope()));
    expect([error.kind, error.message]).toEqual(["unexpectedAnswer", expect.stringContaining("of another server")]);
  });

  it.each([
    ["schedules", { schedules: [{ cron: "0 1 * * *", timezone }] }, [1, 0]],
    ["retention", { retention: { keepWithin: "14d" } }, [0, 1]],
    ["both", { schedules: [{ cron: "0 1 * * *", timezone }], retention: { keepWithin: "14d" } }, [1, 1]],
    ["neither by meaning", { retention: { keepWithin: "31d" }, schedules: [...server.schedules].reverse() }, [0, 0]],
  ])("is changed by one request for each part: %s", async (_what, change, expected) => {
    const policy = await opened.make(server);
    const wanted = { ...server, ...change };
    await opened.policies.update?.(policy, wanted, policy.shown, opened.scope());
    expect(changesOf("set-backup-schedules", "set-backup-retention")).toEqual(expected);
    const { shown } = await opened.look(policy, wanted);
    expect(serverTarget.sameSchedules(wanted.schedules, shown["schedules"])).toBe(true);
    expect(serverTarget.sameRetention(wanted.retention, shown["retention"])).toBe(true);
  });

  it.each([
    ["a lost answer", { fault: "reset-after-commit" }],
    ["409 for a while", { fault: "status", status: 409, times: 4 }],
    ["a 500", { fault: "status", status: 500 }],
  ])("is changed in spite of %s", async (_title, rule) => {
    const policy = await opened.make(server);
    const wanted = { ...server, schedules: [{ cron: "0 1 * * *", timezone }], retention: { keepWithin: "14d" } };
    fault("set-backup-schedules", rule);
    fault("set-backup-retention", rule);
    await opened.policies.update?.(policy, wanted, policy.shown, opened.scope());
    expect(held(policy.policyId)).toMatchObject({ retentionPeriod: "WEEK_2", schedules: [{ type: "FULL" }] });
  });

  it("whose second part is refused keeps the first, and the error says which", async () => {
    const policy = await opened.make(server);
    const wanted = { ...server, schedules: [{ cron: "0 1 * * *", timezone }], retention: { keepWithin: "14d" } };
    fault("set-backup-retention", { fault: "status", status: 403, times: "always" });
    const error = await refusal(opened.policies.update?.(policy, wanted, policy.shown, opened.scope()));
    expect([error.kind, error.message]).toEqual(["forbidden", expect.stringContaining("set retention period of")]);
    const { shown } = await opened.look(policy, wanted);
    expect(shown["retention"]).toEqual({ keepWithin: "31d" });
    expect(serverTarget.sameSchedules(wanted.schedules, shown["schedules"])).toBe(true);
  });

  it("is gone when its deletion returns, also while a job runs at first", async () => {
    const policy = await opened.make(server);
    const running = backup().addHistory(policy.policyId, { state: "INPROGRESS" });
    fault("delete-backup", { fault: "status", status: 500 });
    const before = opened.clock.now();
    const deletion = opened.policies.delete?.(policy, opened.scope(600_000));
    const timer = setInterval(() => {
      if (opened.clock.now() > before + 30_000) running.state = "SUCCESS";
    }, 1);
    await deletion;
    clearInterval(timer);
    expect(backup().policies()).toEqual([]);
    expect(opened.count("delete-backup")).toBeGreaterThan(2);
    await opened.policies.delete?.(policy, opened.scope());
  });

  it("whose deletion gets stuck is an error that says how", async () => {
    backup().deleteOutcome = "ERROR_DELETING";
    const policy = await opened.make(server);
    const error = await refusal(opened.policies.delete?.(policy, opened.scope()));
    expect([error.kind, error.message]).toEqual([
      "timeout",
      expect.stringContaining('its status is now "ERROR_DELETING"'),
    ]);
  });

  it("is deleted or gone in its own region only", async () => {
    const { segments } = await opened.make(server);
    const elsewhere = { segments, region: "kr-east1" };
    const before = opened.emulator.requests.length;
    for (const attempt of [
      opened.policies.observe(elsewhere, server, opened.scope()),
      opened.policies.update?.(elsewhere, server, {}, opened.scope()),
      opened.policies.delete?.(elsewhere, opened.scope()),
      opened.policies.list(elsewhere, opened.scope()),
    ]) {
      const { kind, message } = await refusal(attempt);
      expect([kind, message]).toEqual([
        "invalid",
        expect.stringContaining("is in the region kr-east1, and the connection"),
      ]);
    }
    expect(opened.emulator.requests).toHaveLength(before);
  });

  it("without its schedules is not proven to be gone", async () => {
    const policy = await opened.make(server);
    const body = { errors: [{ code: "NotFound", title: "Not Found", detail: "no" }] };
    fault("list-backup-schedules", { fault: "status", status: 404, body, times: "always" });
    expect((await opened.policies.observe(policy, server, opened.scope())).outcome).toBe("unproven");
  });

  it("has runs, of which only whole ones are usable", async () => {
    const { policyId, ...policy } = await opened.make(server);
    const states = ["SUCCESS", "PARTIAL_SUCCESS", "FAILED", "INPROGRESS", "ABANDONED"];
    for (const [index, state] of states.entries()) {
      backup().addHistory(policyId, { state, startedAtMs: Date.UTC(2026, 10, 21, 10 - index) });
    }
    const { snapshots } = await opened.policies.list(policy, opened.scope());
    expect(snapshots.map(({ status, platformStatus }) => [platformStatus, status])).toEqual([
      ["SUCCESS", "available"],
      ["PARTIAL_SUCCESS", "unknown"],
      ["FAILED", "failed"],
      ["INPROGRESS", "running"],
      ["ABANDONED", "unknown"],
    ]);
    expect(snapshots[0]).toMatchObject({ createdAt: "2026-11-21T10:00:00.000Z", details: { region } });
  });
});

describe("a server's backup as the API is asked for it", () => {
  let api: ApiServer;
  beforeEach(async () => {
    api = await startApiServer();
  });
  afterEach(() => api.close());

  const open = (fields: Record<string, string> = {}) => {
    const connection: Connection = {
      name: "seoul",
      platform: "scp",
      fields: {
        accessKey: "AK",
        secretKey: "s3cret",
        region,
        backupUrl: `${api.url}/v1`,
        backupVersion: "1.2",
        ...fields,
      },
      secrets: ["AK", "s3cret"],
      fromConfig: true,
    };
    const clock = fakeClock();
    const policies = openPlatform(connection, { clock, random: () => 0.5 }).policies?.["serverId"];
    return { policies, scope: () => ({ deadlineMs: clock.now() + 60_000, announce: () => undefined }) };
  };

  it("is made with what the user wrote and nothing else", async () => {
    const { policies, scope } = open();
    api.plan({ status: 200, body: { request_id: "r", resource: { id: "0fdd87aa" } } });
    const given = {
      ...server,
      policyCategory: "AGENT",
      policyType: "FILESYSTEM",
      encrypt: false,
      storageRegion: "kr-east1",
      drEnabled: true,
      filesystemPaths: ["/data"],
      isAllFilesystem: false,
      tags: { team: "web" },
      schedules: [{ cron: "0 3 * * 0", timezone }],
    };
    await policies?.create(given, scope());
    await policies?.create({ ...server, schedules: given.schedules }, scope());
    const [all, least] = api.arrived.flatMap(({ method, body }) => (method === "POST" ? [JSON.parse(body)] : []));
    expect(least).toEqual({
      name: "web-nightly",
      policy_category: "AGENTLESS",
      policy_type: "VM_IMAGE",
      server_category: "VIRTUAL_SERVER",
      server_uuid: serverId,
      schedules: [{ type: "FULL", frequency: "WEEKLY", start_time: "03:00:00", start_day: "SUN" }],
      retention_period: "MONTH_1",
      encrypt_enabled: true,
    });
    expect(all).toEqual({
      ...least,
      policy_category: "AGENT",
      policy_type: "FILESYSTEM",
      encrypt_enabled: false,
      region: "kr-east1",
      dr_enabled: true,
      filesystem_paths: ["/data"],
      is_all_filesystem: false,
      tags: [{ key: "team", value: "web" }],
    });
    expect(api.arrived[0]?.headers["scp-api-version"]).toBe("backup 1.2");
  });

  it("is shown with its paths in the user's order where they are the same", async () => {
    const { policies, scope } = open();
    const reference = { segments: [serverId, "b"] };
    const shown = async (filesystem_paths: string[]) => {
      api.plan(
        { status: 200, body: { ...shownBackup("b"), filesystem_paths } },
        { status: 200, body: shownSchedules("b") },
      );
      const observed = await policies?.observe(reference, { ...server, filesystemPaths: ["/b", "/a"] }, scope());
      return observed?.outcome === "found" ? observed.policy.shown["filesystemPaths"] : observed;
    };
    expect(await shown(["/a", "/b"])).toEqual(["/b", "/a"]);
    expect(await shown(["/a"])).toEqual(["/a"]);
  });

  it("is no answer about another one", async () => {
    const { policies, scope } = open();
    const reference = { segments: [serverId, "b"] };
    api.plan({ status: 200, body: shownBackup("c") });
    expect(await refusal(policies?.observe(reference, server, scope()))).toMatchObject({ kind: "unexpectedAnswer" });
    api.plan({ status: 200, body: shownBackup("b") }, { status: 200, body: shownSchedules("c") });
    expect(await refusal(policies?.observe(reference, server, scope()))).toMatchObject({ kind: "unexpectedAnswer" });
  });

  it("has the retention that was written where it is not shown", async () => {
    const { policies, scope } = open();
    const shown = { ...shownBackup("b"), retention_period: null };
    api.plan({ status: 200, body: shown }, { status: 200, body: shownSchedules("b") });
    const observed = await policies?.observe({ segments: [serverId, "b"] }, server, scope());
    expect(observed).toMatchObject({ outcome: "found", policy: { shown: { retention: server.retention } } });
  });

  it("has a run without a time where its time names no zone", async () => {
    const { policies, scope } = open();
    api.plan({
      status: 200,
      body: { contents: [{ ...run("a"), backup_start_time: "2026-11-21 02:30:15" }], count: 1 },
    });
    expect((await policies?.list({ segments: [serverId, "b"] }, scope()))?.snapshots[0]).not.toHaveProperty(
      "createdAt",
    );
  });

  const pages = (...readings: string[][][]) =>
    readings.flatMap((reading) => reading.map((ids) => ({ ids, count: reading.flat().length })));
  const arrivedPages = () => api.arrived.map(({ url }) => new URL(url, api.url).searchParams.get("page"));
  const listed = async (planned: readonly { ids: string[]; count: number | null }[]) => {
    const { policies, scope } = open();
    api.plan(...planned.map(({ ids, count }) => ({ status: 200, body: { contents: ids.map(run), count } })));
    const list = await policies?.list({ segments: [serverId, "b"] }, scope());
    return list?.snapshots.map(({ snapshotId }) => snapshotId).sort();
  };

  it("is listed with one request where one page shows all that it counts", async () => {
    expect(await listed(pages([["a", "b"]]))).toEqual(["a", "b"]);
    expect(arrivedPages()).toEqual(["0"]);
  });

  it("is listed to the end, twice where its pages have numbers and are several", async () => {
    const reading = [["a"], ["b"], ["c"]];
    expect(await listed(pages(reading, reading))).toEqual(["a", "b", "c"]);
    expect(arrivedPages()).toEqual(["0", "1", "2", "0", "1", "2"]);
  });

  it("is listed to the end without a count, twice as well", async () => {
    const reading = [["a", "b"], ["b", "c"], []].map((ids) => ({ ids, count: null }));
    expect(await listed([...reading, ...reading])).toEqual(["a", "b", "c"]);
    expect(arrivedPages()).toEqual(["0", "1", "2", "0", "1", "2"]);
  });

  it.each<[string, { ids: string[]; count: number | null }[]]>([
    [
      "which its count shows",
      [
        { ids: ["a", "b"], count: 4 },
        { ids: ["d"], count: 3 },
      ],
    ],
    [
      "which only another reading shows",
      [
        { ids: ["a", "b"], count: null },
        { ids: ["d"], count: null },
        { ids: [], count: null },
      ],
    ],
  ])("loses no entry that moves to a page that was read before, %s", async (_how, torn) => {
    // "a" is deleted between the two pages, so that "c" moves from the second one to the first.
    const whole = [["b", "c"], ["d"]];
    expect(await listed([...torn, ...pages(whole, whole)])).toEqual(["b", "c", "d"]);
  });

  it("whose runs are fewer than they are counted is an error, and no absence", async () => {
    const { policies, scope } = open();
    api.plan({ status: 200, body: { contents: [run("a")], count: 2 } });
    expect(await refusal(policies?.list({ segments: [serverId, "b"] }, scope()))).toMatchObject({
      kind: "unexpectedAnswer",
      message: expect.stringContaining("2 entries are stated, and 1 are listed"),
    });
    expect(api.arrived).toHaveLength(6);
    api.plan({ status: 200, body: shownBackup("b") }, { status: 200, body: { ...shownSchedules("b"), count: 3 } });
    expect(await refusal(policies?.observe({ segments: [serverId, "b"] }, server, scope()))).toMatchObject({
      kind: "unexpectedAnswer",
    });
  });

  it("has runs that have no job yet, as the published SDK allows", async () => {
    const { policies, scope } = open();
    const queued = { ...run("a"), backup_job_guid: null, backup_job_state: "INPROGRESS", schedule_id: "s" };
    api.plan({ status: 200, body: { contents: [queued, { ...queued, backup_start_time: null }], count: 2 } });
    const list = await policies?.list({ segments: [serverId, "b"] }, scope());
    expect(list?.snapshots.map(({ snapshotId, status }) => [snapshotId, status])).toEqual([
      ["s@2026-11-21T02:30:15Z", "running"],
      ["s", "running"],
    ]);
  });

  it("can't be deleted by a program from version 1.4 on, which the error says", async () => {
    const { policies, scope } = open({ backupVersion: "1.4" });
    api.plan({
      status: 400,
      body: { errors: [{ code: "ValidationError", title: "Bad Request", detail: "Field required" }] },
    });
    const error = await refusal(policies?.delete?.({ segments: [serverId, "b"] }, scope()));
    expect([error.kind, error.executed]).toEqual(["unsupported", "no"]);
    expect(error.message).toContain("snapshots:seoul.backupVersion 1.2");
    expect(error.message).toContain('deletionPolicy: "retain"');
    const older = open();
    expect((await refusal(older.policies?.delete?.({ segments: [serverId, "b"] }, older.scope()))).kind).toBe(
      "invalid",
    );
  });
});

describe("a File Storage volume's snapshot schedule", () => {
  let opened: OpenedPolicies;
  beforeEach(async () => {
    opened = await openPolicies("scp", "fileVolumeId");
  });
  afterEach(() => opened.emulator.close());

  const storage = () => opened.emulator.scp.filestorage;
  const held = () => storage().volumes.get(fileVolumeId)?.schedule;
  const same = (policy: ObservedPolicy, schedules: JsonValue) =>
    fileTarget.sameSchedules(schedules, policy.shown["schedules"], opened.clock.now());

  it("is made without an id in the answer, in GMT+9", async () => {
    expect(await opened.policies.create(files, opened.scope())).toBeUndefined();
    expect(held()).toMatchObject({ frequency: "WEEKLY", dayOfWeek: "MON", hour: "5", retentionCount: 14 });
    const [found] = await opened.policies.find(files, opened.scope());
    expect(found).toMatchObject({ policyId: held()?.id, segments: [fileVolumeId, held()?.id], region });
  });

  const zones = ["UTC", "Asia/Seoul", "Asia/Tokyo", "America/Sao_Paulo", "Asia/Kathmandu"];
  it.each(zones)("shows every time of %s as it was written, in that zone", async (zone) => {
    const minute = zone === "Asia/Kathmandu" ? 45 : 0;
    for (const day of ["*", "0", "3", "6"]) {
      for (const hour of [0, 3, 9, 14, 15, 23]) {
        const schedules = [{ cron: `${minute} ${hour} * * ${day}`, timezone: zone }];
        expect(fileTarget.scheduleProblem(schedules, opened.clock.now())).toBeUndefined();
        const policy = await opened.make({ ...files, schedules });
        expect(policy.shown["schedules"]).toEqual(schedules);
        expect(same(policy, schedules)).toBe(true);
        expect(same(policy, [{ cron: `${minute} ${(hour + 1) % 24} * * ${day}`, timezone: zone }])).toBe(false);
        storage().setSchedule(fileVolumeId, undefined);
      }
    }
  });

  it.each([1, 10, 128])("shows a retention of %i as it was written, as a number or a text", async (keepLast) => {
    const policy = await opened.make({ ...files, retention: { keepLast } });
    expect(policy.shown["retention"]).toEqual({ keepLast });
    Object.assign(storage().asText, { retentionCount: true, policyEnabled: false });
    expect(await opened.look(policy, files)).toEqual(policy);
  });

  it("shows what somebody changed", async () => {
    const policy = await opened.make(files);
    storage().setSchedule(fileVolumeId, { frequency: "DAILY", dayOfWeek: null, hour: "23", retentionCount: 3 });
    const changed = await opened.look(policy, files);
    expect(changed.shown).toEqual({
      fileVolumeId,
      schedules: [{ cron: "0 14 * * *", timezone: "UTC" }],
      retention: { keepLast: 3 },
    });
    expect(same(changed, files.schedules)).toBe(false);
    expect(fileTarget.sameRetention(files.retention, changed.shown["retention"])).toBe(false);
    expect((await opened.look(policy, {})).shown["schedules"]).toEqual([{ cron: "0 23 * * *", timezone }]);
  });

  it.each([
    ["the schedule", { schedules: [{ cron: "0 3 * * *", timezone }] }, 1],
    ["the retention", { retention: { keepLast: 5 } }, 1],
    ["both", { schedules: [{ cron: "0 3 * * *", timezone }], retention: { keepLast: 5 } }, 1],
    ["neither by meaning", { schedules: [{ cron: "0 5 * * 1", timezone }] }, 0],
  ])("is changed by one request: %s", async (_what, change, requests) => {
    const policy = await opened.make(files);
    const wanted = { ...files, ...change };
    await opened.policies.update?.(policy, wanted, policy.shown, opened.scope());
    expect(opened.count("set-file-schedule")).toBe(requests);
    const now = await opened.look(policy, wanted);
    expect(now.policyId).toBe(policy.policyId);
    expect(same(now, wanted.schedules)).toBe(true);
    expect(now.shown["retention"]).toEqual(wanted.retention);
  });

  it("is gone when its deletion returns, in spite of a lost answer, and no snapshot goes with it", async () => {
    const policy = await opened.make(files);
    storage().addSnapshot(fileVolumeId);
    opened.emulator.faults.add({ platform: "scp", operation: "delete-file-schedule", fault: "reset-after-commit" });
    await opened.policies.delete?.(policy, opened.scope());
    expect(held()).toBeUndefined();
    expect((await opened.policies.list(policy, opened.scope())).snapshots).toHaveLength(1);
    await opened.policies.delete?.(policy, opened.scope());
  });

  it("that somebody re-created is another one", async () => {
    const policy = await opened.make(files);
    storage().setSchedule(fileVolumeId, undefined);
    storage().setSchedule(fileVolumeId, {});
    expect((await opened.policies.observe(policy, files, opened.scope())).outcome).toBe("gone");
    const [other] = await opened.policies.find(files, opened.scope());
    expect(other?.policyId).not.toBe(policy.policyId);
  });

  it("of a volume that is gone itself is not proven to be gone", async () => {
    const policy = await opened.make(files);
    storage().removeVolume(fileVolumeId);
    const reason = expect.stringMatching(
      `filestorage service answers 404 for File Storage volume ${fileVolumeId} itself, .*; if .* still exists`,
    );
    expect(await opened.policies.observe(policy, files, opened.scope())).toEqual({ outcome: "unproven", reason });
    const { kind, message } = await refusal(opened.policies.delete?.(policy, opened.scope()));
    expect([kind, message]).toEqual(["notFound", expect.stringMatching(/does not prove it gone.*pulumi state delete/)]);
  });

  it("is waited for while it is shown without its id, as the published SDK allows", async () => {
    const policy = await opened.make(files);
    const body = {
      volume_id: fileVolumeId,
      snapshot_policy_enabled: true,
      snapshot_retention_count: 14,
      snapshot_schedule: [{ ...entry, id: null }],
    };
    const shown = { platform: "scp", operation: "get-file-schedule", fault: "status", status: 200, body } as const;
    opened.emulator.faults.add({ ...shown, times: 3 });
    expect(await opened.policies.find(files, opened.scope())).toEqual([policy]);
    opened.emulator.faults.add({ ...shown, times: "always" });
    expect(await opened.look(policy, files)).toEqual(policy);
    const { kind, message } = await refusal(opened.policies.find(files, opened.scope()));
    expect([kind, message]).toEqual(["unexpectedAnswer", expect.stringContaining("without its id")]);
  });

  it.each([null, undefined])("is made and changed by an up where the answers' volume_id is %s", async (volume_id) => {
    const stack = await Stack.start("BackupPolicy");
    const body = { ...(volume_id === undefined ? {} : { volume_id }), snapshot_schedule: entry };
    for (const operation of ["create-file-schedule", "set-file-schedule"]) {
      stack.fault({ platform: "scp", operation, fault: "status", status: 202, body, commit: true, times: "always" });
    }
    expect(await stack.up("a", files)).toEqual({ step: "create", warnings: [] });
    expect(await stack.up("a", { ...files, retention: { keepLast: 3 } })).toEqual({ step: "update", warnings: [] });
    const { schedule } = stack.emulator.scp.filestorage.volumes.get(fileVolumeId) ?? {};
    expect(schedule).toMatchObject({ dayOfWeek: "MON", hour: "5", retentionCount: 3 });
    expect(stack.posts()).toBe(2);
    await stack.close();
  });

  it("is looked for in its own region only", async () => {
    const elsewhere = { segments: [fileVolumeId, "s"], region: "kr-east1" };
    for (const attempt of [
      opened.policies.observe(elsewhere, files, opened.scope()),
      opened.policies.update?.(elsewhere, files, {}, opened.scope()),
      opened.policies.delete?.(elsewhere, opened.scope()),
      opened.policies.list(elsewhere, opened.scope()),
    ]) {
      expect((await refusal(attempt)).message).toContain("is in the region kr-east1");
    }
    expect(opened.emulator.requests).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, unknown]>([
    ["switched off", { snapshot_policy_enabled: "false" }, { status: "suspended" }],
    ["of which it is not said whether it is on", { snapshot_policy_enabled: null }, { status: "unknown" }],
    ["whose count is not shown", { snapshot_retention_count: null }, { shown: { retention: files.retention } }],
    ["with an hour as a number", { snapshot_schedule: [{ ...entry, id: "s", hour: 5 }] }, { status: "active" }],
    [
      "with an unknown word",
      { snapshot_schedule: [{ ...entry, id: "s", frequency: "HOURLY" }] },
      { unreadable: [expect.stringContaining("HOURLY")] },
    ],
    [
      "with an unknown count",
      { snapshot_retention_count: "many" },
      { unreadable: ['Samsung Cloud Platform answers an unknown retention count: "many"'] },
    ],
  ])("%s is shown so", async (_what, change, expected) => {
    const body = {
      volume_id: fileVolumeId,
      snapshot_policy_enabled: "true",
      snapshot_retention_count: 14,
      snapshot_schedule: [{ ...entry, id: "s" }],
      ...change,
    };
    opened.emulator.faults.add({
      platform: "scp",
      operation: "get-file-schedule",
      fault: "status",
      status: 200,
      body: body as never,
    });
    expect(await opened.look({ segments: [fileVolumeId, "s"] }, files)).toMatchObject(expected as object);
  });
});

describe("the arguments of a policy", () => {
  const message = (name: keyof typeof serverTarget.arguments, value: unknown) =>
    serverTarget.arguments[name].schema.safeParse(value).error?.issues[0]?.message;

  it("of a server's backup are refused with what to write", () => {
    expect(message("policyCategory", "agentless")).toBe('must be "AGENTLESS" or "AGENT"');
    expect(message("policyType", "FILE")).toBe('must be "VM_IMAGE" or "FILESYSTEM"');
    expect(message("serverCategory", "VM")).toBe('must be "VIRTUAL_SERVER", "GPU_SERVER" or "BAREMETAL_SERVER"');
    expect(message("deletionPolicy", "keep")).toBe('must be "delete" or "retain"');
    expect(message("name", "")).toContain("give the backup a name");
    expect(message("tags", { team: 7 })).toBe("must be text");
    expect(message("tags", ["web"])).toContain("such as");
    expect(message("filesystemPaths", [])).toContain("at least one path");
  });

  it("of a server's backup are ruled on together", () => {
    const properties = (change: object) => serverTarget.rules({ ...server, ...change }).map(({ property }) => property);
    expect(properties({})).toEqual([]);
    expect(properties({ name: undefined })).toEqual(["name"]);
    expect(properties({ filesystemPaths: ["/a"], isAllFilesystem: true })).toEqual([
      "filesystemPaths",
      "isAllFilesystem",
    ]);
    expect(properties({ policyType: "FILESYSTEM", filesystemPaths: ["/a"], isAllFilesystem: true })).toEqual([
      "isAllFilesystem",
    ]);
    expect(properties({ policyType: "FILESYSTEM", filesystemPaths: ["/a"], isAllFilesystem: false })).toEqual([]);
  });

  it("name what a retention has to be, since the platform always prunes", () => {
    for (const { retention, retentionHint } of [serverTarget, fileTarget]) {
      expect([retention, retentionHint]).toEqual(["required", expect.stringContaining("always prunes")]);
    }
    expect(serverTarget.retentionProblem({ keepWithin: "20d" })).toContain("the nearest is");
    expect(fileTarget.retentionProblem({ keepLast: 129 })).toContain("the nearest is 128");
    expect(serverTarget.warnings()).toEqual([expect.stringContaining("documents no time zone")]);
  });

  it("hold a schedule that can't be expressed to the nearest", () => {
    expect(serverTarget.scheduleProblem([{ cron: "0 0 * * *", timezone }])).toContain('the nearest is "0 1 * * *"');
    const inLisbon = [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }];
    expect(fileTarget.scheduleProblem(inLisbon, Date.UTC(2026, 10, 21))).toContain(timezone);
  });
});
