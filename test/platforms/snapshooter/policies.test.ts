import type { SnapshooterState } from "../../../emulator/snapshooter";
import type { Connection } from "../../../provider/model/connection";
import type { JsonValue } from "../../../provider/model/snapshot";
import { openPlatform } from "../../../provider/platforms";
import { snapshooter as platform } from "../../../provider/platforms/snapshooter/definition";
import { describePolicies, type OpenedPolicies, openPolicies } from "../../contract/policy-platform";
import { type ApiServer, startApiServer } from "../../http/api-server";
import { fakeClock } from "../../http/fake-clock";

const { job: definition } = platform.policyTargets;
const job = {
  name: "nightly",
  recipeId: 1,
  config: { root_path: "/var/www", exclude: "node_modules\n.cache", compression_level: 6 },
  compute: { type: "server", server_id: 9362 },
  storage: { id: 71 },
  encryptionKeyId: "key-1",
};
const inputs = {
  platform: "snapshooter",
  job,
  schedules: [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }],
  retention: { keepDaily: 7, keepMonthly: 12 },
} satisfies Record<string, JsonValue>;

const shownJob = (id: string) => ({
  id,
  name: "nightly",
  recipe: "file-backups",
  compute_type: "server",
  compute: { type: "server", server_id: 9362, server: { id: 9362, name: "Server" } },
  config: { root_path: { value: "/var/www", label: "Root path", type: "textarea" } },
  schedules: [
    {
      id: 1,
      schedule_order: 1,
      status: "active",
      frequency: 24,
      frequency_mode: "hour",
      cron: "0 * * * *",
      timezone: "Europe/Lisbon",
      run_offset: 3,
      retention: { hourly: 0, daily: 7, weekly: 0, monthly: 12 },
    },
  ],
});
const shownBackup = { id: "b-1", status: "completed", created_at: "2026-11-21T03:00:00.000000Z" };

function isWhole(page: Record<string, unknown> | null): boolean {
  const { links, meta } = page ?? {};
  const next = (links as Record<string, unknown> | null | undefined)?.["next"];
  const { current_page: current, last_page: last } = (meta ?? {}) as Record<string, unknown>;
  if (Number.isInteger(current) && Number.isInteger(last)) return Number(current) >= Number(last);
  return typeof next !== "string" || next === "";
}

describePolicies({
  platform: "snapshooter",
  argument: "job",
  inputs,
  reads: ["list-jobs"],
  create: "create-job",
  list: "list-backups",
  proof: /lists its jobs without/,
  remove: ({ emulator }, { policyId }) => emulator.snapshooter.removeJob(policyId),
  runs: ({ emulator }, { policyId }, times) =>
    times.map((createdAtMs) => emulator.snapshooter.addBackup(policyId, { createdAtMs }).id),
  answers: ({ policyId }) => ({
    "list-jobs": { data: [shownJob("another"), shownJob(policyId)], links: {}, meta: {} },
    "create-job": { data: shownJob("new") },
    "list-backups": { data: [shownBackup, { ...shownBackup, id: "b-2" }], links: {}, meta: {} },
  }),
  provesAbsence(answer, { policyId }) {
    const page = answer as Record<string, unknown> | null;
    if (!Array.isArray(page?.["data"]) || !isWhole(page)) return false;
    return page["data"].every(({ id }: { id: unknown }) => typeof id === "string" && id !== "" && id !== policyId);
  },
});

