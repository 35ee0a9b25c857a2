import type { Report, ReportPolicy, ReportSnapshot, ReportTarget } from "../../provider";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const nowMs = Date.parse("2026-11-21T20:00:00.000Z");
const iso = (ms: number): string => new Date(ms).toISOString();
const ago = (ms: number): string => iso(nowMs - ms);

const urnOf = (name: string, type = "BackupPolicy"): string =>
  `urn:pulumi:prod::shop::pulumi-nodejs:dynamic/snapshots:${type}::${name}`;

function snapshot(id: string, ageMs: number | null, more: Partial<ReportSnapshot> = {}): ReportSnapshot {
  return {
    resourceId: `virtus/app/1/${id}`,
    snapshotId: id,
    createdAt: ageMs === null ? null : ago(ageMs),
    status: "available",
    sizeBytes: null,
    sizeText: null,
    fate: "kept",
    because: null,
    managedBy: [],
    verifiedAt: null,
    ...more,
  };
}

function policy(name: string, more: Partial<ReportPolicy> = {}): ReportPolicy {
  return {
    urn: urnOf(name),
    name,
    stack: "prod",
    runBy: "up",
    suspended: false,
    schedules: ["0 3 * * * Europe/Lisbon"],
    retention: null,
    maxAge: "26h",
    fresh: true,
    nextRuns: [iso(nowMs + 7 * HOUR_MS), iso(nowMs + 31 * HOUR_MS)],
    longestGapSeconds: 90_000,
    slots: [],
    problem: null,
    ...more,
  };
}

function target(more: Partial<ReportTarget>, days: number): ReportTarget {
  return {
    platform: "virtus",
    platformTitle: "Virtus Cloud",
    kind: "app",
    id: "1",
    stacks: ["prod"],
    problem: null,
    freshness: "fresh",
    lastSnapshotAt: ago(17 * HOUR_MS),
    maxAgeSeconds: 93_600,
    policies: [],
    snapshots: [],
    from: ago(days * DAY_MS),
    to: iso(nowMs + days * DAY_MS * 0.08),
    ...more,
  };
}

/** Report that contains everything a report can show. */
export function sampleReport(): Report {
  const nightly = Array.from({ length: 24 }, (_, day) =>
    snapshot(`b3d1f0c2-0000-4000-8000-${String(day).padStart(12, "0")}`, 17 * HOUR_MS + day * DAY_MS, {
      sizeBytes: Math.round((320 - day * 6 + (day % 5) * 4) * 2 ** 20),
      because: day === 0 ? "newest, daily 2026-11-21" : "nothing is pruned without a retention",
      managedBy: [urnOf("database-nightly")],
      verifiedAt: day % 4 === 0 ? ago(16 * HOUR_MS + day * DAY_MS) : null,
      ...(day === 9 ? { fate: "failed", status: "failed", because: "error", verifiedAt: null } : {}),
    }),
  );
  const volume = Array.from({ length: 9 }, (_, day) =>
    snapshot(
      `cceed636-1f1e-4bb0-b85c-${String(day).padStart(12, "0")}`,
      41 * HOUR_MS + day * DAY_MS + (day > 3 ? DAY_MS : 0),
      {
        sizeBytes: (104 + (day % 2)) * 2 ** 30,
        managedBy: [urnOf("volume-nightly")],
        because: `daily 2026-11-${String(20 - day).padStart(2, "0")}`,
        ...(day > 6 ? { fate: "going", because: "not kept by keepDaily: 7" } : {}),
      },
    ),
  );
  const hourly = Array.from({ length: 36 }, (_, hour) =>
    snapshot(`bk-${hour}`, 20 * 60_000 + hour * 4 * HOUR_MS, {
      sizeText: "3.4 GB",
      because: "SnapShooter runs the policy, and deletes by its own retention",
    }),
  );
  return {
    generatedAt: iso(nowMs),
    stacks: [
      { name: "prod", problem: null },
      {
        name: "acme/shop/staging",
        problem: "pulumi stack --stack acme/shop/staging failed: no stack named staging found",
      },
    ],
    targets: [
      target(
        {
          platform: "discloud",
          platformTitle: "Discloud",
          id: "1745338954955",
          freshness: "unjudged",
          maxAgeSeconds: null,
          lastSnapshotAt: ago(5 * DAY_MS),
          snapshots: [
            snapshot("20261116-200000", 5 * DAY_MS, {
              sizeBytes: 130_048,
              because: "managed by Snapshot before-release",
              managedBy: [urnOf("before-release", "Snapshot")],
            }),
            snapshot("20261118-090000", 2.4 * DAY_MS, { fate: "unfinished", status: "running", because: "running" }),
            snapshot("20261101-101010", 20.4 * DAY_MS, {
              fate: "unlisted",
              status: "unknown",
              because: "in the stack's state, and not in the platform's list",
              managedBy: [urnOf("spring", "Snapshot")],
            }),
            snapshot("20241207-190711", null, { sizeText: "127KB", fate: "untracked" }),
          ],
        },
        30,
      ),
      target(
        {
          platform: "dscloud",
          platformTitle: "DS Cloud",
          id: "wk4x8n2p",
          problem: "[dscloud] list backups of app wk4x8n2p: HTTP 403: your plan has no backups",
          freshness: "unknown",
          lastSnapshotAt: null,
          policies: [
            policy("watch-blog", {
              runBy: "watched",
              schedules: [],
              nextRuns: [],
              longestGapSeconds: null,
              fresh: null,
            }),
          ],
        },
        30,
      ),
      target(
        {
          platform: "scp",
          platformTitle: "Samsung Cloud Platform",
          kind: "volume",
          id: "3f500f00-ed80-4566-a057-e31760226f9a",
          freshness: "stale",
          lastSnapshotAt: ago(41 * HOUR_MS),
          policies: [
            policy("volume-nightly", {
              retention: "keepDaily: 7, maxDeletes: 5",
              fresh: false,
              slots: [
                { at: ago(4 * DAY_MS + 17 * HOUR_MS), state: "missed" },
                { at: ago(17 * HOUR_MS), state: "due" },
              ],
            }),
          ],
          snapshots: volume,
        },
        14,
      ),
      target(
        {
          platform: "snapshooter",
          platformTitle: "SnapShooter",
          kind: "job",
          id: "6f7c5f07-bd49-49a5-8416-27b8de037ddc",
          stacks: [],
          lastSnapshotAt: ago(20 * 60_000),
          maxAgeSeconds: 6 * 3600,
          policies: [
            policy("job", {
              runBy: "platform",
              schedules: ["0 */4 * * * UTC"],
              retention: "keepHourly: 24",
              maxAge: "6h",
            }),
          ],
          snapshots: hourly,
        },
        7,
      ),
      target(
        {
          kind: "database",
          id: "7c4de81f90b24a6a8d35e2b1f06a9c57",
          policies: [
            policy("database-nightly"),
            policy("weekly", { suspended: true, nextRuns: [], fresh: null, maxAge: null, problem: "HTTP 500" }),
          ],
          snapshots: nightly,
        },
        30,
      ),
      target(
        { id: "empty-app", freshness: "stale", lastSnapshotAt: null, policies: [policy("empty", { fresh: false })] },
        30,
      ),
    ],
    notes: ["Virtus Cloud is not shown without a stack: the API lists one app or database at a time"],
    problems: ["[discloud] list all snapshots: HTTP 502"],
  };
}
