import {
  compileForServerBackup,
  compileRetentionForServerBackup,
  retentionFromServerBackup,
  type ServerBackupSchedule,
  schedulesFromServerBackup,
} from "../../../provider/platforms/scp/backup/schedule";
import { type Schedule, sameSchedules } from "../../../provider/schedule/schedules";

const timezone = "Asia/Seoul";
const days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
const weeks = ["WEEK_1", "WEEK_2", "WEEK_3", "WEEK_4", "WEEK_LAST"];
const times = Array.from({ length: 46 }, (_, index) => {
  const hour = String(1 + Math.floor(index / 2)).padStart(2, "0");
  return `${hour}:${index % 2 === 0 ? "00" : "30"}:00`;
});

function everyEntry(type: "FULL" | "INCREMENTAL"): ServerBackupSchedule[] {
  return times.flatMap((start_time) => [
    { type, frequency: "DAILY" as const, start_time },
    ...days.map((start_day) => ({ type, frequency: "WEEKLY" as const, start_time, start_day })),
    ...days.flatMap((start_day) =>
      weeks.map((start_week) => ({ type, frequency: "MONTHLY" as const, start_time, start_day, start_week })),
    ),
  ]);
}

function compiled(schedules: readonly Schedule[]): readonly ServerBackupSchedule[] {
  const result = compileForServerBackup(schedules);
  if ("problem" in result) throw new Error(result.problem);
  return result.compiled;
}

function written(answers: readonly ServerBackupSchedule[]): readonly Schedule[] {
  const result = schedulesFromServerBackup(answers);
  if ("problem" in result) throw new Error(result.problem);
  return result.compiled;
}

const inSeoul = (...schedules: Schedule[]): Schedule[] => schedules.map((schedule) => ({ timezone, ...schedule }));

describe("everything that a server backup can express", () => {
  it("is 1978 entries of each type", () => {
    expect(everyEntry("FULL")).toHaveLength(46 * (1 + 7 + 35));
  });

  it("stays what it is as the full one", () => {
    const entries = everyEntry("FULL");
    const schedules = entries.map((entry) => written([entry]));
    expect(schedules.filter(({ length }) => length !== 1)).toEqual([]);
    expect(schedules.map(compiled)).toEqual(entries.map((entry) => [entry]));
    expect(schedules.filter((each) => !sameSchedules(written(compiled(each)), each))).toEqual([]);
  });

  it("stays what it is as an incremental one beside a full one", () => {
    const full: ServerBackupSchedule = { type: "FULL", frequency: "WEEKLY", start_time: "03:00:00", start_day: "SUN" };
    const all = everyEntry("INCREMENTAL").map((entry) => [full, entry]);
    expect(all.map((entries) => compiled(written(entries)))).toEqual(all);
  });

  it("stays what it is with one to six incremental ones of all sorts, in whatever order they are answered", () => {
    const incremental = everyEntry("INCREMENTAL");
    const [full] = everyEntry("FULL");
    if (full === undefined) throw new Error("no entry");
    for (let start = 0; start < incremental.length; start += 7) {
      const count = 1 + (start % 6);
      const entries = Array.from(
        { length: count },
        (_, index) => incremental[(start + index * 331) % incremental.length],
      );
      const all = [full, ...entries.filter((entry) => entry !== undefined)];
      const once = compiled(written(all));
      expect(new Set(once.map((entry) => JSON.stringify(entry)))).toEqual(
        new Set(all.map((entry) => JSON.stringify(entry))),
      );
      expect(compiled(written([...all].reverse()))).toEqual(once);
      expect(compiled(written(once))).toEqual(once);
    }
  });
});

