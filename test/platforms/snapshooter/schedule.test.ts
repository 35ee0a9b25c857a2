import {
  compileForSnapshooter,
  compileRetentionForSnapshooter,
  retentionFromSnapshooter,
  type SnapshooterSchedule,
  schedulesFromSnapshooter,
} from "../../../provider/platforms/snapshooter/schedule";
import { retentionProblem } from "../../../provider/schedule/retention";
import { nextRunsAfter, type Schedule, sameSchedules } from "../../../provider/schedule/schedules";

const zones = ["UTC", "Europe/Lisbon", "Asia/Kolkata"];
const hourly = [24, 12, 6, 4, 3, 2, 1].flatMap((step) =>
  Array.from({ length: step }, (_, offset) => ({ mode: "hour", step, offset })),
);
const minutely = [30, 20, 15, 10, 6, 5].map((step) => ({ mode: "minute", step, offset: 0 }));

function compiled(schedules: readonly Schedule[]): readonly SnapshooterSchedule[] {
  const result = compileForSnapshooter(schedules);
  if ("problem" in result) throw new Error(result.problem);
  return result.compiled;
}

function written(answers: Parameters<typeof schedulesFromSnapshooter>[0]): readonly Schedule[] {
  const result = schedulesFromSnapshooter(answers);
  if ("problem" in result) throw new Error(result.problem);
  return result.compiled;
}

/** Response to a written schedule: the read form has other names. */
function answered({ frequency, timezone, run_offset }: SnapshooterSchedule) {
  return {
    frequency: Number(frequency.slice(1)),
    frequency_mode: frequency.startsWith("h") ? "hour" : "minute",
    timezone,
    run_offset,
  };
}

describe("everything that SnapShooter can express", () => {
  const everything = [...hourly, ...minutely].flatMap((one) => zones.map((timezone) => ({ ...one, timezone })));

  it("is 58 schedules in each zone", () => {
    expect(everything).toHaveLength(58 * zones.length);
  });

  it.each(everything)(
    "every $step $mode(s) from $offset in $timezone stays what it is",
    ({ mode, step, offset, timezone }) => {
      const answer = { frequency: step, frequency_mode: mode, timezone, run_offset: offset };
      const schedules = written([answer]);
      const [entry, ...others] = compiled(schedules);
      expect(others).toEqual([]);
      expect(entry).toEqual({
        order: 1,
        timezone,
        frequency: `${mode === "hour" ? "h" : "m"}${step}`,
        run_offset: offset,
      });
      if (entry === undefined) throw new Error("nothing compiled");
      expect(answered(entry)).toEqual(answer);
      expect(sameSchedules(written([answered(entry)]), schedules)).toBe(true);
    },
  );

  it.each(hourly)("every $step hour(s) from $offset runs at those hours", ({ step, offset }) => {
    const schedules = written([{ frequency: step, frequency_mode: "hour", timezone: "UTC", run_offset: offset }]);
    const midnight = Date.UTC(2026, 10, 21);
    const runs = nextRunsAfter(schedules, midnight - 1, 24 / step);
    expect(runs).toEqual(
      Array.from({ length: 24 / step }, (_, index) => midnight + (offset + index * step) * 3_600_000),
    );
  });

  it("has a run_offset past the first of several runs a day, which moves only what counts as the daily one", () => {
    const schedules = written([{ frequency: 6, frequency_mode: "hour", timezone: "UTC", run_offset: 9 }]);
    expect(schedules).toEqual([{ cron: "0 3,9,15,21 * * *", timezone: "UTC" }]);
    expect(compiled(schedules)).toEqual([{ order: 1, timezone: "UTC", frequency: "h6", run_offset: 3 }]);
  });
});

describe("schedules as SnapShooter writes them", () => {
  it.each([
    ["0 3 * * *", "h24", 3],
    ["0 0,12 * * *", "h12", 0],
    ["0 3,9,15,21 * * *", "h6", 3],
    ["0 */6 * * *", "h6", 0],
    ["0 1-23/2 * * *", "h2", 1],
    ["0 * * * *", "h1", 0],
    ["*/30 * * * *", "m30", 0],
    ["0,15,30,45 * * * *", "m15", 0],
    ["*/5 * * * *", "m5", 0],
    ["0 3 * * 0-6", "h24", 3],
  ])("%s", (cron, frequency, run_offset) => {
    expect(compiled([{ cron }])).toEqual([{ order: 1, timezone: "UTC", frequency, run_offset }]);
  });

  it("several keep their order and zones", () => {
    expect(compiled([{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }, { cron: "0 * * * *" }])).toEqual([
      { order: 1, timezone: "Europe/Lisbon", frequency: "h24", run_offset: 3 },
      { order: 2, timezone: "UTC", frequency: "h1", run_offset: 0 },
    ]);
  });
});