describe("a backup job", () => {
  let opened: OpenedPolicies;
  let state: SnapshooterState;
  beforeEach(async () => {
    opened = await openPolicies("snapshooter", "job");
    state = opened.emulator.snapshooter;
  });
  afterEach(() => opened.emulator.close());

  const held = (id: string) => {
    const known = state.jobs.get(id);
    if (known === undefined) throw new Error(`no job ${id}`);
    return known;
  };

  it("can't be changed or deleted", () => {
    expect(opened.policies).not.toHaveProperty("update");
    expect(opened.policies).not.toHaveProperty("delete");
    expect(definition).toMatchObject({ change: "refuse", scheduleChange: "refuse", runBy: "platform" });
  });

  it("arrives as it was written", async () => {
    const { policyId, segments } = await opened.make({
      ...inputs,
      schedules: [{ cron: "0 3,9,15,21 * * *", timezone: "Asia/Seoul" }, { cron: "*/15 * * * *" }],
    });
    expect(segments).toEqual([policyId]);
    expect(held(policyId)).toMatchObject({
      name: "nightly",
      serverId: 9362,
      config: job.config,
      storage: job.storage,
      encryptionKeyId: "key-1",
      schedules: [
        { schedule_order: 1, frequency: 6, frequency_mode: "hour", run_offset: 3, timezone: "Asia/Seoul" },
        { schedule_order: 2, frequency: 15, frequency_mode: "minute", run_offset: 0, timezone: "UTC" },
      ].map((schedule) => ({ ...schedule, retention: { hourly: 0, daily: 7, weekly: 0, monthly: 12 } })),
    });
  });

  const hours = [24, 12, 6, 4, 3, 2, 1].flatMap((step) =>
    [0, 1, step - 1].map(
      (first) => `0 ${Array.from({ length: 24 / step }, (_, i) => (first % step) + i * step)} * * *`,
    ),
  );
  const minutes = [30, 20, 15, 10, 6, 5].map((step) => `*/${step} * * * *`);
  it.each([...new Set([...hours, ...minutes])])("shows the schedule %j as it was written", async (cron) => {
    for (const timezone of [undefined, "Asia/Seoul", "America/Sao_Paulo"]) {
      const schedules = [{ cron, ...(timezone === undefined ? {} : { timezone }) }];
      expect(definition.scheduleProblem(schedules)).toBeUndefined();
      const { shown, status, unreadable } = await opened.make({ ...inputs, schedules });
      expect([definition.sameSchedules(schedules, shown["schedules"]), status, unreadable]).toEqual([
        true,
        "active",
        undefined,
      ]);
      const again = await opened.make({ ...inputs, schedules: shown["schedules"] ?? [] });
      expect(again.shown["schedules"]).toEqual(shown["schedules"]);
    }
  });

  it.each([
    { keepHourly: 24 },
    { keepDaily: 1 },
    { keepWeekly: 5, keepDaily: 0 },
    { keepHourly: 1, keepDaily: 2, keepWeekly: 3, keepMonthly: 4 },
  ])("shows the retention %j as it was written", async (retention) => {
    const { shown } = await opened.make({ ...inputs, retention });
    expect(definition.sameRetention(retention, shown["retention"])).toBe(true);
    expect(definition.sameRetention({ keepDaily: 99 }, shown["retention"])).toBe(false);
    expect(definition.sameRetention(undefined, shown["retention"])).toBe(false);
  });

  it("without a retention has none, and the user is told that this is not documented", async () => {
    const { retention: _, ...without } = inputs;
    const policy = await opened.make(without);
    expect(policy.shown).not.toHaveProperty("retention");
    expect(definition.warnings(without)).toEqual([
      expect.stringContaining("doesn't document what a job without a retention keeps"),
    ]);
    expect(definition.warnings(inputs)).toEqual([]);
    const [schedule] = held(policy.policyId).schedules;
    if (schedule !== undefined) schedule.retention = { hourly: 0, daily: 7, weekly: 0, monthly: 0 };
    expect((await opened.look(policy, without)).shown["retention"]).toEqual({ keepDaily: 7 });
  });

  it.each<[string, (id: string) => void, Record<string, unknown>]>([
    ["another name", (id) => Object.assign(held(id), { name: "weekly" }), { job: { ...job, name: "weekly" } }],
    [
      "a field of config",
      (id) => Object.assign(held(id).config, { root_path: "/srv" }),
      { job: { ...job, config: { ...job.config, root_path: "/srv" } } },
    ],
    [
      "an emptied field",
      (id) => Object.assign(held(id).config, { exclude: null }),
      { job: { ...job, config: { ...job.config, exclude: null } } },
    ],
    [
      "another server",
      (id) => Object.assign(held(id), { serverId: 7 }),
      { job: { ...job, compute: { type: "server", server_id: 7 } } },
    ],
    ["another storage", (id) => Object.assign(held(id).storage, { id: 72 }), { job: { ...job, storage: { id: 72 } } }],
    [
      "another encryption key",
      (id) => Object.assign(held(id), { encryptionKeyId: "key-2" }),
      { job: { ...job, encryptionKeyId: "key-2" } },
    ],
    [
      "no encryption key",
      (id) => Object.assign(held(id), { encryptionKeyId: null }),
      { job: { ...job, encryptionKeyId: undefined } },
    ],
    [
      "another schedule",
      (id) => Object.assign(held(id).schedules[0] ?? {}, { frequency: 12 }),
      { schedules: [{ cron: "0 3,15 * * *", timezone: "Europe/Lisbon" }] },
    ],
    [
      "another retention",
      (id) => Object.assign(held(id).schedules[0]?.retention ?? {}, { daily: 3 }),
      { retention: { keepDaily: 3, keepMonthly: 12 } },
    ],
    [
      "a retention that was taken away",
      (id) => Object.assign(held(id).schedules[0]?.retention ?? {}, { daily: 0, monthly: 0 }),
      { retention: { keepHourly: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0 } },
    ],
    ["no schedule", (id) => held(id).schedules.splice(0), { schedules: [], retention: undefined }],
  ])("shows that somebody gave it %s", async (_what, drift, shows) => {
    const policy = await opened.make(inputs);
    drift(policy.policyId);
    const { shown } = await opened.look(policy, inputs);
    expect(shown).toEqual({ ...policy.shown, ...shows });
    const isSame = [
      definition.sameSchedules(inputs.schedules, shown["schedules"]),
      definition.sameRetention(inputs.retention, shown["retention"]),
    ];
    expect(isSame.every(Boolean)).toBe("job" in shows);
  });

  it.each<[string, (id: string) => void]>([
    ["fields that the user never wrote", (id) => Object.assign(held(id).config, { use_sudo: true, retries: 3 })],
    ["numbers as texts", (id) => Object.assign(held(id).config, { compression_level: "6" })],
    ["other line ends", (id) => Object.assign(held(id).config, { exclude: "node_modules\r\n.cache\r\n" })],
    ["more of its storage", (id) => Object.assign(held(id).storage, { name: "s3", bucket: "b" })],
    ["its storage in another form", (id) => Object.assign(held(id), { storage: { storage_id: 71 } })],
    ["no storage", (id) => Object.assign(held(id), { storage: null })],
  ])("shows nothing new where the platform shows %s", async (_what, change) => {
    const policy = await opened.make(inputs);
    change(policy.policyId);
    expect(await opened.look(policy, inputs)).toEqual(policy);
  });

  it("shows all that compares where nothing was written", async () => {
    const { policyId } = await opened.make(inputs);
    const { recipeId: _, ...shown } = job;
    expect((await opened.look({ segments: [policyId] }, {})).shown).toEqual({
      job: { ...shown },
      schedules: inputs.schedules,
      retention: inputs.retention,
    });
  });

  it("says what it can't tell in a user's words", async () => {
    const policy = await opened.make({ ...inputs, schedules: [{ cron: "0 3 * * *" }, { cron: "0 * * * *" }] });
    const [first, second] = held(policy.policyId).schedules;
    Object.assign(first?.retention ?? {}, { daily: 8 });
    const differing = await opened.look(policy, inputs);
    expect(differing.unreadable).toEqual([
      expect.stringContaining("(0 hourly, 8 daily, 0 weekly, 12 monthly; 0 hourly, 7 daily, 0 weekly, 12 monthly)"),
    ]);
    expect(differing.shown).not.toHaveProperty("retention");
    Object.assign(first?.retention ?? {}, { daily: 7 });
    Object.assign(second ?? {}, { frequency: 8 });
    const unknown = await opened.look(policy, inputs);
    expect(unknown.unreadable).toEqual([expect.stringContaining("unknown schedule: frequency 8")]);
    expect(unknown.shown).not.toHaveProperty("schedules");
  });

  it("is active only where each of its schedules is", async () => {
    const policy = await opened.make({ ...inputs, schedules: [{ cron: "0 3 * * *" }, { cron: "0 * * * *" }] });
    Object.assign(held(policy.policyId).schedules[1] ?? {}, { status: "paused" });
    expect(await opened.look(policy, inputs)).toMatchObject({ status: "unknown", platformStatus: "paused" });
    held(policy.policyId).schedules.splice(0);
    expect((await opened.look(policy, inputs)).status).toBe("unknown");
  });

  it.each(["both", "links", "meta"] as const)("is found among many pages that lead on by %s", async (paging) => {
    state.pageCap = 2;
    state.paging = paging;
    const policy = await opened.make(inputs);
    for (let index = 0; index < 7; index += 1) state.addJob({ name: index === 6 ? "nightly" : `other-${index}` });
    const found = await opened.policies.find(inputs, opened.scope());
    expect(found.map(({ policyId }) => policyId)).toContain(policy.policyId);
    expect(found).toHaveLength(2);
    state.removeJob(policy.policyId);
    expect((await opened.policies.observe(policy, inputs, opened.scope())).outcome).toBe("gone");
  });

  it("is not looked for at another address, and not taken for gone", async () => {
    const policy = await opened.make(inputs);
    Object.assign(state, { pageCap: 1, paging: "links", nextOrigin: "http://127.0.0.1:1" });
    await expect(opened.policies.observe(policy, inputs, opened.scope())).rejects.toMatchObject({
      kind: "unexpectedAnswer",
      message: "[snapshooter] list jobs: the list continues at another address, to which the token is not sent",
    });
  });
});

