import { definitions } from "../../provider/platforms";
import type { Fate } from "../../provider/resources/backup-policy/forecast";
import type { Properties } from "../../provider/resources/host";
import type { GatheredTarget, Listed, Problem } from "../../provider/resources/report/gather";
import { isWhole, joinReport, spanOf } from "../../provider/resources/report/join";
import type { ReportStack } from "../../provider/resources/report/model";
import { type SlotSnapshot, slotsWithout } from "../../provider/resources/report/slots";
import type { StackResource } from "../../provider/resources/stack";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const nowMs = Date.parse("2026-11-21T20:00:00Z");
const at = (text: string) => Date.parse(`2026-11-${text}Z`);
const iso = (ms: number) => new Date(ms).toISOString();
const prod: ReportStack = { name: "prod", problem: null };

const urnOf = (name: string, type: string) => `urn:pulumi:prod::shop::pulumi-nodejs:dynamic/snapshots:${type}::${name}`;

function snapshotIn(name: string, id: string, outputs: Properties = {}): StackResource {
  return { urn: urnOf(name, "Snapshot"), resource: "Snapshot", id, outputs };
}

function policyIn(name: string, id: string, outputs: Properties): StackResource {
  return {
    urn: urnOf(name, "BackupPolicy"),
    resource: "BackupPolicy",
    id,
    outputs: { createdAt: "2020-01-01T00:00:00.000Z", ...outputs },
  };
}

const listed = (id: string, createdMs: number | undefined, status = "available"): Listed["snapshots"][number] => ({
  snapshotId: id,
  segments: [id],
  status: status as "available",
  ...(createdMs === undefined ? {} : { createdAt: iso(createdMs) }),
  details: {},
});

interface Given {
  readonly platform?: keyof typeof definitions;
  readonly kind?: string;
  readonly snapshots?: Listed["snapshots"];
  readonly problem?: string;
  readonly resources?: readonly StackResource[];
  readonly fate?: Fate | Problem;
}

function gathered({
  platform = "virtus",
  kind = "app",
  snapshots = [],
  problem,
  resources = [],
  fate,
}: Given): GatheredTarget {
  const list = problem === undefined ? { snapshots, atMs: nowMs } : { problem };
  return {
    definition: definitions[platform],
    kind,
    id: "1",
    list,
    parts: resources.map((resource) => ({ stack: "prod", resource })),
    policies: resources
      .filter(({ resource }) => resource === "BackupPolicy")
      .map((resource) => ({ stack: "prod", resource, fate: fate ?? { kept: [], going: [] } })),
  };
}

function joined(given: Given, stacks: readonly ReportStack[] = [prod]) {
  const report = joinReport([{ targets: [gathered(given)], problems: [] }], stacks, [], nowMs);
  const [target] = report.targets;
  if (target === undefined) throw new Error("a target is shown");
  return { report, target };
}

const fatesOf = (given: Given, stacks?: readonly ReportStack[]) =>
  Object.fromEntries(joined(given, stacks).target.snapshots.map(({ snapshotId, fate }) => [snapshotId, fate]));