describe("schedules as a server backup takes them", () => {
  const full: Schedule = { cron: "0 3 * * 0", timezone };
  const fullEntry = { type: "FULL", frequency: "WEEKLY", start_time: "03:00:00", start_day: "SUN" };

  it("Monday to Friday is five weekly entries", () => {
    const schedules = inSeoul(full, { cron: "30 22 * * 1-5", kind: "incremental" });
    expect(compiled(schedules)).toEqual([
      fullEntry,
      ...["MON", "TUE", "WED", "THU", "FRI"].map((start_day) => ({
        type: "INCREMENTAL",
        frequency: "WEEKLY",
        start_time: "22:30:00",
        start_day,
      })),
    ]);
    expect(written(compiled(schedules))).toEqual([
      { cron: "0 3 * * 0", timezone, kind: "full" },
      { cron: "30 22 * * 1-5", timezone, kind: "incremental" },
    ]);
  });

  it("several times are several entries", () => {
    const schedules = inSeoul(full, { cron: "0 6,12,18 * * *", kind: "incremental" });
    expect(compiled(schedules).slice(1)).toEqual(
      ["06", "12", "18"].map((hour) => ({ type: "INCREMENTAL", frequency: "DAILY", start_time: `${hour}:00:00` })),
    );
  });

  it("days are read by meaning", () => {
    const [entry] = compiled(inSeoul({ cron: "0 3 * * 1#1,1#2,1#3,1#4,1#5" }));
    expect(entry).toEqual({ type: "FULL", frequency: "WEEKLY", start_time: "03:00:00", start_day: "MON" });
    expect(compiled(inSeoul({ cron: "0 3 1-31 * *" }))).toEqual([
      { type: "FULL", frequency: "DAILY", start_time: "03:00:00" },
    ]);
    expect(compiled(inSeoul({ cron: "0 3 * * 5L" }))).toEqual([
      { type: "FULL", frequency: "MONTHLY", start_time: "03:00:00", start_day: "FRI", start_week: "WEEK_LAST" },
    ]);
  });

  it("the order of schedules and entries that are there twice don't count", () => {
    const daily: Schedule = { cron: "0 12 * * *", kind: "incremental" };
    expect(compiled(inSeoul(daily, full, daily))).toEqual(compiled(inSeoul(full, daily)));
  });

  it("an alias of the zone is the zone", () => {
    expect(compiled([{ cron: "0 3 * * 0", timezone: "ROK" }])).toEqual([fullEntry]);
  });
});

describe("what a server backup can't express is refused with the nearest that it can", () => {
  const full: Schedule = { cron: "0 3 * * 0" };
  it.each<[string, Schedule[], string]>([
    ["hour 0", inSeoul({ cron: "0 0 * * *" }), 'from 01:00 to 23:30, the nearest is "0 1 * * *"'],
    ["half past 0", inSeoul({ cron: "30 0 * * 1" }), 'the nearest is "0 1 * * 1"'],
    [
      "hour 0 among others",
      inSeoul(full, { cron: "0 0,12 * * *", kind: "incremental" }),
      'the nearest is "0 1,12 * * *"',
    ],
    ["*/5", inSeoul({ cron: "*/5 * * * *" }), 'the nearest is "0 1,5,9,13,17,21 * * *" with kind: "incremental"'],
    ["another minute", inSeoul({ cron: "15 3 * * *" }), 'on :00 or :30, the nearest is "0 3 * * *" or "30 3 * * *"'],
    ["a late minute", inSeoul({ cron: "45 3 * * *" }), 'the nearest is "30 3 * * *"'],
    [
      "a day of the month",
      inSeoul({ cron: "0 3 1 * *" }),
      'the nearest is "0 3 * * 1#1" (the first) or "0 3 * * 1#L" (the last)',
    ],
    ["the last day of the month", inSeoul({ cron: "0 3 L * *" }), 'the nearest is "0 3 * * 1#1"'],
    ["a fifth Friday", inSeoul({ cron: "0 3 * * 5#5" }), '"0 3 * * 5#L" (the last)'],
    ["a month", inSeoul({ cron: "0 3 * 1 *" }), "can't name"],
    ["everything at once", inSeoul({ cron: "5 0 1 1 *" }), 'the nearest is "0 1 * * 1#1"'],
    ["no full", inSeoul({ cron: "0 3 * * *", kind: "incremental" }), 'give one that runs at one time kind: "full"'],
    ["two full", inSeoul(full, { cron: "0 3 * * 1" }), "2 full backups"],
    ["five full", inSeoul({ cron: "0 3 * * 1-5" }), "5 full backups"],
    ["seven incremental", inSeoul(full, { cron: "0 1-7 * * *", kind: "incremental" }), "7 incremental backups"],
    [
      "seven incremental by days",
      inSeoul(full, { cron: "0 4,5 * * 1-4", kind: "incremental" }),
      "8 incremental backups",
    ],
    ["no zone", [full], 'is in timezone "UTC": Samsung Cloud Platform runs server backups in one zone'],
    ["a zone with clock changes", [{ cron: "0 3 * * 0", timezone: "Europe/Lisbon" }], 'write timezone: "Asia/Seoul"'],
    ["another zone without", [{ cron: "0 3 * * 0", timezone: "Asia/Tokyo" }], 'write timezone: "Asia/Seoul"'],
    ["no schedule", [], "at least one schedule"],
  ])("%s", (_what, schedules, says) => {
    const result = compileForServerBackup(schedules);
    expect(result).toHaveProperty("problem", expect.stringContaining(says));
  });
});

