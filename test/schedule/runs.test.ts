import fc from "fast-check";
import { isoText } from "../../provider/model/clock";
import {
  clockChangeWarnings,
  latestRunAt,
  longestGapAfter,
  nextRunsAfter,
  type Schedule,
} from "../../provider/schedule/schedules";
import { canonicalZone, clockChanges, wallTimeAt } from "../../provider/schedule/zone";

const hour = 3600;
const day = 24 * hour;

function next(schedules: readonly Schedule[], from: string, count: number): string[] {
  return nextRunsAfter(schedules, Date.parse(from), count).map((run) => isoText(run).slice(0, 16));
}

describe("runs around a clock change: a skipped time runs right after it, a repeated one once, the first time", () => {
  it.each<[zone: string, cron: string, why: string, from: string, runs: string[]]>([
    ["Europe/Lisbon", "30 1 * * *", "skipped", "2026-03-28T12:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]],
    ["Europe/Lisbon", "30 1 * * *", "repeated", "2026-10-24T12:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]],
    [
      "Europe/Lisbon",
      "0,30 1 * * *",
      "two skipped are one run",
      "2026-03-28T12:00Z",
      ["2026-03-29T01:00", "2026-03-30T00:00"],
    ],
    [
      "Europe/Lisbon",
      "30 1,13 * * *",
      "one of a list skipped",
      "2026-03-28T14:00Z",
      ["2026-03-29T01:00", "2026-03-29T12:30"],
    ],
    [
      "Europe/Lisbon",
      "30 1,13 * * *",
      "one of a list repeated",
      "2026-10-24T14:00Z",
      ["2026-10-25T00:30", "2026-10-25T13:30"],
    ],
    [
      "Europe/Lisbon",
      "0 * * * *",
      "every hour, one skipped",
      "2026-03-28T23:30Z",
      ["2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T02:00"],
    ],
    [
      "Europe/Lisbon",
      "0 * * * *",
      "every hour, one repeated",
      "2026-10-24T22:30Z",
      ["2026-10-24T23:00", "2026-10-25T00:00", "2026-10-25T02:00"],
    ],
    [
      "Europe/Lisbon",
      "0 2 * * *",
      "the first valid minute itself",
      "2026-03-28T12:00Z",
      ["2026-03-29T01:00", "2026-03-30T01:00"],
    ],
    [
      "Europe/Lisbon",
      "*/30 1-2 * * *",
      "skipped and valid ones meet",
      "2026-03-28T12:00Z",
      ["2026-03-29T01:00", "2026-03-29T01:30", "2026-03-30T00:00"],
    ],
    [
      "Europe/Lisbon",
      "30 1 29 3 *",
      "once a year, skipped",
      "2026-01-01T00:00Z",
      ["2026-03-29T01:00", "2027-03-29T00:30"],
    ],
    [
      "Europe/Lisbon",
      "45 0 * * *",
      "just before, untouched",
      "2026-03-28T12:00Z",
      ["2026-03-29T00:45", "2026-03-29T23:45"],
    ],
    [
      "Asia/Seoul",
      "30 1 * * *",
      "no clock changes in March",
      "2026-03-28T12:00Z",
      ["2026-03-28T16:30", "2026-03-29T16:30"],
    ],
    ["Asia/Seoul", "30 1 * * *", "nor in October", "2026-10-24T12:00Z", ["2026-10-24T16:30", "2026-10-25T16:30"]],
    [
      "Asia/Seoul",
      "0 0 * * 1",
      "Monday there is Sunday in UTC",
      "2026-11-21T00:00Z",
      ["2026-11-22T15:00", "2026-11-29T15:00"],
    ],
    [
      "America/Sao_Paulo",
      "0 0 * * *",
      "midnight skipped in 2018",
      "2018-11-03T12:00Z",
      ["2018-11-04T03:00", "2018-11-05T02:00"],
    ],
    [
      "America/Sao_Paulo",
      "0,30 0 * * *",
      "two skipped are one run",
      "2018-11-03T12:00Z",
      ["2018-11-04T03:00", "2018-11-05T02:00", "2018-11-05T02:30"],
    ],
    [
      "America/Sao_Paulo",
      "30 0 4 11 *",
      "a day of the month, skipped",
      "2018-11-01T00:00Z",
      ["2018-11-04T03:00", "2019-11-04T03:30"],
    ],
    [
      "America/Sao_Paulo",
      "30 23 * * *",
      "repeated across midnight",
      "2018-02-17T12:00Z",
      ["2018-02-18T01:30", "2018-02-19T02:30"],
    ],
    [
      "America/Sao_Paulo",
      "0 0 * * *",
      "the midnight that came late",
      "2018-02-17T12:00Z",
      ["2018-02-18T03:00", "2018-02-19T03:00"],
    ],
    [
      "America/Sao_Paulo",
      "0 0 * * *",
      "no clock changes since 2019",
      "2026-10-30T12:00Z",
      ["2026-10-31T03:00", "2026-11-01T03:00", "2026-11-02T03:00"],
    ],
    [
      "Australia/Lord_Howe",
      "15 2 * * *",
      "half an hour skipped",
      "2026-10-03T00:00Z",
      ["2026-10-03T15:30", "2026-10-04T15:15"],
    ],
    [
      "Australia/Lord_Howe",
      "0,30 2 * * *",
      "skipped meets the first valid minute",
      "2026-10-03T00:00Z",
      ["2026-10-03T15:30", "2026-10-04T15:00"],
    ],
    [
      "Australia/Lord_Howe",
      "45 1 * * *",
      "half an hour repeated",
      "2026-04-04T00:00Z",
      ["2026-04-04T14:45", "2026-04-05T15:15"],
    ],
    [
      "Australia/Lord_Howe",
      "*/15 1 * * *",
      "a list, half of it repeated",
      "2026-04-04T12:00Z",
      ["2026-04-04T14:00", "2026-04-04T14:15", "2026-04-04T14:30", "2026-04-04T14:45", "2026-04-05T14:30"],
    ],
    [
      "Australia/Lord_Howe",
      "0 2 * * *",
      "the end of the repeated time",
      "2026-04-04T00:00Z",
      ["2026-04-04T15:30", "2026-04-05T15:30"],
    ],
    [
      "Pacific/Apia",
      "0 3 * * *",
      "a whole day skipped in 2011",
      "2011-12-29T00:00Z",
      ["2011-12-29T13:00", "2011-12-30T10:00", "2011-12-30T13:00"],
    ],
  ])("%s %s: %s", (timezone, cron, _why, from, runs) => {
    expect(next([{ cron, timezone }], from, runs.length)).toEqual(runs);
  });

  it("latest run before an instant follows the same rules", () => {
    const lisbon = [{ cron: "30 1 * * *", timezone: "Europe/Lisbon" }];
    const latest = (at: string): string => isoText(latestRunAt(lisbon, Date.parse(at)) ?? 0).slice(0, 16);
    expect(latest("2026-03-29T00:59Z")).toBe("2026-03-28T01:30");
    expect(latest("2026-03-29T01:00Z")).toBe("2026-03-29T01:00");
    expect(latest("2026-10-25T01:30Z")).toBe("2026-10-25T00:30");
    expect(latest("2026-10-26T01:29Z")).toBe("2026-10-25T00:30");
  });
});

describe("next and latest runs", () => {
  it("leave out the instant itself after it, and take it in up to it", () => {
    const daily = [{ cron: "0 3 * * *" }];
    const at = Date.parse("2026-11-21T03:00:00Z");
    expect(next(daily, "2026-11-21T03:00:00Z", 1)).toEqual(["2026-11-22T03:00"]);
    expect(next(daily, "2026-11-21T02:59:59.999Z", 1)).toEqual(["2026-11-21T03:00"]);
    expect(latestRunAt(daily, at)).toBe(at);
    expect(latestRunAt(daily, at - 1)).toBe(at - 86_400_000);
  });

  it("of several schedules come in order, shared ones once", () => {
    expect(next([{ cron: "0 12 * * *" }, { cron: "0 */6 * * *" }], "2026-11-21T01:00Z", 4)).toEqual([
      "2026-11-21T06:00",
      "2026-11-21T12:00",
      "2026-11-21T18:00",
      "2026-11-22T00:00",
    ]);
    expect(latestRunAt([{ cron: "0 3 * * *" }, { cron: "0 5 * * *" }], Date.parse("2026-11-21T06:00Z"))).toBe(
      Date.parse("2026-11-21T05:00Z"),
    );
  });

  it("are found years away", () => {
    expect(next([{ cron: "0 0 29 2 *" }], "2026-11-21T00:00Z", 2)).toEqual(["2028-02-29T00:00", "2032-02-29T00:00"]);
    expect(next([{ cron: "0 0 * 2 1#5" }], "2026-11-21T00:00Z", 1)).toEqual(["2044-02-29T00:00"]);
    expect(latestRunAt([{ cron: "0 0 * 2 1#5" }], Date.parse("2026-11-21T00:00Z"))).toBe(Date.UTC(2016, 1, 29));
  });

  it("refuse schedules that are none", () => {
    expect(() => nextRunsAfter([{ cron: "@daily" }], 0, 1)).toThrow(/nickname/);
    expect(() => latestRunAt([], 0)).toThrow(/at least one/);
    expect(() => longestGapAfter([{ cron: "0 3 * * *", timezone: "Mars/Base" }], 0)).toThrow(/not a time zone/);
  });
});

describe("the longest gap over a year", () => {
  it.each<[string, readonly Schedule[], string, number]>([
    ["every day in UTC", [{ cron: "0 3 * * *" }], "2026-11-21", day],
    ["a day of 25 hours", [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }], "2026-11-21", 25 * hour],
    ["a skipped time", [{ cron: "30 1 * * *", timezone: "Europe/Lisbon" }], "2026-11-21", 25 * hour],
    ["no clock changes", [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }], "2026-11-21", day],
    [
      "a day of 24 hours and a half",
      [{ cron: "0 3 * * *", timezone: "Australia/Lord_Howe" }],
      "2026-11-21",
      24.5 * hour,
    ],
    ["clock changes of the past", [{ cron: "0 0 * * *", timezone: "America/Sao_Paulo" }], "2018-01-01", 25 * hour],
    ["clock changes abolished", [{ cron: "0 0 * * *", timezone: "America/Sao_Paulo" }], "2026-01-01", day],
    ["every hour, one of them repeated", [{ cron: "0 * * * *", timezone: "Europe/Lisbon" }], "2026-11-21", 2 * hour],
    [
      "every minute, an hour of them repeated",
      [{ cron: "* * * * *", timezone: "Europe/Lisbon" }],
      "2026-11-21",
      hour + 60,
    ],
    ["weekdays", [{ cron: "0 3 * * 1-5" }], "2026-11-21", 3 * day],
    ["once a month", [{ cron: "0 3 1 * *" }], "2026-11-21", 31 * day],
    ["once a year", [{ cron: "0 0 1 1 *" }], "2026-01-01", 365 * day],
    ["once a leap year", [{ cron: "0 0 29 2 *" }], "2026-11-21", 1461 * day],
    ["two schedules", [{ cron: "0 0 * * *" }, { cron: "0 6 * * *" }], "2026-11-21", 18 * hour],
    ["two zones", [{ cron: "0 12 * * *", timezone: "Asia/Seoul" }, { cron: "0 9 * * *" }], "2026-11-21", 18 * hour],
  ])("%s", (_what, schedules, from, seconds) => {
    expect(longestGapAfter(schedules, Date.parse(from))).toBe(seconds);
  });
});

