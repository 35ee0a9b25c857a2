import { seed, startEmulator } from "../../emulator";
import { UNKNOWN } from "../../provider/model/unknown";
import { checkPolicy } from "../../provider/resources/backup-policy/check";
import { diffPolicy } from "../../provider/resources/backup-policy/diff";
import type { Properties } from "../../provider/resources/host";

const nowMs = Date.UTC(2026, 10, 21, 2, 30);
let environment: Record<string, string | undefined>;
beforeAll(async () => {
  const emulator = await startEmulator();
  environment = { ...emulator.environment };
  await emulator.close();
});

function check(news: Properties, olds: Properties = {}, atMs = nowMs) {
  return checkPolicy(olds, news, { config: () => undefined, environment }, atMs);
}

function refusals(news: Properties, olds?: Properties): string[] {
  return check(news, olds).failures.map(({ property, reason }) => `${property}: ${reason}`);
}

const schedules = [{ cron: "0 3 * * *" }];
const app = { platform: "discloud", appId: seed.discloud.appId, schedules };
const volume = { platform: "scp", volumeId: seed.scp.volumeId, schedules };
const job = {
  platform: "snapshooter",
  job: { name: "nightly", recipeId: 7, config: {}, compute: {}, storage: {} },
  schedules,
  retention: { keepDaily: 7 },
};
const seoul = (cron: string, kind?: string) => ({
  cron,
  timezone: "Asia/Seoul",
  ...(kind === undefined ? {} : { kind }),
});
const server = {
  platform: "scp",
  serverId: seed.scp.serverId,
  name: "nightly",
  schedules: [seoul("0 3 * * 0")],
  retention: { keepWithin: "14d" },
};
const files = {
  platform: "scp",
  fileVolumeId: seed.scp.fileVolumeId,
  schedules: [seoul("0 3 * * *")],
  retention: { keepLast: 7 },
};

describe("what a platform can't express is refused with the nearest that it can", () => {
  it.each<[string, Properties, string, RegExp]>([
    [
      "8-hourly on SnapShooter",
      { ...job, schedules: [{ cron: "0 */8 * * *" }] },
      "schedules",
      /every 6 or every 12 hours/,
    ],
    [
      "every 7 minutes on SnapShooter",
      { ...job, schedules: [{ cron: "*/7 * * * *" }] },
      "schedules",
      /every 6 or every 10 min/,
    ],
    [
      "half past three on SnapShooter",
      { ...job, schedules: [{ cron: "30 3 * * *" }] },
      "schedules",
      /"0 3 \* \* \*" or "0 4 \* \* \*"/,
    ],
    [
      "weekly on SnapShooter",
      { ...job, schedules: [{ cron: "0 3 * * 1" }] },
      "schedules",
      /no weekly .* "0 3 \* \* \*"/,
    ],
    [
      "every 5 minutes on SCP",
      { ...server, schedules: [seoul("*/5 * * * *")] },
      "schedules",
      /one full and at most six/,
    ],
    [
      "hour 0 on SCP",
      { ...server, schedules: [seoul("0 0 * * *")] },
      "schedules",
      /from 01:00 to 23:30, the nearest is "0 1 /,
    ],
    [
      "seven incrementals",
      {
        ...server,
        schedules: [
          seoul("0 1 * * 0"),
          ...[2, 3, 4, 5, 6, 7, 8].map((hour) => seoul(`0 ${hour} * * *`, "incremental")),
        ],
      },
      "schedules",
      /7 incremental backups .* leave 1 out/,
    ],
    [
      "no full",
      { ...server, schedules: [seoul("0 3 * * *", "incremental")] },
      "schedules",
      /no full backup: .*kind: "full"/,
    ],
    [
      "a zone with clock changes on a server backup",
      { ...server, schedules: [{ cron: "0 3 * * 0", timezone: "Europe/Lisbon" }] },
      "schedules",
      /write timezone: "Asia\/Seoul"/,
    ],
    [
      "a zone with clock changes on File Storage",
      { ...files, schedules: [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }] },
      "schedules",
      /write timezone: "Asia\/Seoul"/,
    ],
    [
      "a retention that an app host lacks",
      { ...app, retention: { keepLast: 3 } },
      "retention",
      /Discloud has none: .*no delete/,
    ],
    ["a rule that SnapShooter lacks", { ...job, retention: { keepYearly: 1 } }, "retention", /keepMonthly: 12/],
    [
      "a period that SCP lacks",
      { ...server, retention: { keepWithin: "20d" } },
      "retention",
      /nearest is "14d" .* or "31d"/,
    ],
    ["more than File Storage keeps", { ...files, retention: { keepLast: 129 } }, "retention", /128/],
    [
      "kind where nothing has it",
      { ...volume, schedules: [{ cron: "0 3 * * *", kind: "full" }] },
      "schedules",
      /remove kind/,
    ],
  ])("%s", (_title, args, property, reason) => {
    expect(refusals(args)).toEqual([expect.stringMatching(new RegExp(`^${property}: `))]);
    expect(refusals(args)[0]).toMatch(reason);
  });
});