describe("the body of a create", () => {
  let server: ApiServer;
  beforeEach(async () => {
    server = await startApiServer();
  });
  afterEach(() => server.close());

  const create = async (given: Readonly<Record<string, JsonValue>>) => {
    const clock = fakeClock();
    const connection: Connection = {
      name: "snapshooter",
      platform: "snapshooter",
      fields: { token: "t0ken", url: `${server.url}/v1` },
      secrets: ["t0ken"],
      fromConfig: true,
    };
    const jobs = openPlatform(connection, { clock, random: () => 0.5 }).policies?.["job"];
    return jobs?.create(given, { deadlineMs: clock.now() + 60_000, announce: () => undefined });
  };

  it("has no field of a retention that isn't there, and none that the user left out", async () => {
    server.plan({ status: 201, body: { data: shownJob("j") } });
    const { encryptionKeyId: _, ...bare } = job;
    await create({ job: bare, schedules: [{ cron: "0 3 * * *" }] });
    expect(JSON.parse(server.arrived[0]?.body ?? "")).toEqual({
      name: "nightly",
      recipe_id: 1,
      config: job.config,
      compute: job.compute,
      storage: job.storage,
      schedules: [{ order: 1, timezone: "UTC", frequency: "h24", run_offset: 3 }],
    });
  });

  it("stays out of what an error says, but for the names of fields", async () => {
    const secret = "hunter2-hunter2";
    server.plan({
      status: 422,
      body: {
        message: `The password ${secret} is too short.`,
        errors: { "config.password": [`The password ${secret} is too short.`], "storage.key": ["k3y-k3y is unknown"] },
      },
    });
    const given = { ...inputs, job: { ...job, config: { password: secret }, storage: { key: "k3y-k3y" } } };
    const error = await create(given).catch((thrown: Error) => thrown);
    expect(String(error)).toContain("config.password: The password [secret] is too short.");
    expect(String(error)).toContain("storage.key: [secret] is unknown");
    expect(`${error} ${(error as Error).stack}`).not.toMatch(/hunter2|k3y/);
  });

  it("that the platform can't express is not sent", async () => {
    const error = await create({ ...inputs, schedules: [{ cron: "0 */8 * * *" }] }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ kind: "invalid", executed: "no" });
    expect(server.arrived).toEqual([]);
  });

  it("may be answered in any of the forms in which a job is shown", async () => {
    const form = shownJob("j");
    const variants: [object, object][] = [
      [{ compute: { server: { id: 9362 } } }, { compute: job.compute }],
      [{ compute: null, compute_type: null }, { compute: job.compute }],
      [
        { compute: { type: "serverless" }, compute_type: "server" },
        { compute: { type: "serverless", server_id: 9362 } },
      ],
      [{ config: [] }, { config: job.config }],
      [{ config: { root_path: { value: "•••", label: "l", type: "password" } } }, { config: job.config }],
      [{ recipe_id: 2 }, { recipeId: 2 }],
      [{ encryption_key_id: 12 }, { encryptionKeyId: "12" }],
      [{ name: null }, {}],
    ];
    for (const [change, shows] of variants) {
      server.plan({ status: 201, body: { data: { ...form, ...change } } });
      expect((await create(inputs))?.shown["job"]).toEqual({ ...job, ...shows });
    }
    const { schedules, retention } = inputs;
    server.plan({ status: 201, body: { data: { id: "j" } } });
    expect(await create(inputs)).toEqual({
      policyId: "j",
      segments: ["j"],
      status: "unknown",
      shown: { job, schedules, retention },
    });
    const [schedule] = form.schedules;
    server.plan({ status: 201, body: { data: { ...form, schedules: [{ ...schedule, retention: null }] } } });
    expect(await create(inputs)).toMatchObject({ status: "active", shown: { schedules, retention } });
    server.plan({ status: 201, body: { data: { id: "j", schedules: [{ frequency: "h24" }] } } });
    expect((await create(inputs))?.unreadable).toEqual([expect.stringContaining("documents don't describe")]);
  });
});