describe("warnings of clock changes", () => {
  const now = Date.parse("2026-11-21T00:00Z");

  it("name the times, the days and what happens", () => {
    expect(clockChangeWarnings([{ cron: "30 1 * * *", timezone: "Europe/Lisbon" }], now)).toEqual([
      '"30 1 * * *" in Europe/Lisbon: on 2027-03-28 the clock goes from 01:00 to 02:00: 01:30 is skipped, and it runs ' +
        "at 02:00 instead; on 2027-10-31 the clock goes back from 02:00 to 01:00: 01:30 is shown twice, and it runs the " +
        'first time only. Another time, or timezone "UTC", avoids it',
    ]);
  });

  it("cut a long list of times", () => {
    const [warning] = clockChangeWarnings([{ cron: "*/5 * * * *", timezone: "Australia/Lord_Howe" }], now);
    expect(warning).toContain("02:00, 02:05, 02:10 and 3 more times are skipped");
  });

  it.each<[string, Schedule, string]>([
    ["times outside the change", { cron: "0 3 * * *", timezone: "Europe/Lisbon" }, "2026-11-21T00:00Z"],
    ["the first minute after a skipped time", { cron: "0 2 * * *", timezone: "Europe/Lisbon" }, "2026-11-21T00:00Z"],
    ["other days", { cron: "30 1 * * 1-6", timezone: "Europe/Lisbon" }, "2026-11-21T00:00Z"],
    ["a zone without changes", { cron: "30 1 * * *", timezone: "Asia/Seoul" }, "2026-11-21T00:00Z"],
    ["changes abolished", { cron: "0 0 * * *", timezone: "America/Sao_Paulo" }, "2026-11-21T00:00Z"],
    ["UTC", { cron: "30 1 * * *" }, "2026-11-21T00:00Z"],
  ])("don't come for %s", (_what, schedule, from) => {
    expect(clockChangeWarnings([schedule], Date.parse(from))).toEqual([]);
  });

  it("come where the change is at midnight", () => {
    const [warning] = clockChangeWarnings(
      [{ cron: "30 0 * * 0", timezone: "America/Sao_Paulo" }],
      Date.parse("2018-01-01"),
    );
    expect(warning).toContain("on 2018-11-04 the clock goes from 00:00 to 01:00: 00:30 is skipped");
    expect(warning).not.toContain("2018-02-17");
  });
});

