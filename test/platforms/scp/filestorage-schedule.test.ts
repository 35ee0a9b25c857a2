import {
  compileForFileStorage,
  compileRetentionForFileStorage,
  type FileStorageSchedule,
  retentionFromFileStorage,
  scheduleFromFileStorage,
} from "../../../provider/platforms/scp/filestorage/schedule";
import { nextRunsAfter, type Schedule, sameSchedules } from "../../../provider/schedule/schedules";

const now = Date.parse("2026-11-21T00:00:00Z");
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const zones = [
  "Asia/Seoul",
  "UTC",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "America/Sao_Paulo",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
];
const everything: FileStorageSchedule[] = Array.from({ length: 24 }, (_, hour) => String(hour)).flatMap((hour) => [
  { frequency: "DAILY", hour },
  ...days.map((day_of_week) => ({ frequency: "WEEKLY" as const, day_of_week, hour })),
]);

function written(answer: FileStorageSchedule, timezone?: string): Schedule {
  const result = scheduleFromFileStorage(answer, now, timezone);
  if ("problem" in result) throw new Error(result.problem);
  return result.compiled;
}

describe("everything that File Storage can express", () => {
  it("is 192 schedules", () => {
    expect(everything).toHaveLength(192);
  });

  it.each(zones)("stays what it is, written in %s", (zone) => {
    for (const answer of everything) {
      const schedule = written(answer, zone);
      expect(schedule.timezone).toBe(zone);
      expect(compileForFileStorage([schedule], now)).toEqual({ compiled: answer });
      expect(sameSchedules([written(answer, zone)], [schedule])).toBe(true);
    }
  });

  it.each(zones)("is the same instants in Seoul and in %s", (zone) => {
    for (const answer of everything) {
      const runs = nextRunsAfter([written(answer)], now, 3);
      expect(nextRunsAfter([written(answer, zone)], now, 3)).toEqual(runs);
      const seoul = new Date((runs[0] ?? 0) + 9 * 3_600_000);
      expect(String(seoul.getUTCHours())).toBe(answer.hour);
      if (answer.frequency === "WEEKLY") expect(days[seoul.getUTCDay()]).toBe(answer.day_of_week);
    }
  });

  it("is shown in Seoul's zone to a user whose clock changes", () => {
    expect(written({ frequency: "DAILY", hour: "12" }, "Europe/Lisbon")).toEqual({
      cron: "0 12 * * *",
      timezone: "Asia/Seoul",
    });
  });
});

describe("schedules as File Storage takes them", () => {
  it.each<[string, string, FileStorageSchedule]>([
    ["0 3 * * *", "Asia/Seoul", { frequency: "DAILY", hour: "3" }],
    ["0 3 * * *", "UTC", { frequency: "DAILY", hour: "12" }],
    ["0 15 * * *", "UTC", { frequency: "DAILY", hour: "0" }],
    ["0 14 * * 0", "UTC", { frequency: "WEEKLY", day_of_week: "SUN", hour: "23" }],
    ["0 15 * * 0", "UTC", { frequency: "WEEKLY", day_of_week: "MON", hour: "0" }],
    ["0 20 * * 6", "UTC", { frequency: "WEEKLY", day_of_week: "SUN", hour: "5" }],
    ["0 2 * * 1", "Pacific/Kiritimati", { frequency: "WEEKLY", day_of_week: "SUN", hour: "21" }],
    ["30 3 * * 1", "Asia/Kolkata", { frequency: "WEEKLY", day_of_week: "MON", hour: "7" }],
    ["0 21 * * SAT", "America/Sao_Paulo", { frequency: "WEEKLY", day_of_week: "SUN", hour: "9" }],
  ])("%s in %s", (cron, timezone, compiled) => {
    expect(compileForFileStorage([{ cron, timezone }], now)).toEqual({ compiled });
  });

  it("have the default zone", () => {
    expect(compileForFileStorage([{ cron: "0 3 * * *" }], now)).toEqual({
      compiled: { frequency: "DAILY", hour: "12" },
    });
  });
});

