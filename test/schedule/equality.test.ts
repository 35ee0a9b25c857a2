import { type Schedule, sameSchedules } from "../../provider/schedule/schedules";

const crons = (...texts: string[]): Schedule[] => texts.map((cron) => ({ cron }));

describe("schedules that mean the same runs are equal", () => {
  it.each<[string, Schedule[], Schedule[]]>([
    ["a step and its list", crons("0 */6 * * *"), crons("0 0,6,12,18 * * *")],
    ["the order of a list", crons("0 18,6,0,12 * * *"), crons("0 */6 * * *")],
    ["a range and its list", crons("0 3 * * 1-5"), crons("0 3 * * 1,2,3,4,5")],
    ["names and numbers", crons("0 3 * JAN MON"), crons("0 3 * 1 1")],
    ["both Sundays", crons("0 3 * * 0"), crons("0 3 * * 7")],
    ["every weekday and every day", crons("0 3 * * 0-6"), crons("0 3 * * *")],
    ["every day of the month and every day", crons("0 3 1-31 * *"), crons("0 3 * * *")],
    ["either day field, one of them every day", crons("0 3 1-31 * 1"), crons("0 3 * * *")],
    ["a step of one", crons("*/1 * * * *"), crons("* * * * *")],
    ["spaces and zeros", crons(" 00  03 * * * "), crons("0 3 * * *")],
    ["the order of schedules", crons("0 3 * * *", "0 9 * * 1"), crons("0 9 * * 1", "0 3 * * *")],
    [
      "one schedule or several",
      crons("0 3 * * 1-5"),
      crons("0 3 * * 1", "0 3 * * 2", "0 3 * * 3", "0 3 * * 4", "0 3 * * 5"),
    ],
    ["times in one schedule or in two", crons("0 0,12 * * *"), crons("0 0 * * *", "0 12 * * *")],
    ["a schedule that another contains", crons("0 3 * * *", "0 3 * * 1"), crons("0 3 * * *")],
    ["a schedule twice", crons("0 3 * * *", "0 3 * * *"), crons("0 3 * * *")],
    ["both spellings of the last Friday", crons("0 3 * * 5L"), crons("0 3 * * FRI#L")],
    ["the first seven days that are Mondays, as #", crons("0 3 * * 1#1,1#2,1#3,1#4,1#5"), crons("0 3 * * 1")],
    ["the default zone", [{ cron: "0 3 * * *", timezone: "UTC" }], crons("0 3 * * *")],
    ["aliases of a zone", [{ cron: "0 3 * * *", timezone: "ROK" }], [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }]],
    [
      "a zone in other letters",
      [{ cron: "0 3 * * *", timezone: "europe/lisbon" }],
      [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }],
    ],
    ["the default kind", [{ cron: "0 3 * * *", kind: "full" }], crons("0 3 * * *")],
  ])("%s", (_what, one, other) => {
    expect(sameSchedules(one, other)).toBe(true);
    expect(sameSchedules(other, one)).toBe(true);
  });
});

describe("schedules that don't mean the same runs differ", () => {
  it.each<[string, Schedule[], Schedule[]]>([
    ["another hour", crons("0 3 * * *"), crons("0 4 * * *")],
    ["another minute", crons("0 3 * * *"), crons("30 3 * * *")],
    ["another day", crons("0 3 * * 1"), crons("0 3 * * 2")],
    ["the first of a month and a first Monday", crons("0 3 1 * *"), crons("0 3 * * 1#1")],
    ["the last day and the 31st", crons("0 3 L * *"), crons("0 3 31 * *")],
    ["the last day and the 28th in February", crons("0 3 L 2 *"), crons("0 3 28 2 *")],
    ["the last Monday and the fifth", crons("0 3 * * 1#L"), crons("0 3 * * 1#5")],
    ["the last Monday and the fourth", crons("0 3 * * 1#L"), crons("0 3 * * 1#4")],
    ["one more", crons("0 3 * * *"), crons("0 3,4 * * *")],
    ["times exchanged between days", crons("0 3 * * 1", "0 4 * * 2"), crons("0 4 * * 1", "0 3 * * 2")],
    ["another zone", crons("0 3 * * *"), [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }]],
    [
      "zones whose clocks agree",
      [{ cron: "0 3 * * *", timezone: "Asia/Tokyo" }],
      [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }],
    ],
    ["another kind", crons("0 3 * * *"), [{ cron: "0 3 * * *", kind: "incremental" }]],
  ])("%s", (_what, one, other) => {
    expect(sameSchedules(one, other)).toBe(false);
    expect(sameSchedules(other, one)).toBe(false);
  });
});
