import fc from "fast-check";
import type { SnapshotStatus } from "../../provider/model/snapshot";
import {
  keepReasonText,
  type RetainedSnapshot,
  type Retention,
  retentionProblem,
  type Simulation,
  sameRetention,
  simulate,
} from "../../provider/schedule/retention";

/** Snapshots by their time in UTC, which is also their id. */
function taken(times: readonly string[], status: SnapshotStatus = "available"): RetainedSnapshot[] {
  return times.map((time) => ({ id: time, createdAt: `${time.replace(" ", "T")}Z`, status }));
}

const now = "2026-11-21 12:00:00";

interface Options {
  readonly now?: string;
  readonly timezone?: string;
}

function run(retention: Retention, snapshots: readonly RetainedSnapshot[], options: Options = {}): Simulation {
  const nowMs = Date.parse(`${(options.now ?? now).replace(" ", "T")}Z`);
  return simulate(retention, snapshots, { nowMs, timezone: options.timezone });
}

/** Reasons why snapshots are kept, by id, without the newest one's own reason. */
function keptBy(result: Simulation): Record<string, string> {
  return Object.fromEntries(
    result.kept.map(({ id, reasons }) => [
      id,
      reasons
        .map(keepReasonText)
        .filter((text) => text !== "newest")
        .join(" + "),
    ]),
  );
}

/** https://restic.readthedocs.io/en/stable/060_forget.html, section "Removing snapshots according to a policy". */
const rules = {
  last: "keep-last n: keep the n last (most recent) snapshots",
  hourly:
    "keep-hourly n: for the last n hours which have one or more snapshots, only the most recent one for each hour",
  daily: "keep-daily n: for the last n days which have one or more snapshots, only the most recent one for each day",
  weekly:
    "keep-weekly n: for the last n weeks which have one or more snapshots, only the most recent one for each week",
  monthly:
    "keep-monthly n: for the last n months which have one or more snapshots, only the most recent one for each month",
  yearly:
    "keep-yearly n: for the last n years which have one or more snapshots, only the most recent one for each year",
  within: "keep-within duration: all snapshots having a timestamp within the duration of the latest snapshot",
  natural: "calendar options work on natural time boundaries and not relative to when forget runs",
  boundaries: "weeks are Monday 00:00 to Sunday 23:59, days 00:00 to 23:59, hours :00 to :59",
  empty: "they only count hours/days/weeks/etc which have one or more snapshots",
  future: "snapshots with a timestamp in the future are ignored and hence not removed",
  oldest: "if there are not enough snapshots to keep one for each, the oldest snapshot is kept additionally",
  ored: "a snapshot only needs to match a single option to be kept (the results are ORed)",
  sundays: "the example of one backup every Sunday for 12 weeks",
};

const sundays = [
  "2019-09-01",
  "2019-09-08",
  "2019-09-15",
  "2019-09-22",
  "2019-09-29",
  "2019-10-06",
  "2019-10-13",
  "2019-10-20",
  "2019-10-27",
  "2019-11-03",
  "2019-11-10",
  "2019-11-17",
].map((day) => `${day} 11:00:00`);

type Case = [
  rule: keyof typeof rules,
  what: string,
  retention: Retention,
  times: string[],
  kept: Record<string, string>,
  options?: Options,
];