describe("what File Storage can't express is refused with the nearest that it can", () => {
  it.each<[string, Schedule[], string]>([
    [
      "a zone with clock changes",
      [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }],
      'has clock changes, and Samsung Cloud Platform runs File Storage schedules in GMT+9 all year: write timezone: "Asia/Seoul"',
    ],
    ["another one", [{ cron: "0 3 * * *", timezone: "Australia/Lord_Howe" }], 'write timezone: "Asia/Seoul"'],
    ["half past", [{ cron: "30 3 * * *" }], "starts File Storage schedules on the hour"],
    [
      "half past, in a zone half an hour off",
      [{ cron: "0 3 * * *", timezone: "Asia/Kolkata" }],
      'the nearest is "30 2 * * *" or "30 3 * * *"',
    ],
    ["the end of the day", [{ cron: "30 23 * * 1" }], 'the nearest is "0 23 * * 1"'],
    ["*/5", [{ cron: "*/5 * * * *" }], 'the nearest is "0 0 * * *"'],
    ["twice a day", [{ cron: "0 3,15 * * *" }], 'once a day or once a week, the nearest is "0 3 * * *"'],
    ["weekdays", [{ cron: "0 3 * * 1-5" }], 'the nearest is "0 3 * * *" (every day) or "0 3 * * 1" (one day a week)'],
    ["a day of the month", [{ cron: "0 3 1 * *" }], 'the nearest is "0 3 * * *"'],
    [
      "a second Tuesday",
      [{ cron: "0 3 * * 2#2" }],
      'the nearest is "0 3 * * *" (every day) or "0 3 * * 2" (one day a week)',
    ],
    ["twice on the first", [{ cron: "0 3,4 1 * *" }], 'the nearest is "0 3 * * *"'],
    ["two schedules", [{ cron: "0 3 * * *" }, { cron: "0 3 * * 1" }], "one schedule for a File Storage volume"],
    ["a kind", [{ cron: "0 3 * * *", kind: "full" }], "remove kind"],
    ["no schedule", [], "at least one schedule"],
  ])("%s", (_what, schedules, says) => {
    expect(compileForFileStorage(schedules, now)).toHaveProperty("problem", expect.stringContaining(says));
  });

  it("takes a zone that has given its clock changes up", () => {
    const schedules = [{ cron: "0 0 * * *", timezone: "America/Sao_Paulo" }];
    expect(compileForFileStorage(schedules, now)).toHaveProperty("compiled");
    expect(compileForFileStorage(schedules, Date.parse("2018-01-01"))).toHaveProperty("problem");
  });
});

describe("an answer with words that File Storage doesn't document", () => {
  it.each([
    {},
    { frequency: "MONTHLY", hour: "3" },
    { frequency: "WEEKLY", hour: "3" },
    { frequency: "WEEKLY", day_of_week: "SOMEDAY", hour: "3" },
    { frequency: "DAILY", hour: "24" },
    { frequency: "DAILY", hour: null },
  ])("is a problem, never another schedule: %j", (answer) => {
    expect(scheduleFromFileStorage(answer, now)).toHaveProperty("problem", expect.stringContaining("unknown schedule"));
  });

  it("but a number for the hour, or small letters, are fine", () => {
    expect(scheduleFromFileStorage({ frequency: "WEEKLY", day_of_week: "mon", hour: 3 }, now)).toEqual({
      compiled: { cron: "0 3 * * 1", timezone: "Asia/Seoul" },
    });
  });
});

describe("retention on File Storage", () => {
  it("is any number from 1 to 128, there and back", () => {
    for (let keepLast = 1; keepLast <= 128; keepLast += 1) {
      expect(compileRetentionForFileStorage({ keepLast })).toEqual({ compiled: keepLast });
      expect(retentionFromFileStorage(keepLast)).toEqual({ keepLast });
      expect(retentionFromFileStorage(String(keepLast))).toEqual({ keepLast });
    }
  });

  it.each([
    [{ keepLast: 0 }, "the nearest is 1"],
    [{ keepLast: -3 }, "the nearest is 1"],
    [{ keepLast: 129 }, "the nearest is 128"],
    [{ keepLast: 1.5 }, "whole number"],
    [{ keepDaily: 7 }, "keepDaily: Samsung Cloud Platform keeps File Storage snapshots by number only: write keepLast"],
    [{ keepLast: 7, keepWithin: "30d" }, "keepWithin: "],
    [{}, "keeps nothing"],
  ])("that it lacks is refused: %j", (retention, says) => {
    expect(compileRetentionForFileStorage(retention)).toHaveProperty("problem", expect.stringContaining(says));
  });

  it("of no number is none", () => {
    expect(retentionFromFileStorage("many")).toBeUndefined();
    expect(retentionFromFileStorage(0)).toBeUndefined();
  });
});