describe("what becomes of a snapshot", () => {
  const first = listed("a", nowMs - DAY_MS);

  it.each<[string, Given, string]>([
    ["nobody manages", { snapshots: [first] }, "untracked"],
    ["a Snapshot manages", { snapshots: [first], resources: [snapshotIn("s", "virtus/app/1/x/a")] }, "kept"],
    [
      "a policy holds",
      {
        snapshots: [first],
        resources: [
          policyIn("p", "virtus/app/1/policy/0a", {
            platform: "virtus",
            appId: "1",
            snapshots: [{ id: "a", status: "available" }],
          }),
        ],
      },
      "kept",
    ],
    [
      "a policy deletes next",
      {
        snapshots: [first],
        resources: [policyIn("p", "virtus/app/1/policy/0a", { platform: "virtus", appId: "1" })],
        fate: { kept: [], going: [{ id: "a", because: "not kept by keepLast: 1" }] },
      },
      "going",
    ],
    [
      "a policy did not make",
      {
        snapshots: [first],
        resources: [policyIn("p", "virtus/app/1/policy/0a", { platform: "virtus", appId: "1" })],
        fate: { kept: [{ id: "a", because: "not owned by this policy" }], going: [] },
      },
      "untracked",
    ],
    [
      "a policy watches",
      {
        snapshots: [first],
        resources: [policyIn("p", "virtus/app/1/policy/0a", { platform: "virtus", appId: "1" })],
        fate: { kept: [{ id: "a", because: "only watched: whoever takes it decides" }], going: [] },
      },
      "kept",
    ],
    ["the platform calls failed", { snapshots: [listed("a", nowMs - DAY_MS, "failed")] }, "failed"],
    [
      "a check found broken",
      {
        snapshots: [first],
        resources: [snapshotIn("s", "virtus/app/1/x/a", { verify: "archive", brokenBecause: "no zip" })],
      },
      "failed",
    ],
    [
      "was not checked yet",
      { snapshots: [first], resources: [snapshotIn("s", "virtus/app/1/x/a", { verify: "archive" })] },
      "unfinished",
    ],
    [
      "a watching policy found broken",
      {
        snapshots: [first],
        resources: [
          policyIn("p", "virtus/app/1/policy/0a", {
            platform: "virtus",
            appId: "1",
            verify: "archive",
            verdicts: [{ id: "a", status: "failed", brokenBecause: "no zip" }],
          }),
        ],
      },
      "failed",
    ],
    ["still runs", { snapshots: [listed("a", nowMs - 60_000, "running")] }, "unfinished"],
    ["no answer explains", { snapshots: [listed("a", undefined, "unknown")] }, "unfinished"],
    [
      "is only in the state",
      {
        resources: [
          snapshotIn("s", "virtus/app/1/x/a", { snapshotId: "a", createdAt: iso(nowMs - DAY_MS), status: "available" }),
        ],
      },
      "unlisted",
    ],
    [
      "a late list may not show yet",
      {
        resources: [
          snapshotIn("s", "virtus/app/1/x/a", {
            snapshotId: "a",
            createdAt: iso(nowMs - 600_000),
            status: "available",
          }),
        ],
      },
      "kept",
    ],
  ])("that %s", (_what, given, fate) => {
    expect(fatesOf(given)).toEqual({ a: fate });
  });

  it("that no stack was read for is listed, and one that is gone is not shown", () => {
    expect(fatesOf({ snapshots: [first, listed("b", nowMs, "gone")] }, [])).toEqual({ a: "listed" });
  });

  it("whose request has no result yet is shown as such", () => {
    const pending = snapshotIn("s", "virtus/app/1/pending/2026-11-21T03:00:00.000Z");
    expect(joined({ resources: [pending] }).target.snapshots).toMatchObject([
      { status: "pending", fate: "unfinished", because: expect.stringContaining("2026-11-21T03:00:00.000Z") },
    ]);
  });

  it("bears the time that a state knows, when it was verified, and who manages it", () => {
    const verifiedAt = "2026-11-20T04:00:00.000Z";
    const createdAt = "2026-11-20T03:00:00.000Z";
    const checked = { verify: "archive", verifiedAt, verifiedBytes: 1 };
    const resource = snapshotIn("s", "discloud/app/1/20261120-030000", { createdAt, ...checked });
    const given: Given = {
      platform: "discloud",
      snapshots: [listed("20261120-030000", undefined)],
      resources: [resource],
    };
    expect(joined(given).target.snapshots).toMatchObject([
      { resourceId: "discloud/app/1/20261120-030000", createdAt, verifiedAt, managedBy: [resource.urn] },
    ]);
  });
});

describe("freshness", () => {
  const policy = (more: Properties = {}) =>
    policyIn("p", "virtus/app/1/policy/0a", { platform: "virtus", appId: "1", maxAge: "26h", ...more });

  it.each<[string, Given, string]>([
    ["a young one", { snapshots: [listed("a", nowMs - 20 * HOUR_MS)], resources: [policy()] }, "fresh"],
    ["an old one", { snapshots: [listed("a", nowMs - 30 * HOUR_MS)], resources: [policy()] }, "stale"],
    ["none", { resources: [policy()] }, "stale"],
    [
      "a young one that failed",
      { snapshots: [listed("a", nowMs - HOUR_MS, "failed")], resources: [policy()] },
      "stale",
    ],
    ["one without a time", { snapshots: [listed("a", undefined)], resources: [policy()] }, "stale"],
    ["a target that can't be read", { problem: "HTTP 500", resources: [policy()] }, "unknown"],
    ["a suspended policy", { resources: [policy({ suspended: true })] }, "unjudged"],
    ["no maxAge", { snapshots: [listed("a", nowMs)] }, "unjudged"],
  ])("of %s", (_what, given, freshness) => {
    expect(joined(given).target.freshness).toBe(freshness);
  });

  it("of a policy run by its platform is not evaluated from snapshots of unknown origin", () => {
    const job = policyIn("p", "snapshooter/job/1", { platform: "snapshooter", job: { name: "j" }, maxAge: "26h" });
    const given: Given = { platform: "snapshooter", kind: "job", snapshots: [listed("a", nowMs)], resources: [job] };
    expect(joined({ ...given, fate: { problem: "HTTP 500" } }).target.freshness).toBe("unknown");
    expect(joined({ ...given, fate: { kept: [{ id: "a", because: "kept" }], going: [] } }).target.freshness).toBe(
      "fresh",
    );
  });
});