describe("what is missing or too much is refused by name and with the remedy", () => {
  it.each<[string, Properties, RegExp]>([
    ["no platform", { schedules }, /^platform: missing: name the platform/],
    [
      "no target",
      { platform: "virtus", schedules },
      /^appId: missing: name what the policy on Virtus Cloud is for with appId or databaseId/,
    ],
    [
      "two targets",
      { platform: "virtus", appId: "a", databaseId: "d", schedules },
      /^databaseId: give appId or databaseId, not both/,
    ],
    ["no schedules", { platform: "discloud", appId: "1" }, /^schedules: missing: .* such as schedules: \[\{ cron:/],
    ["empty schedules", { ...app, schedules: [] }, /^schedules: must name at least one schedule/],
    ["seconds in cron", { ...app, schedules: [{ cron: "0 0 3 * * *" }] }, /^schedules: 0\.cron: .*five/],
    ["@reboot", { ...app, schedules: [{ cron: "@reboot" }] }, /^schedules: 0\.cron: /],
    [
      "an unknown zone",
      { ...app, schedules: [{ cron: "0 3 * * *", timezone: "Lisbon" }] },
      /^schedules: 0\.timezone: /,
    ],
    ["schedules where it is only watched", { ...app, platform: "dscloud" }, /^schedules: .*only watches/],
    [
      "no retention on a server backup",
      { ...server, retention: undefined as never },
      /^retention: missing: .*always prunes.*"14d"/,
    ],
    ["no retention on File Storage", { ...files, retention: undefined as never }, /^retention: missing: .*1 to 128/],
    ["an empty retention", { ...volume, retention: {} }, /^retention: /],
    ["only zeros", { ...volume, retention: { keepDaily: 0 } }, /^retention: /],
    [
      "a negative count",
      { ...volume, retention: { keepDaily: -1 } },
      /^retention: keepDaily: must be a whole number, 0 or more/,
    ],
    [
      "a fraction",
      { ...volume, retention: { keepDaily: 1.5 } },
      /^retention: keepDaily: must be a whole number, 0 or more/,
    ],
    ["a bare m", { ...app, maxAge: "3m" }, /^maxAge: .*"3min" for minutes or "3mo" for months/],
    ["onStale without maxAge", { ...app, onStale: "fail" }, /^onStale: needs maxAge/],
    ["an argument of another target", { ...volume, adopt: true }, /^adopt: goes with fileVolumeId only/],
    ["no name on a server backup", { ...server, name: undefined as never }, /^name: missing/],
    [
      "an unknown argument",
      { ...app, cron: "0 3 * * *" },
      /^cron: unknown argument "cron" on Discloud; remove it\. It knows /,
    ],
    ["an argument of another platform", { ...app, databaseId: "d" }, /^databaseId: .*exists on Virtus Cloud/],
    ["a job without its parts", { ...job, job: { name: "x" } }, /^job: recipeId: /],
  ])("%s", (_title, args, expected) => {
    const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as Properties;
    expect(refusals(given)[0]).toMatch(expected);
  });

  it("accepts each target with what it needs", () => {
    const watched = { platform: "dscloud", appId: seed.dscloud.appId, maxAge: "26h", onStale: "fail" };
    for (const args of [app, volume, job, server, files, watched]) expect(refusals(args)).toEqual([]);
  });
});

describe("dueAt", () => {
  const dueAt = (news: Properties, olds: Properties = {}, atMs = nowMs) => check(news, olds, atMs).inputs["dueAt"];

  it("is the latest scheduled time that has passed, in the schedule's own zone", () => {
    expect(dueAt(app)).toBe("2026-11-20T03:00:00.000Z");
    expect(dueAt(app, {}, nowMs + 30 * 60_000)).toBe("2026-11-21T03:00:00.000Z");
    expect(dueAt({ ...app, schedules: [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }] })).toBe(
      "2026-11-20T18:00:00.000Z",
    );
    expect(dueAt({ ...app, schedules: [...schedules, { cron: "0 12 * * *" }] })).toBe("2026-11-20T12:00:00.000Z");
  });

  it("is always computed, whatever the inputs say, and is unknown while the schedules are", () => {
    expect(dueAt({ ...app, dueAt: "2020-01-01T00:00:00.000Z" })).toBe("2026-11-20T03:00:00.000Z");
    expect(dueAt({ ...app, schedules: UNKNOWN })).toBe(UNKNOWN);
    expect(dueAt({ ...app, schedules: [{ cron: UNKNOWN }] })).toBe(UNKNOWN);
  });

  it("stays while the policy is suspended, and where another machine's clock was ahead of this one", () => {
    const held = { dueAt: "2026-11-19T03:00:00.000Z" };
    expect(dueAt({ ...app, suspended: true }, held)).toBe(held.dueAt);
    expect(dueAt({ ...app, suspended: true })).toBeUndefined();
    expect(dueAt(app, { dueAt: "2026-11-21T03:00:00.000Z" })).toBe("2026-11-21T03:00:00.000Z");
    expect(dueAt(app, held)).toBe("2026-11-20T03:00:00.000Z");
  });

  it("exists only where pulumi up runs the policy", () => {
    for (const args of [job, server, files]) expect(dueAt(args)).toBeUndefined();
  });
});

describe("what a user is told at preview", () => {
  const warnings = (news: Properties, olds?: Properties) => check(news, olds).warnings;

  it("names a time that a clock change skips or repeats, once", () => {
    const lisbon = { ...app, schedules: [{ cron: "30 1 * * *", timezone: "Europe/Lisbon" }] };
    expect(warnings(lisbon)).toEqual([
      expect.stringMatching(/"30 1 \* \* \*" in Europe\/Lisbon: .*skipped.*shown twice/),
    ]);
    expect(warnings(lisbon, check(lisbon).inputs)).toEqual([]);
  });

  it("says that maxAge is shorter than the longest time between two runs", () => {
    expect(warnings({ ...app, maxAge: "20h" })).toEqual([
      expect.stringMatching(/^maxAge 20h is shorter than .*, 24 h/),
    ]);
    expect(warnings({ ...app, maxAge: "26h" })).toEqual([]);
  });

  it("says what suspended does not reach, and what a platform leaves open", () => {
    expect(warnings({ ...job, suspended: true })).toEqual([
      expect.stringMatching(/^suspended: SnapShooter continues to run/),
    ]);
    expect(warnings(server)).toEqual([expect.stringMatching(/documents no time zone/)]);
    const { retention: _retention, ...unpruned } = job;
    expect(warnings(unpruned)).toEqual([
      expect.stringMatching(/doesn't document what a job without a retention keeps/),
    ]);
  });
});

describe("equal meaning is no difference", () => {
  const state = (args: Properties): Properties => ({ ...check(args).inputs, snapshots: [usable], pruneQueue: [] });
  const usable = {
    id: "1",
    status: "available",
    slot: "2026-11-20T03:00:00.000Z",
    createdAt: "2026-11-20T03:00:01.000Z",
  };
  const changes = (olds: Properties, news: Properties) => diffPolicy(olds, check(news, olds).inputs, nowMs);

  it.each<[string, Properties, Properties]>([
    [
      "a step and a list",
      { ...job, schedules: [{ cron: "0 */6 * * *" }] },
      { ...job, schedules: [{ cron: "0 0,6,12,18 * * *" }] },
    ],
    ["UTC left out", job, { ...job, schedules: [{ cron: "0 3 * * *", timezone: "UTC" }] }],
    [
      "an alias of a zone",
      { ...server, schedules: [seoul("0 3 * * 0")] },
      { ...server, schedules: [{ cron: "0 3 * * SUN", timezone: "ROK" }] },
    ],
    ["full left out", server, { ...server, schedules: [seoul("0 3 * * 7", "full")] }],
    ["weeks and days", server, { ...server, retention: { keepWithin: "2w" } }],
    ["another zone on File Storage", files, { ...files, schedules: [{ cron: "0 18 * * *" }] }],
    [
      "a count of zero",
      { ...volume, retention: { keepDaily: 7 } },
      { ...volume, retention: { keepDaily: 7, keepWeekly: 0 } },
    ],
  ])("%s", (_title, before, after) => {
    const isPlatform = before["volumeId"] === undefined;
    const olds = isPlatform ? check(before).inputs : state(before);
    expect(changes(olds, after)).toEqual({ changes: false });
  });

  it("is a difference where a run would not be the same", () => {
    expect(changes(state(volume), { ...volume, retention: { keepDaily: 7 } })).toEqual({ replaces: [] });
    expect(changes(check(server).inputs, { ...server, retention: { keepWithin: "31d" } })).toEqual({ replaces: [] });
    expect(changes(check(files).inputs, { ...files, fileVolumeId: "another" })).toEqual({ replaces: ["fileVolumeId"] });
    expect(changes(state(volume), { ...job })).toEqual({ replaces: ["platform"] });
  });

  it("waits for what is not known yet", () => {
    expect(changes(state(volume), { ...volume, retention: { keepDaily: UNKNOWN } })).toEqual({ replaces: [] });
    expect(refusals({ ...job, schedules: UNKNOWN, retention: UNKNOWN })).toEqual([]);
    expect(refusals({ ...job, job: { ...job.job, recipeId: UNKNOWN, config: { root_path: UNKNOWN } } })).toEqual([]);
    expect(refusals({ ...volume, retention: { keepDaily: UNKNOWN }, schedules: [{ cron: UNKNOWN }] })).toEqual([]);
  });
});
