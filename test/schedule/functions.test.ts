import { longestGapSeconds, nextRuns } from "../../sdk/schedule";

const daily = [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }];

describe("nextRuns", () => {
  it("gives ISO-8601 UTC texts after from", () => {
    expect(nextRuns(daily, { from: "2026-10-24T03:00:00+01:00", count: 2 })).toEqual([
      "2026-10-25T03:00:00.000Z",
      "2026-10-26T03:00:00.000Z",
    ]);
    expect(nextRuns(daily, { from: new Date("2026-07-01T00:00:00Z"), count: 1 })).toEqual(["2026-07-01T02:00:00.000Z"]);
    expect(nextRuns(daily, { from: "2026-07-01", count: 1 })).toEqual(["2026-07-01T02:00:00.000Z"]);
  });

  it("gives ten from now on, unless told otherwise", () => {
    const runs = nextRuns(daily);
    expect(runs).toHaveLength(10);
    expect(Date.parse(runs[0] ?? "")).toBeGreaterThan(Date.now());
    expect(nextRuns(daily, { count: 0 })).toEqual([]);
  });

  it.each<[string, Parameters<typeof nextRuns>, RegExp]>([
    ["schedules", [[{ cron: "@reboot" }]], /schedules\[0\]\.cron: "@reboot"/],
    ["no schedules", [[]], /at least one schedule/],
    ["from without a zone", [daily, { from: "2026-11-21T03:00:00" }], /from: .* with its zone/],
    ["from that is no time", [daily, { from: "soon" }], /from: "soon" is not an instant/],
    ["from that is no date", [daily, { from: new Date(Number.NaN) }], /is not an instant/],
    ["a negative count", [daily, { count: -1 }], /count: -1/],
    ["a fractional count", [daily, { count: 1.5 }], /count: 1\.5/],
  ])("refuses %s", (_what, args, says) => {
    expect(() => nextRuns(...args)).toThrow(says);
  });
});

describe("longestGapSeconds", () => {
  it("counts the clock changes of the year after from", () => {
    expect(longestGapSeconds(daily, { from: "2026-11-21T00:00:00Z" })).toBe(90_000);
    expect(longestGapSeconds([{ cron: "0 3 * * *" }])).toBe(86_400);
  });

  it("refuses what nextRuns refuses", () => {
    expect(() => longestGapSeconds([])).toThrow(/at least one schedule/);
    expect(() => longestGapSeconds(daily, { from: "soon" })).toThrow(/is not an instant/);
  });
});