describe("an answer with words that a server backup doesn't document", () => {
  it.each([
    {},
    { type: "FULL", frequency: "HOURLY", start_time: "03:00:00" },
    { type: "DIFFERENTIAL", frequency: "DAILY", start_time: "03:00:00" },
    { type: "FULL", frequency: "DAILY", start_time: "3 o'clock" },
    { type: "FULL", frequency: "WEEKLY", start_time: "03:00:00", start_day: null },
    { type: "FULL", frequency: "MONTHLY", start_time: "03:00:00", start_day: "MON", start_week: "WEEK_5" },
  ])("is a problem, never another schedule: %j", (answer) => {
    expect(schedulesFromServerBackup([answer])).toHaveProperty("problem", expect.stringContaining("unknown schedule"));
  });
});

describe("retention of a server backup", () => {
  it.each([
    ["14d", "WEEK_2"],
    ["2w", "WEEK_2"],
    ["31d", "MONTH_1"],
    ["1mo", "MONTH_1"],
    ["93d", "MONTH_3"],
    ["3mo", "MONTH_3"],
    ["186d", "MONTH_6"],
    ["6mo", "MONTH_6"],
    ["365d", "YEAR_1"],
    ["1y", "YEAR_1"],
  ])("%s is %s, there and back", (keepWithin, word) => {
    expect(compileRetentionForServerBackup({ keepWithin })).toEqual({ compiled: word });
    const answer = retentionFromServerBackup(word);
    expect(answer && compileRetentionForServerBackup(answer)).toEqual({ compiled: word });
  });

  it.each([
    [{ keepWithin: "20d" }, 'the nearest is "14d" (WEEK_2) or "31d" (MONTH_1)'],
    [{ keepWithin: "28d" }, 'the nearest is "31d" (MONTH_1) or "14d" (WEEK_2)'],
    [{ keepWithin: "1d" }, 'the nearest is "14d" (WEEK_2)'],
    [{ keepWithin: "3y" }, 'the nearest is "365d" (YEAR_1)'],
    [{ keepWithin: "2m" }, "can be read two ways"],
    [
      { keepDaily: 7 },
      'keepDaily: Samsung Cloud Platform keeps server backups for a time only: write keepWithin: "14d"',
    ],
    [{ keepLast: 7, keepWithin: "14d" }, "keepLast: "],
    [{ keepWithin: "14d", maxDeletes: 5 }, "maxDeletes: "],
    [{}, "keeps nothing"],
  ])("that it lacks is refused: %j", (retention, says) => {
    expect(compileRetentionForServerBackup(retention)).toHaveProperty("problem", expect.stringContaining(says));
  });

  it("with an unknown word is none", () => {
    expect(retentionFromServerBackup("DECADE_1")).toBeUndefined();
  });
});