describe("the argument job", () => {
  const problem = (given: unknown) => {
    const issue = definition.schema.safeParse(given).error?.issues[0];
    return issue && `${issue.path.join(".")}: ${issue.message}`;
  };

  it.each<[string, unknown, RegExp]>([
    ["no object", "nightly", /^: must be an object: the job, such as/],
    ["no name", { ...job, name: undefined }, /^name: must be text/],
    ["an empty name", { ...job, name: "" }, /^name: must not be empty/],
    ["a recipe's slug", { ...job, recipeId: "file-backups" }, /^recipeId: must be a whole number/],
    ["no config", { ...job, config: undefined }, /^config: must be an object with SnapShooter's own names/],
    ["a list as storage", { ...job, storage: [71] }, /^storage: must be an object/],
    ["an unknown argument", { ...job, scheduels: [] }, /^: unknown argument "scheduels"; remove it\. It knows "name",/],
    ["an empty key id", { ...job, encryptionKeyId: "" }, /^encryptionKeyId: must not be empty/],
    ["a proxy's name", { ...job, proxyId: "p" }, /^proxyId: must be a whole number/],
  ])("with %s is refused with what to write", (_what, given, says) => {
    expect(problem(given)).toMatch(says);
  });

  it("never shows a value of config, compute or storage in what it says", () => {
    expect(problem({ ...job, config: { password: () => "hunter2" } })).not.toMatch(/hunter2/);
  });

  it("tells schedules and retentions that can't be expressed, with the nearest", () => {
    expect(definition.scheduleProblem([{ cron: "0 */8 * * *" }])).toContain("every 6 or every 12 hours");
    expect(definition.retentionProblem({ keepLast: 5 })).toContain("the nearest is keepDaily: 5");
  });
});
