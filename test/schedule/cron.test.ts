import { parseCron } from "../../provider/schedule/cron";
import { parseSchedules, type Schedule } from "../../provider/schedule/schedules";

function daysIn2026(text: string): string[] {
  const parsed = parseCron(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  const days: string[] = [];
  for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2027, 0, 1); day += 86_400_000) {
    if (parsed.rule.runsOn(day)) days.push(new Date(day).toISOString().slice(5, 10));
  }
  return days;
}

describe("the days of a cron text", () => {
  it.each([
    ["every day", "0 3 * * *", 365],
    ["a day of the week", "0 3 * * 1", 52],
    ["0 and 7 are Sunday", "0 3 * * 0,7", 52],
    ["names count", "0 3 * * mon-FRI", 261],
    ["a day of the month", "0 3 31 * *", 7],
    ["a month", "0 3 * FEB *", 28],
    ["both day fields: either counts", "0 3 1 * 1", 63],
    ["a week of weekdays is every day", "0 3 15 * 0-6", 365],
    ["the last day of the month", "0 3 L * *", 12],
    ["the last day or the first", "0 3 L,1 * *", 24],
    ["the second Monday", "0 3 * * 1#2", 12],
    ["the fifth Monday, where there is one", "0 3 * * 1#5", 4],
    ["the last Friday", "0 3 * * 5L", 12],
    ["the last day or a Monday", "0 3 L * 1", 62],
  ])("%s: %s", (_rule, text, count) => {
    expect(daysIn2026(text)).toHaveLength(count);
  });

  it("are the right ones for L and #", () => {
    expect(daysIn2026("0 3 L 2,4 *")).toEqual(["02-28", "04-30"]);
    expect(daysIn2026("0 3 * 11 6#3")).toEqual(["11-21"]);
    expect(daysIn2026("0 3 * 11 FRI#L")).toEqual(["11-27"]);
    expect(daysIn2026("0 3 * 11 5L")).toEqual(["11-27"]);
  });

  it("are read whatever the spaces", () => {
    expect(parseCron("  0\t3  * * * ")).toHaveProperty("rule.times", [180]);
  });
});

describe("a text that is not a cron expression of five fields is refused with the remedy", () => {
  it.each([
    ["", /five fields/],
    ["0 3 * *", /five fields .*"0 3 \* \* \*"/],
    ["0 0 3 * * *", /no seconds: .*"0 3 \* \* \*" without the first/],
    ["0 0 3 * * * 2026", /five fields/],
    ["@reboot", /not a schedule: write five fields/],
    ["@daily", /nickname: write "0 0 \* \* \*"/],
    ["@hourly", /write "0 \* \* \* \*"/],
    ["@WEEKLY", /write "0 0 \* \* 0"/],
    ["0 3 ? * *", /"\?", which is not part of cron/],
    ["0 3 15W * *", /"W", which is not part of cron/],
    ["0 3 LW * *", /not part of cron/],
    ["0 3 1 * +1", /"\+", which is not part of cron/],
    ["60 * * * *", /not a cron expression/],
    ["0 24 * * *", /not a cron expression/],
    ["0 3 0 * *", /not a cron expression/],
    ["0 3 32 * *", /not a cron expression/],
    ["0 3 * 13 *", /not a cron expression/],
    ["0 3 * * 8", /not a cron expression/],
    ["0 3 * * 1#6", /not a cron expression/],
    ["0 22-2 * * *", /not a cron expression/],
    ["*/0 * * * *", /not a cron expression/],
    ["5/15 * * * *", /not a cron expression/],
    ["1.5 3 * * *", /not a cron expression/],
    ["-1 3 * * *", /not a cron expression/],
    ["0 L * * *", /not a cron expression/],
    ["0 3,,4 * * *", /not a cron expression/],
    ["0 0 30 2 *", /never runs/],
    ["0 0 31 4,6,9,11 *", /never runs/],
    ["0 3 */2 * 1", /leave one of the two as \*/],
    ["0 3 1 * */2", /leave one of the two as \*/],
  ])("%j", (text, remedy) => {
    expect(parseCron(text)).toHaveProperty("problem", expect.stringMatching(remedy));
  });
});

describe("schedules", () => {
  it("have UTC and full where nothing is said, never the machine's zone", () => {
    const parsed = parseSchedules([{ cron: "0 3 * * *" }]);
    expect(parsed).toHaveProperty("schedules.0", expect.objectContaining({ zone: "UTC", kind: "full" }));
  });

  it.each<[string, unknown, RegExp]>([
    ["none", [], /at least one schedule/],
    ["no list", { cron: "0 3 * * *" }, /must be a list/],
    ["a text alone", ["0 3 * * *"], /schedules\[0\]: must be a schedule, such as/],
    [
      "a misspelt argument",
      [{ cron: "0 3 * * *", timeZone: "UTC" }],
      /unknown argument "timeZone"; did you mean "timezone"\?/,
    ],
    ["no cron", [{ timezone: "UTC" }], /schedules\[0\]\.cron: must be text/],
    ["a bad second one", [{ cron: "0 3 * * *" }, { cron: "@daily" }], /schedules\[1\]\.cron: .*nickname/],
    [
      "an unknown zone",
      [{ cron: "0 3 * * *", timezone: "Lisbon" }],
      /schedules\[0\]\.timezone: "Lisbon" is not a time zone/,
    ],
    ["a distance from UTC", [{ cron: "0 3 * * *", timezone: "+09:00" }], /is not a time zone: write a name/],
    ["the machine's zone", [{ cron: "0 3 * * *", timezone: "local" }], /is not a time zone/],
    ["an empty zone", [{ cron: "0 3 * * *", timezone: "" }], /is not a time zone/],
    ["an unknown kind", [{ cron: "0 3 * * *", kind: "partial" }], /must be "full" or "incremental"/],
  ])("are refused: %s", (_what, schedules, remedy) => {
    expect(parseSchedules(schedules as Schedule[])).toHaveProperty("problem", expect.stringMatching(remedy));
  });
});