describe("what SnapShooter can't express is refused with the nearest that it can", () => {
  const refusals: [cron: string, says: string][] = [
    ["0 */8 * * *", "every 8 hours: SnapShooter has every 6 or every 12 hours"],
    ["0 2,10,18 * * *", "every 8 hours: SnapShooter has every 6 or every 12 hours"],
    ["0 */5 * * *", "every 5 hours: SnapShooter has every 4 or every 6 hours"],
    ["0 */13 * * *", "every 13 hours: SnapShooter has every 12 or every 24 hours"],
    ["0 3,9 * * *", '2 times a day at uneven distances: SnapShooter has every 12 hours ("0 3,15 * * *")'],
    ["*/7 * * * *", "every 7 minutes: SnapShooter has every 6 or every 10 minutes"],
    ["*/12 * * * *", "every 12 minutes: SnapShooter has every 10 or every 15 minutes"],
    ["*/2 * * * *", "every 2 minutes: SnapShooter has every 5 minutes"],
    ["* * * * *", "every minute: SnapShooter has every 5 minutes"],
    ["*/45 * * * *", "every 45 minutes: SnapShooter has every 30 or every 60 (every hour) minutes"],
    ["5,35 * * * *", 'from the full hour on ("*/30 * * * *")'],
    ["0,10 * * * *", "2 times an hour at uneven distances: SnapShooter has every 30 minutes"],
    ["*/30 9-17 * * *", "in some hours only: SnapShooter has every 30 minutes"],
    ["30 3 * * *", 'SnapShooter starts on the full hour, write "0 3 * * *" or "0 4 * * *"'],
    ["30 23 * * *", 'write "0 23 * * *" or "0 0 * * *"'],
    ["30 * * * *", 'SnapShooter starts on the full hour, write "0 * * * *"'],
    ["0 3 * * 1", 'SnapShooter has no weekly or monthly runs, the nearest is "0 3 * * *"'],
    ["0 3 1 * *", 'SnapShooter has no weekly or monthly runs, the nearest is "0 3 * * *"'],
    ["0 3 * 1 *", 'the nearest is "0 3 * * *"'],
  ];

  it.each(refusals)("%s", (cron, says) => {
    expect(compileForSnapshooter([{ cron }])).toHaveProperty("problem", expect.stringContaining(says));
  });

  it.each(refusals)("%s: every cron text that it names is one that compiles", (cron) => {
    const { problem } = compileForSnapshooter([{ cron }]) as { problem: string };
    const named = [...problem.matchAll(/"([^"]+ [^"]+)"/g)]
      .map(([, text]) => text ?? "")
      .filter((text) => text !== cron);
    expect(named.length).toBeGreaterThan(0);
    for (const text of named) expect(compileForSnapshooter([{ cron: text }])).toHaveProperty("compiled");
  });

  it("a kind", () => {
    expect(compileForSnapshooter([{ cron: "0 3 * * *", kind: "full" }])).toHaveProperty(
      "problem",
      expect.stringContaining("remove kind"),
    );
  });

  it("what is no schedule at all", () => {
    expect(compileForSnapshooter([{ cron: "@daily" }])).toHaveProperty("problem", expect.stringContaining("nickname"));
  });
});

describe("an answer with words that SnapShooter doesn't document", () => {
  it.each([
    { frequency: 8, frequency_mode: "hour", timezone: "UTC", run_offset: 0 },
    { frequency: 12, frequency_mode: "minute", timezone: "UTC", run_offset: 0 },
    { frequency: 24, frequency_mode: "cron", timezone: "UTC", run_offset: 0 },
    { frequency: null, frequency_mode: null, timezone: "UTC", run_offset: null },
    { frequency: 24, frequency_mode: "hour", timezone: null, run_offset: 0 },
    { frequency: 24, frequency_mode: "hour", timezone: "UTC", run_offset: 1.5 },
  ])("is a problem, never another schedule: %j", (answer) => {
    expect(schedulesFromSnapshooter([answer])).toHaveProperty("problem", expect.stringContaining("unknown"));
  });
});

describe("retention on SnapShooter", () => {
  it("comes back as it went", () => {
    const retention = { keepHourly: 24, keepDaily: 7, keepMonthly: 12 };
    const result = compileRetentionForSnapshooter(retention);
    expect(result).toEqual({
      compiled: { retention_hourly: 24, retention_daily: 7, retention_weekly: 0, retention_monthly: 12 },
    });
    expect(retentionFromSnapshooter({ hourly: 24, daily: 7, weekly: 0, monthly: 12 })).toEqual(retention);
    expect(retentionFromSnapshooter({ hourly: 0, daily: null })).toBeUndefined();
  });

  it.each([
    [{ keepLast: 5 }, "the nearest is keepDaily: 5"],
    [{ keepYearly: 2 }, "the nearest is keepMonthly: 24"],
    [{ keepWithin: "30d" }, "the nearest is keepDaily"],
    [{ keepDaily: 7, minimumRetained: 2 }, "remove minimumRetained"],
    [{ keepDaily: 7, maxDeletes: 2 }, "remove maxDeletes"],
    [{ keepDaily: 7, timezone: "UTC" }, "remove timezone"],
    [{ keepDaily: 0 }, "keeps nothing"],
  ])("that it lacks is refused: %j", (retention, says) => {
    expect(compileRetentionForSnapshooter(retention)).toHaveProperty("problem", expect.stringContaining(says));
  });

  it("that it gives is valid", () => {
    expect(retentionProblem(retentionFromSnapshooter({ daily: 1 }))).toBeUndefined();
  });
});