const cases: Case[] = [
  [
    "last",
    "one of three",
    { keepLast: 1 },
    ["2026-11-18 03:00:00", "2026-11-19 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "last" },
  ],
  [
    "last",
    "two of three",
    { keepLast: 2 },
    ["2026-11-18 03:00:00", "2026-11-19 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "last", "2026-11-19 03:00:00": "last" },
  ],
  [
    "last",
    "more than there are",
    { keepLast: 9 },
    ["2026-11-19 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "last", "2026-11-19 03:00:00": "last" },
  ],
  [
    "last",
    "it doesn't look at the calendar",
    { keepLast: 2 },
    ["2026-11-20 03:00:00", "2026-11-20 03:00:01", "2026-11-20 03:00:02"],
    { "2026-11-20 03:00:02": "last", "2026-11-20 03:00:01": "last" },
  ],
  ["last", "of none, nothing", { keepLast: 1 }, [], {}],
  [
    "hourly",
    "the newest of the last hour",
    { keepHourly: 1 },
    ["2026-11-20 03:10:00", "2026-11-20 03:50:00"],
    { "2026-11-20 03:50:00": "hourly 2026-11-20T03" },
  ],
  [
    "hourly",
    "one for each of two hours",
    { keepHourly: 2 },
    ["2026-11-20 02:10:00", "2026-11-20 02:50:00", "2026-11-20 03:10:00", "2026-11-20 03:50:00"],
    { "2026-11-20 03:50:00": "hourly 2026-11-20T03", "2026-11-20 02:50:00": "hourly 2026-11-20T02" },
  ],
  [
    "hourly",
    "the same hour of two days is two hours",
    { keepHourly: 2 },
    ["2026-11-19 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "hourly 2026-11-20T03", "2026-11-19 03:00:00": "hourly 2026-11-19T03" },
  ],
  [
    "boundaries",
    "hours are :00 to :59",
    { keepHourly: 2 },
    ["2026-11-20 01:59:59", "2026-11-20 02:00:00", "2026-11-20 02:59:59", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "hourly 2026-11-20T03", "2026-11-20 02:59:59": "hourly 2026-11-20T02" },
  ],
  [
    "empty",
    "hours without a snapshot don't count",
    { keepHourly: 2 },
    ["2026-11-10 01:00:00", "2026-11-15 07:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "hourly 2026-11-20T03", "2026-11-15 07:00:00": "hourly 2026-11-15T07" },
  ],
  [
    "daily",
    "the newest of each of two days",
    { keepDaily: 2 },
    ["2026-11-18 22:00:00", "2026-11-19 03:00:00", "2026-11-19 15:00:00", "2026-11-20 03:00:00", "2026-11-20 15:00:00"],
    { "2026-11-20 15:00:00": "daily 2026-11-20", "2026-11-19 15:00:00": "daily 2026-11-19" },
  ],
  [
    "daily",
    "one day is enough for one",
    { keepDaily: 1 },
    ["2026-11-20 03:00:00", "2026-11-20 15:00:00"],
    { "2026-11-20 15:00:00": "daily 2026-11-20" },
  ],
  [
    "boundaries",
    "days are 00:00 to 23:59",
    { keepDaily: 2 },
    ["2026-11-18 23:59:59", "2026-11-19 00:00:00", "2026-11-19 23:59:59", "2026-11-20 00:00:00"],
    { "2026-11-20 00:00:00": "daily 2026-11-20", "2026-11-19 23:59:59": "daily 2026-11-19" },
  ],
  [
    "empty",
    "days without a snapshot don't count",
    { keepDaily: 3 },
    ["2026-08-01 03:00:00", "2026-09-01 03:00:00", "2026-10-01 03:00:00", "2026-11-01 03:00:00"],
    {
      "2026-11-01 03:00:00": "daily 2026-11-01",
      "2026-10-01 03:00:00": "daily 2026-10-01",
      "2026-09-01 03:00:00": "daily 2026-09-01",
    },
  ],
  [
    "natural",
    "20 minutes apart can be two days",
    { keepDaily: 2 },
    ["2026-11-18 12:00:00", "2026-11-19 23:50:00", "2026-11-20 00:10:00"],
    { "2026-11-20 00:10:00": "daily 2026-11-20", "2026-11-19 23:50:00": "daily 2026-11-19" },
  ],
  [
    "natural",
    "when it runs doesn't matter",
    { keepDaily: 1 },
    ["2026-11-01 03:00:00", "2026-11-02 03:00:00"],
    { "2026-11-02 03:00:00": "daily 2026-11-02" },
    { now: "2030-01-01 00:00:00" },
  ],
  [
    "sundays",
    "keep-daily 4 keeps the last four Sundays",
    { keepDaily: 4 },
    sundays,
    Object.fromEntries(sundays.slice(-4).map((time) => [time, `daily ${time.slice(0, 10)}`])),
  ],
  [
    "sundays",
    "keep-weekly 4 keeps them too",
    { keepWeekly: 4 },
    sundays,
    Object.fromEntries(sundays.slice(-4).map((time, index) => [time, `weekly 2019-W${43 + index}`])),
  ],
  [
    "weekly",
    "the newest of each of two weeks",
    { keepWeekly: 2 },
    ["2026-11-04 03:00:00", "2026-11-10 03:00:00", "2026-11-13 03:00:00", "2026-11-17 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "weekly 2026-W47", "2026-11-13 03:00:00": "weekly 2026-W46" },
  ],
  [
    "boundaries",
    "weeks are Monday 00:00 to Sunday 23:59",
    { keepWeekly: 2 },
    ["2026-11-08 23:59:59", "2026-11-09 00:00:00", "2026-11-15 23:59:59", "2026-11-16 00:00:00"],
    { "2026-11-16 00:00:00": "weekly 2026-W47", "2026-11-15 23:59:59": "weekly 2026-W46" },
  ],
  [
    "weekly",
    "a week can lie in two years",
    { keepWeekly: 1 },
    ["2025-12-29 03:00:00", "2026-01-02 03:00:00"],
    { "2026-01-02 03:00:00": "weekly 2026-W01" },
  ],
  [
    "weekly",
    "a year can have 53 of them",
    { keepWeekly: 2 },
    ["2020-12-27 03:00:00", "2020-12-31 03:00:00", "2021-01-03 03:00:00"],
    { "2021-01-03 03:00:00": "weekly 2020-W53", "2020-12-27 03:00:00": "weekly 2020-W52" },
  ],
  [
    "empty",
    "weeks without a snapshot don't count",
    { keepWeekly: 2 },
    ["2026-06-01 03:00:00", "2026-08-01 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "weekly 2026-W47", "2026-08-01 03:00:00": "weekly 2026-W31" },
  ],
  [
    "monthly",
    "the newest of each of two months",
    { keepMonthly: 2 },
    ["2026-09-30 03:00:00", "2026-10-01 03:00:00", "2026-10-31 03:00:00", "2026-11-01 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "monthly 2026-11", "2026-10-31 03:00:00": "monthly 2026-10" },
  ],
  [
    "monthly",
    "February of a leap year has its 29th",
    { keepMonthly: 2 },
    ["2024-02-28 03:00:00", "2024-02-29 03:00:00", "2024-03-01 03:00:00", "2024-01-31 03:00:00"],
    { "2024-03-01 03:00:00": "monthly 2024-03", "2024-02-29 03:00:00": "monthly 2024-02" },
  ],
  [
    "empty",
    "months without a snapshot don't count",
    { keepMonthly: 2 },
    ["2024-01-01 03:00:00", "2025-01-01 03:00:00", "2026-01-01 03:00:00"],
    { "2026-01-01 03:00:00": "monthly 2026-01", "2025-01-01 03:00:00": "monthly 2025-01" },
  ],
  [
    "yearly",
    "the newest of each of two years",
    { keepYearly: 2 },
    ["2024-12-30 03:00:00", "2025-01-01 03:00:00", "2025-12-31 03:00:00", "2026-01-01 03:00:00"],
    { "2026-01-01 03:00:00": "yearly 2026", "2025-12-31 03:00:00": "yearly 2025" },
  ],
  [
    "empty",
    "years without a snapshot don't count",
    { keepYearly: 2 },
    ["2010-01-01 03:00:00", "2015-01-01 03:00:00", "2026-01-01 03:00:00"],
    { "2026-01-01 03:00:00": "yearly 2026", "2015-01-01 03:00:00": "yearly 2015" },
  ],
  [
    "ored",
    "the newest of a Sunday matches several",
    { keepHourly: 1, keepDaily: 1, keepWeekly: 1 },
    ["2026-11-14 03:00:00", "2026-11-15 03:00:00", "2026-11-15 09:00:00"],
    { "2026-11-15 09:00:00": "hourly 2026-11-15T09 + daily 2026-11-15 + weekly 2026-W46" },
  ],
  [
    "ored",
    "days and weeks overlap",
    { keepDaily: 2, keepWeekly: 2 },
    ["2026-11-08 03:00:00", "2026-11-14 03:00:00", "2026-11-15 03:00:00", "2026-11-19 03:00:00", "2026-11-20 03:00:00"],
    {
      "2026-11-20 03:00:00": "daily 2026-11-20 + weekly 2026-W47",
      "2026-11-19 03:00:00": "daily 2026-11-19",
      "2026-11-15 03:00:00": "weekly 2026-W46",
    },
  ],
  [
    "ored",
    "days and months overlap",
    { keepDaily: 1, keepMonthly: 2 },
    ["2026-10-30 03:00:00", "2026-10-31 03:00:00", "2026-11-19 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "daily 2026-11-20 + monthly 2026-11", "2026-10-31 03:00:00": "monthly 2026-10" },
  ],
  [
    "ored",
    "a rule of 0 is no rule",
    { keepDaily: 0, keepLast: 1 },
    ["2026-11-19 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "last" },
  ],
  [
    "ored",
    "last and within overlap",
    { keepLast: 1, keepWithin: "1d" },
    ["2026-11-18 03:00:00", "2026-11-19 15:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "last + within 1d of the newest", "2026-11-19 15:00:00": "within 1d of the newest" },
  ],
  [
    "oldest",
    "of one day, the newest and the oldest",
    { keepDaily: 7 },
    ["2026-11-20 03:00:00", "2026-11-20 09:00:00", "2026-11-20 15:00:00"],
    { "2026-11-20 15:00:00": "daily 2026-11-20", "2026-11-20 03:00:00": "oldest daily 2026-11-20" },
  ],
  [
    "oldest",
    "of two years, the newest of each and the oldest",
    { keepYearly: 10 },
    ["2025-03-01 03:00:00", "2025-06-01 03:00:00", "2025-12-01 03:00:00", "2026-11-01 03:00:00"],
    {
      "2026-11-01 03:00:00": "yearly 2026",
      "2025-12-01 03:00:00": "yearly 2025",
      "2025-03-01 03:00:00": "oldest yearly 2025",
    },
  ],
  [
    "oldest",
    "not once the counts are used up",
    { keepDaily: 1 },
    ["2026-11-20 03:00:00", "2026-11-20 09:00:00", "2026-11-20 15:00:00"],
    { "2026-11-20 15:00:00": "daily 2026-11-20" },
  ],
  [
    "oldest",
    "for each rule that has counts left",
    { keepWeekly: 2, keepMonthly: 1 },
    ["2026-11-17 03:00:00", "2026-11-18 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "weekly 2026-W47 + monthly 2026-11", "2026-11-17 03:00:00": "oldest weekly 2026-W47" },
  ],
  [
    "within",
    "counts back from the newest, not from the present",
    { keepWithin: "2d" },
    ["2026-05-01 03:00:00", "2026-05-08 03:00:00", "2026-05-09 03:00:00", "2026-05-10 03:00:00"],
    { "2026-05-10 03:00:00": "within 2d of the newest", "2026-05-09 03:00:00": "within 2d of the newest" },
  ],
  [
    "within",
    "exactly that far back is not within",
    { keepWithin: "1d" },
    ["2026-11-19 03:00:00", "2026-11-19 03:00:01", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "within 1d of the newest", "2026-11-19 03:00:01": "within 1d of the newest" },
  ],
  [
    "within",
    "hours",
    { keepWithin: "36h" },
    ["2026-11-18 14:00:00", "2026-11-18 16:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "within 36h of the newest", "2026-11-18 16:00:00": "within 36h of the newest" },
  ],
  [
    "within",
    "weeks",
    { keepWithin: "2w" },
    ["2026-11-01 03:00:00", "2026-11-07 03:00:00", "2026-11-20 03:00:00"],
    { "2026-11-20 03:00:00": "within 2w of the newest", "2026-11-07 03:00:00": "within 2w of the newest" },
  ],
  [
    "future",
    "it stays and doesn't count",
    { keepLast: 1 },
    ["2026-11-19 03:00:00", "2026-11-20 03:00:00", "2026-11-22 03:00:00"],
    { "2026-11-22 03:00:00": "in the future, never pruned", "2026-11-20 03:00:00": "last" },
  ],
  [
    "future",
    "it is not the newest that a duration counts from",
    { keepWithin: "1d" },
    ["2026-11-19 15:00:00", "2026-11-20 03:00:00", "2027-03-01 03:00:00"],
    {
      "2027-03-01 03:00:00": "in the future, never pruned",
      "2026-11-20 03:00:00": "within 1d of the newest",
      "2026-11-19 15:00:00": "within 1d of the newest",
    },
  ],
  [
    "future",
    "it fills no day",
    { keepDaily: 1 },
    ["2026-11-21 03:00:00", "2026-11-21 11:00:00", "2026-11-21 13:00:00"],
    { "2026-11-21 13:00:00": "in the future, never pruned", "2026-11-21 11:00:00": "daily 2026-11-21" },
  ],
  [
    "boundaries",
    "days are the zone's: half past eleven in the evening in UTC is tomorrow in Lisbon's summer",
    { keepDaily: 2 },
    ["2026-07-01 12:00:00", "2026-07-01 23:30:00", "2026-07-02 12:00:00"],
    { "2026-07-02 12:00:00": "daily 2026-07-02", "2026-07-01 12:00:00": "daily 2026-07-01" },
    { timezone: "Europe/Lisbon" },
  ],
  [
    "boundaries",
    "weeks are the zone's: Sunday evening in UTC is Monday in Seoul",
    { keepWeekly: 2 },
    ["2026-11-15 14:59:00", "2026-11-15 15:00:00"],
    { "2026-11-15 15:00:00": "weekly 2026-W47", "2026-11-15 14:59:00": "weekly 2026-W46" },
    { timezone: "Asia/Seoul" },
  ],
  [
    "boundaries",
    "years are the zone's",
    { keepYearly: 1 },
    ["2026-01-01 02:00:00", "2026-01-01 04:00:00"],
    { "2026-01-01 04:00:00": "yearly 2026" },
    { timezone: "America/Sao_Paulo" },
  ],
  [
    "boundaries",
    "an hour that a clock change repeats is one hour",
    { keepHourly: 2 },
    ["2026-10-24 23:30:00", "2026-10-25 00:30:00", "2026-10-25 01:30:00"],
    { "2026-10-25 01:30:00": "hourly 2026-10-25T01", "2026-10-24 23:30:00": "hourly 2026-10-25T00" },
    { timezone: "Europe/Lisbon" },
  ],
  [
    "boundaries",
    "the retention's own zone wins",
    { keepDaily: 2, timezone: "UTC" },
    ["2026-07-01 12:00:00", "2026-07-01 23:30:00", "2026-07-02 12:00:00"],
    { "2026-07-02 12:00:00": "daily 2026-07-02", "2026-07-01 23:30:00": "daily 2026-07-01" },
    { timezone: "Europe/Lisbon" },
  ],
];

describe("retention keeps what restic keeps", () => {
  it("in at least 40 cases", () => {
    expect(cases.length).toBeGreaterThanOrEqual(40);
  });

  for (const [rule, what, retention, times, kept, options] of cases) {
    it(`${rules[rule]}: ${what}`, () => {
      const result = run(retention, taken(times), options);
      expect(keptBy(result)).toEqual(kept);
      expect(result.pruned.map(({ id }) => id)).toEqual(times.filter((time) => kept[time] === undefined).sort());
      expect(result.queued).toEqual([]);
    });
  }
});

describe("only usable snapshots that the policy made count", () => {
  const good = taken(["2026-11-18 03:00:00", "2026-11-19 03:00:00"]);

  it.each<SnapshotStatus>(["failed", "running", "pending", "unknown", "gone"])(
    "a newer %s one pushes no good one out and is never pruned",
    (status) => {
      const result = run({ keepLast: 1, keepDaily: 1 }, [...good, ...taken(["2026-11-19 09:00:00"], status)]);
      expect(keptBy(result)).toEqual({
        "2026-11-19 09:00:00": `${status}, never pruned`,
        "2026-11-19 03:00:00": "last + daily 2026-11-19",
      });
      expect(result.pruned.map(({ id }) => id)).toEqual(["2026-11-18 03:00:00"]);
    },
  );

  it("old failed ones stay too", () => {
    const result = run({ keepLast: 1 }, [...good, ...taken(["2020-01-01 03:00:00"], "failed")]);
    expect(result.pruned.map(({ id }) => id)).toEqual(["2026-11-18 03:00:00"]);
  });

  it("none usable: nothing goes", () => {
    const result = run({ keepLast: 1 }, taken(["2026-11-18 03:00:00", "2026-11-19 03:00:00"], "failed"));
    expect(result.pruned).toEqual([]);
    expect(result.kept).toHaveLength(2);
  });

  it("one that somebody else made fills no bucket and is never pruned", () => {
    const foreign = taken(["2026-11-19 09:00:00", "2020-01-01 03:00:00"]).map((one) => ({ ...one, foreign: true }));
    const result = run({ keepDaily: 1 }, [...good, ...foreign]);
    expect(keptBy(result)).toEqual({
      "2026-11-19 09:00:00": "not owned by this policy",
      "2026-11-19 03:00:00": "daily 2026-11-19",
      "2020-01-01 03:00:00": "not owned by this policy",
    });
  });

  it("one that another resource manages, too, fills no bucket and is never pruned", () => {
    const held = taken(["2026-11-19 09:00:00", "2020-01-01 03:00:00"]).map((one) => ({ ...one, held: true }));
    const result = run({ keepDaily: 1 }, [...good, ...held]);
    expect(keptBy(result)).toEqual({
      "2026-11-19 09:00:00": "managed by another resource",
      "2026-11-19 03:00:00": "daily 2026-11-19",
      "2020-01-01 03:00:00": "managed by another resource",
    });
  });

  it.each([undefined, "2026-11-19 09:00:00", "yesterday"])(
    "one with the time %j, which is no instant, neither",
    (createdAt) => {
      const result = run({ keepLast: 1 }, [...good, { id: "undated", createdAt, status: "available" }]);
      expect(keptBy(result)).toEqual({ "2026-11-19 03:00:00": "last", undated: "without a known time, never pruned" });
    },
  );
});

describe("limits", () => {
  const days = Array.from({ length: 14 }, (_, index) => `2026-11-${String(index + 1).padStart(2, "0")} 03:00:00`);

  it("minimumRetained usable ones stay whatever the rules say, the newest first", () => {
    const result = run({ keepLast: 1, minimumRetained: 3 }, taken(days.slice(0, 5)));
    expect(keptBy(result)).toEqual({
      "2026-11-05 03:00:00": "last",
      "2026-11-04 03:00:00": "minimum",
      "2026-11-03 03:00:00": "minimum",
    });
    expect(run({ keepLast: 1, minimumRetained: 9 }, taken(days.slice(0, 5))).pruned).toEqual([]);
  });

  it("minimumRetained are the newest ones, however many old ones the rules keep", () => {
    const result = run(
      { keepMonthly: 2, minimumRetained: 2 },
      taken(["2026-10-30 03:00:00", "2026-10-31 03:00:00", ...days.slice(0, 2)]),
    );
    expect(keptBy(result)).toEqual({
      "2026-11-02 03:00:00": "monthly 2026-11",
      "2026-11-01 03:00:00": "minimum",
      "2026-10-31 03:00:00": "monthly 2026-10",
    });
  });

  it("failed ones don't count as retained", () => {
    const result = run({ keepLast: 1, minimumRetained: 2 }, [
      ...taken(days.slice(0, 3)),
      ...taken(["2026-11-10 03:00:00"], "failed"),
    ]);
    expect(result.pruned.map(({ id }) => id)).toEqual(["2026-11-01 03:00:00"]);
  });

  it("ten go in one run, the oldest first, the rest is queued", () => {
    const result = run({ keepLast: 2 }, taken(days));
    expect(result.pruned.map(({ id }) => id)).toEqual(days.slice(0, 10));
    expect(result.queued.map(({ id }) => id)).toEqual(days.slice(10, 12));
    expect(result.kept.map(({ id }) => id)).toEqual([days[13], days[12]]);
  });

  it("maxDeletes says how many instead", () => {
    const result = run({ keepLast: 2, maxDeletes: 1 }, taken(days));
    expect(result.pruned).toEqual([
      { id: days[0], createdAt: "2026-11-01T03:00:00.000Z", because: "outside keepLast 2" },
    ]);
    expect(result.queued).toHaveLength(11);
  });

  it("why one goes names the rules that don't keep it", () => {
    const { pruned } = run({ keepLast: 1, keepDaily: 0, keepWithin: "1d", timezone: "UTC" }, taken(days.slice(0, 2)));
    expect(pruned[0]?.because).toBe("outside keepLast 1, keepWithin 1d");
  });
});

describe("the newest usable one", () => {
  it("is marked and always stays", () => {
    const [newest] = run({ keepWithin: "1min" }, taken(["2020-01-01 03:00:00", "2020-01-02 03:00:00"])).kept;
    expect(newest).toEqual({
      id: "2020-01-02 03:00:00",
      reasons: [{ rule: "newest" }, { rule: "within", duration: "1min" }],
    });
  });

  it("of two of the same instant is the one with the later id", () => {
    const twins: RetainedSnapshot[] = ["b", "c", "a"].map((id) => ({
      id,
      createdAt: "2026-11-20T03:00:00Z",
      status: "available",
    }));
    expect(run({ keepLast: 1 }, twins)).toHaveProperty("kept", [
      { id: "c", reasons: [{ rule: "newest" }, { rule: "last" }] },
    ]);
    expect(run({ keepLast: 1 }, twins).pruned.map(({ id }) => id)).toEqual(["a", "b"]);
  });
});

describe("a retention that is none is refused", () => {
  it.each<[string, unknown, RegExp]>([
    ["no rule", {}, /keeps nothing: write a rule, such as keepDaily: 7/],
    ["limits only", { minimumRetained: 3, maxDeletes: 5, timezone: "UTC" }, /keeps nothing/],
    ["only zeros", { keepDaily: 0, keepLast: 0 }, /all its counts are 0/],
    ["negative", { keepDaily: -1 }, /retention\.keepDaily: must be a whole number, 0 or more/],
    ["negative beside another", { keepLast: 3, keepDaily: -1 }, /retention\.keepDaily/],
    ["fractional", { keepWeekly: 1.5 }, /retention\.keepWeekly: must be a whole number/],
    ["infinite", { keepYearly: Number.POSITIVE_INFINITY }, /whole number/],
    ["no number", { keepMonthly: "12" }, /whole number/],
    ["no duration", { keepWithin: "a while" }, /retention\.keepWithin: "a while" is not a duration/],
    ["a duration that reads two ways", { keepWithin: "2m" }, /two ways/],
    ["a duration of nothing", { keepWithin: "0d" }, /is not a duration above zero/],
    ["no minimum", { keepDaily: 1, minimumRetained: 0 }, /newest usable snapshot always stays/],
    ["no deletions", { keepDaily: 1, maxDeletes: 0 }, /leave retention out to prune nothing/],
    ["an unknown zone", { keepDaily: 1, timezone: "Lisbon" }, /not a time zone/],
    ["a misspelt rule", { keepdaily: 7 }, /unknown argument "keepdaily"; did you mean "keepDaily"\?/],
    ["a number", 7, /must be a retention, such as/],
    ["null", null, /must be a retention/],
  ])("%s", (_what, retention, says) => {
    expect(retentionProblem(retention)).toMatch(says);
    expect(() => simulate(retention as Retention, [], { nowMs: 0 })).toThrow(says);
  });

  it("a zone of the schedule that is none, too", () => {
    expect(() => simulate({ keepLast: 1 }, [], { nowMs: 0, timezone: "Lisbon" })).toThrow(/not a time zone/);
  });
});

describe("retentions that mean the same", () => {
  it.each<[Retention | undefined, Retention | undefined, boolean]>([
    [{ keepWithin: "2w" }, { keepWithin: "14d" }, true],
    [{ keepDaily: 7, keepLast: 0 }, { keepDaily: 7 }, true],
    [{ keepDaily: 7, minimumRetained: 1, maxDeletes: 10 }, { keepDaily: 7 }, true],
    [{ keepDaily: 7, timezone: "ROK" }, { keepDaily: 7, timezone: "Asia/Seoul" }, true],
    [undefined, undefined, true],
    [{ keepDaily: 7 }, { keepDaily: 8 }, false],
    [{ keepDaily: 7 }, { keepWeekly: 7 }, false],
    [{ keepWithin: "1mo" }, { keepWithin: "31d" }, false],
    [{ keepDaily: 7, timezone: "UTC" }, { keepDaily: 7, timezone: "Asia/Seoul" }, false],
    [{ keepDaily: 7 }, undefined, false],
  ])("%j and %j: %s", (one, other, same) => {
    expect(sameRetention(one, other)).toBe(same);
    expect(sameRetention(other, one)).toBe(same);
  });
});

describe("any retention of any snapshots", () => {
  const counts = ["keepLast", "keepHourly", "keepDaily", "keepWeekly", "keepMonthly", "keepYearly"] as const;
  const count = fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined });
  const retentions: fc.Arbitrary<Retention> = fc
    .record({
      keepLast: count,
      keepHourly: count,
      keepDaily: count,
      keepWeekly: count,
      keepMonthly: count,
      keepYearly: count,
      keepWithin: fc.option(fc.constantFrom("3h", "2d", "1w", "2mo", "1y"), { nil: undefined }),
      minimumRetained: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      maxDeletes: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      timezone: fc.constantFrom("UTC", "Europe/Lisbon", "Asia/Seoul", "Australia/Lord_Howe"),
    })
    .filter((retention) => retentionProblem(retention) === undefined);
  const nowMs = Date.parse("2026-11-21T12:00:00Z");
  const agesMs = fc.oneof(
    fc.integer({ min: -2 * 3_600_000, max: 2 * 86_400_000 }),
    fc.integer({ min: 0, max: 60 * 86_400_000 }),
    fc.integer({ min: 0, max: 1500 * 86_400_000 }),
    fc.integer({ min: 0, max: 20 }).map((days) => days * 86_400_000),
  );
  const snapshotLists: fc.Arbitrary<RetainedSnapshot[]> = fc
    .array(
      fc.record({
        ageMs: fc.option(agesMs, { nil: undefined, freq: 30 }),
        status: fc.oneof(
          { weight: 8, arbitrary: fc.constant<SnapshotStatus>("available") },
          { weight: 2, arbitrary: fc.constantFrom<SnapshotStatus>("failed", "running", "pending", "unknown") },
        ),
        foreign: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      }),
      { maxLength: 40 },
    )
    .map((list) =>
      list.map(({ ageMs, status, foreign }, index) => ({
        id: `s${index}`,
        createdAt: ageMs === undefined ? undefined : new Date(nowMs - ageMs).toISOString(),
        status,
        foreign,
      })),
    );

  const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);
  const isGood = ({ createdAt, status, foreign }: RetainedSnapshot): boolean =>
    status === "available" && !foreign && createdAt !== undefined && Date.parse(createdAt) <= nowMs;
  const check = (predicate: (retention: Retention, snapshots: RetainedSnapshot[], result: Simulation) => void): void =>
    fc.assert(
      fc.property(retentions, snapshotLists, (retention, snapshots) => {
        predicate(retention, snapshots, simulate(retention, snapshots, { nowMs }));
      }),
      { numRuns: 300 },
    );

  it("puts each snapshot into exactly one list", () => {
    check((_retention, snapshots, { kept, pruned, queued }) => {
      expect([...ids(kept), ...ids(pruned), ...ids(queued)].sort()).toEqual(ids(snapshots).sort());
    });
  });

  it("is idempotent: what it keeps, it keeps again for the same reasons, whatever of the rest is deleted", () => {
    check((retention, snapshots, { kept, queued }) => {
      for (const left of [kept, [...kept, ...queued]]) {
        const stay = new Set(ids(left));
        const again = simulate(
          retention,
          snapshots.filter(({ id }) => stay.has(id)),
          { nowMs },
        );
        expect(again.kept).toEqual(kept);
      }
    });
  });

  it("is monotone: a higher count never loses a snapshot", () => {
    check((retention, snapshots, { kept }) => {
      for (const name of [...counts, "minimumRetained"] as const) {
        const more = { ...retention, [name]: (retention[name] ?? (name === "minimumRetained" ? 1 : 0)) + 1 };
        expect(ids(simulate(more, snapshots, { nowMs }).kept)).toEqual(expect.arrayContaining(ids(kept)));
      }
      const longer = { ...retention, keepWithin: "5y" };
      expect(ids(simulate(longer, snapshots, { nowMs }).kept)).toEqual(expect.arrayContaining(ids(kept)));
    });
  });

  it("always keeps the newest good one, and minimumRetained of them", () => {
    check((retention, snapshots, { kept }) => {
      const good = snapshots.filter(isGood);
      const keptIds = new Set(ids(kept));
      const newest = Math.max(...good.map(({ createdAt }) => Date.parse(createdAt ?? "")));
      const newestOnes = good.filter(({ createdAt }) => Date.parse(createdAt ?? "") === newest);
      expect(good.length === 0 || newestOnes.some(({ id }) => keptIds.has(id))).toBe(true);
      expect(good.filter(({ id }) => keptIds.has(id)).length).toBeGreaterThanOrEqual(
        Math.min(good.length, retention.minimumRetained ?? 1),
      );
    });
  });

  it("doesn't depend on the order of its input", () => {
    check((retention, snapshots, result) => {
      const shuffled = [...snapshots].sort((one, other) =>
        one.id.split("").reverse() < other.id.split("").reverse() ? 1 : -1,
      );
      expect(simulate(retention, shuffled, { nowMs })).toEqual(result);
      expect(simulate(retention, [...snapshots].reverse(), { nowMs })).toEqual(result);
    });
  });

  it("never deletes more than maxDeletes, and queues nothing before that", () => {
    check((retention, _snapshots, { pruned, queued }) => {
      const most = retention.maxDeletes ?? 10;
      expect(pruned.length).toBeLessThanOrEqual(most);
      expect(queued.length === 0 || pruned.length === most).toBe(true);
    });
  });

  it("deletes only good ones that the policy made", () => {
    check((_retention, snapshots, { pruned, queued }) => {
      const byId = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
      for (const { id } of [...pruned, ...queued]) {
        const snapshot = byId.get(id);
        expect(snapshot !== undefined && isGood(snapshot)).toBe(true);
      }
    });
  });

  it("keeps the same good ones with and without the others", () => {
    check((retention, snapshots, result) => {
      const alone = simulate(retention, snapshots.filter(isGood), { nowMs });
      expect(ids(alone.pruned)).toEqual(ids(result.pruned));
      expect(ids(alone.queued)).toEqual(ids(result.queued));
    });
  });

  it("gives every kept one a reason in words", () => {
    check((_retention, _snapshots, { kept }) => {
      for (const { reasons } of kept) {
        expect(reasons.length).toBeGreaterThan(0);
        for (const reason of reasons) expect(keepReasonText(reason)).not.toContain("undefined");
      }
    });
  });
});

test("what is pruned bears its instant in UTC, however it was written", () => {
  const times = {
    "2026-11-18T03:00:00.000Z": "2026-11-18T03:00:00.000Z",
    "2026-11-17T05:00:00+02:00": "2026-11-17T03:00:00.000Z",
    "2026-11-15T24:00:00.000Z": "2026-11-16T00:00:00.000Z",
    "2026-02-30T03:00:00.000Z": "2026-03-02T03:00:00.000Z",
  };
  const snapshots = ["2026-11-19T03:00:00.000Z", ...Object.keys(times)].map((createdAt) => ({
    id: createdAt,
    createdAt,
    status: "available" as const,
  }));
  const { pruned } = simulate({ keepLast: 1 }, snapshots, { nowMs: Date.UTC(2026, 10, 21) });
  expect(Object.fromEntries(pruned.map(({ id, createdAt }) => [id, createdAt]))).toEqual(times);
});