it("is whole only where everything could be read", () => {
  expect(isWhole(joined({}).report)).toBe(true);
  expect(isWhole(joined({ problem: "HTTP 500" }).report)).toBe(false);
  expect(joined({ problem: "HTTP 500" }).target).toMatchObject({ problem: "HTTP 500", snapshots: [] });
  const policy = policyIn("p", "virtus/app/1/policy/0a", { platform: "virtus", appId: "1" });
  expect(isWhole(joined({ resources: [policy], fate: { problem: "HTTP 500" } }).report)).toBe(false);
  expect(isWhole(joined({}, [{ name: "prod", problem: "no such stack" }]).report)).toBe(false);
});

describe("the scheduled times without a snapshot", () => {
  const daily = { schedules: [{ cron: "0 3 * * *" }], createdAt: "2026-11-14T12:00:00.000Z" };
  const taken = (text: string, more: Partial<SlotSnapshot> = {}): SlotSnapshot => ({
    isUsable: true,
    createdMs: at(text),
    slotMs: undefined,
    isOwn: true,
    ...more,
  });
  const all = ["15", "16", "17", "18", "19", "20", "21"].map((day) => taken(`${day}T03:01:00`));
  const slots = (
    outputs: Properties,
    snapshots: readonly SlotSnapshot[],
    platform: keyof typeof definitions = "scp",
    runBy: "up" | "platform" | "watched" = "up",
  ) =>
    slotsWithout(definitions[platform], runBy, outputs, snapshots, nowMs - 30 * DAY_MS, nowMs).map(
      ({ at: slot, state }) => `${slot.slice(8, 10)} ${state}`,
    );

  it("are none where each has one, and none before the policy was made", () => {
    expect(slots(daily, all)).toEqual([]);
  });

  it("are due until the next has come, and missed then", () => {
    expect(slots(daily, all.slice(0, -1))).toEqual(["21 due"]);
    expect(slots(daily, all.slice(0, -2))).toEqual(["20 missed", "21 due"]);
  });

  it("are settled by a late one, and by what the state says, not by one that is not usable", () => {
    const others = all.filter((_, index) => index !== 3);
    expect(slots(daily, [...others, taken("18T23:00:00")])).toEqual([]);
    expect(
      slots(daily, [...others, taken("19T02:00:00", { createdMs: undefined, slotMs: at("18T03:00:00") })]),
    ).toEqual([]);
    expect(slots(daily, [...others, taken("18T03:01:00", { isUsable: false })])).toEqual(["18 missed"]);
  });

  it("are settled by somebody else's only where nothing tells whose it is", () => {
    const foreign = [...all.slice(0, 6), taken("21T03:01:00", { isOwn: false })];
    expect(slots(daily, foreign, "scp")).toEqual(["21 due"]);
    expect(slots(daily, foreign, "virtus")).toEqual([]);
  });

  it("are not those whose snapshot the retention would have deleted by now", () => {
    const kept = { ...daily, retention: { keepDaily: 3 } };
    expect(slots(kept, all.slice(5))).toEqual(["19 missed"]);
    expect(slots({ ...daily, retention: { keepWeekly: 1 } }, all.slice(6))).toEqual([]);
  });

  it("are not older than the oldest listed where the platform deletes on its own", () => {
    expect(slots(daily, all.slice(4), "virtus")).toEqual([]);
    expect(slots(daily, all.slice(4), "scp")).toEqual(["15 missed", "16 missed", "17 missed", "18 missed"]);
  });

  it("are none of a policy that is suspended, only watches or has no schedule", () => {
    expect(slots({ ...daily, suspended: true }, [])).toEqual([]);
    expect(slots(daily, [], "scp", "watched")).toEqual([]);
    expect(slots({ createdAt: daily.createdAt }, [])).toEqual([]);
  });

  it("are the newest ones where there are very many", () => {
    const often = { schedules: [{ cron: "* * * * *" }], createdAt: "2020-01-01T00:00:00.000Z" };
    const found = slotsWithout(definitions.scp, "up", often, [], nowMs - 365 * DAY_MS, nowMs);
    expect(found.length).toBeLessThanOrEqual(1000);
    expect(found.at(-1)).toEqual({ at: iso(nowMs), state: "due" });
  });
});

it.each([
  [[], 30],
  [[1], 7],
  [[1, 8], 14],
  [[1, 400], 1095],
  [[...Array.from({ length: 30 }, (_, day) => day), 900], 30],
  [[9000], 9000],
])("shows most of the snapshots that are %j days old", (ages, days) => {
  const span = spanOf(
    ages.map((age) => nowMs - age * DAY_MS),
    nowMs,
  );
  expect((nowMs - span.fromMs) / DAY_MS).toBe(days);
  expect(span.toMs).toBeGreaterThan(nowMs);
});