describe("any schedule", () => {
  const zones = [
    "UTC",
    "Europe/Lisbon",
    "Asia/Seoul",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "America/New_York",
    "Australia/Lord_Howe",
  ];
  const minute = fc.constantFrom("0", "30", "15,45", "*/20", "59");
  const hours = fc.constantFrom("0", "1", "2", "1-3", "*/6", "23", "*");
  const days = fc.constantFrom("* * *", "* * 0", "1 * *", "L * *", "* * 1#2", "15 * 5", "* 3,10 *");
  const schedule = fc
    .tuple(minute, hours, days, fc.constantFrom(...zones))
    .map(([minutes, hour, dayFields, timezone]) => ({ cron: `${minutes} ${hour} ${dayFields}`, timezone }));
  const instant = fc.integer({ min: Date.UTC(2017, 0), max: Date.UTC(2030, 0) });

  it("runs only at the local times that its text names, or where a clock change ends", () => {
    fc.assert(
      fc.property(schedule, instant, (one, from) => {
        for (const run of nextRunsAfter([one], from, 5)) {
          const wall = new Date(wallTimeAt(one.timezone, run));
          const change = clockChanges(one.timezone, run - 1, run).length > 0;
          const utc = [{ cron: one.cron }];
          expect(change || latestRunAt(utc, wall.getTime()) === wall.getTime()).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("has next runs that ascend, lie after the instant, and are each the latest at their time", () => {
    fc.assert(
      fc.property(schedule, schedule, instant, (one, other, from) => {
        const runs = nextRunsAfter([one, other], from, 6);
        expect(runs).toHaveLength(6);
        let previous = latestRunAt([one, other], from);
        for (const run of runs) {
          expect(run).toBeGreaterThan(from);
          expect(latestRunAt([one, other], run)).toBe(run);
          expect(latestRunAt([one, other], run - 1)).toBe(previous);
          previous = run;
        }
      }),
      { numRuns: 100 },
    );
  });

  it("has no gap longer than the longest", () => {
    fc.assert(
      fc.property(schedule, instant, (one, from) => {
        const longest = longestGapAfter([one], from);
        const [first = 0, second = 0, third = 0] = nextRunsAfter([one], from, 3);
        expect(Math.max(second - first, first - (latestRunAt([one], from) ?? first)) / 1000).toBeLessThanOrEqual(
          second < from + 366 * 86_400_000 ? longest : Number.POSITIVE_INFINITY,
        );
        expect(third).toBeGreaterThan(second);
      }),
      { numRuns: 25 },
    );
  });
});

it("aliases of a zone are that zone", () => {
  expect(canonicalZone("ROK")).toBe(canonicalZone("Asia/Seoul"));
  expect(canonicalZone("Etc/UTC")).toBe(canonicalZone("UTC"));
  expect(canonicalZone("Asia/Tokyo")).not.toBe(canonicalZone("Asia/Seoul"));
});

it.each(["UTC", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"])(
  "the clock of %s shows what the runtime's own says, at every hour of a year with its changes",
  (zone) => {
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    // Apia skipped a whole day at the end of 2011.
    const others: string[][] = [];
    for (let ms = Date.UTC(2011, 0, 1); ms < Date.UTC(2012, 0, 8); ms += hour * 1000) {
      const [ours, own] = [isoText(wallTimeAt(zone, ms)).slice(0, 19).replace("T", " "), format.format(ms)];
      if (ours !== own) others.push([ours, own]);
    }
    expect(others).toEqual([]);
  },
);
