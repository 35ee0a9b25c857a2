import { createLimiter } from "../../provider/http/limiter";
import { poll } from "../../provider/http/poll";
import { fakeClock } from "./fake-clock";

describe("our own spacing of requests that change something", () => {
  it("lets the first one leave at once and each other one after the spacing", async () => {
    const clock = fakeClock();
    const limiter = createLimiter(clock, 5_250);
    expect(await limiter.turn(true)).toBe(0);
    expect(await limiter.turn(true)).toBe(5_250);
    clock.advance(5_000);
    expect(await limiter.turn(true)).toBe(250);
    clock.advance(60_000);
    expect(await limiter.turn(true)).toBe(0);
  });

  it("does not hold reads", async () => {
    const limiter = createLimiter(fakeClock(), 5_250);
    await limiter.turn(true);
    expect(await limiter.turn(false)).toBe(0);
  });

  it("keeps many that come at once apart, one by one", async () => {
    const clock = fakeClock();
    const limiter = createLimiter(clock, 1_000);
    const leftAt: number[] = [];
    const startMs = clock.now();
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        await limiter.turn(true);
        leftAt.push(clock.now() - startMs);
      }),
    );
    leftAt.sort((a, b) => a - b);
    for (const [index, atMs] of leftAt.slice(1).entries()) {
      expect(atMs - (leftAt[index] ?? 0)).toBeGreaterThanOrEqual(1_000);
    }
  });
});

describe("the platform's own budget", () => {
  const budget = (clock: { now(): number }, remaining: number, resetMs = 30_000) => ({
    limit: 60,
    remaining,
    resetAtMs: clock.now() + resetMs,
  });

  it("holds the next request until the window ends once it is used up", () => {
    const clock = fakeClock();
    const limiter = createLimiter(clock, 0);
    expect(limiter.heldMs()).toBe(0);
    limiter.sent();
    limiter.answered(budget(clock, 0));
    expect(limiter.heldMs()).toBe(30_000);
    clock.advance(29_999);
    expect(limiter.heldMs()).toBe(1);
    clock.advance(1);
    expect(limiter.heldMs()).toBe(0);
  });

  it("counts the requests that leave after the last answer", () => {
    const clock = fakeClock();
    const limiter = createLimiter(clock, 0);
    limiter.sent();
    limiter.answered(budget(clock, 2));
    limiter.sent();
    expect(limiter.heldMs()).toBe(0);
    limiter.sent();
    expect(limiter.heldMs()).toBeGreaterThan(0);
  });

  it("counts the requests that were under way when the platform answered", () => {
    const clock = fakeClock();
    const limiter = createLimiter(clock, 0);
    for (let index = 0; index < 3; index++) limiter.sent();
    limiter.answered(budget(clock, 2));
    expect(limiter.heldMs()).toBeGreaterThan(0);
  });

  it("is not lost where an answer says nothing of it", () => {
    const clock = fakeClock();
    const limiter = createLimiter(clock, 0);
    limiter.sent();
    limiter.answered(budget(clock, 0));
    limiter.sent();
    limiter.answered(undefined);
    expect(limiter.heldMs()).toBeGreaterThan(0);
  });
});

describe("looking again and again", () => {
  it("looks at growing intervals of 1 to 15 s until there is something", async () => {
    const clock = fakeClock();
    let looks = 0;
    const seen = await poll(async () => (++looks === 8 ? "seen" : undefined), clock, clock.now() + 3_600_000);
    expect(seen).toBe("seen");
    expect(clock.sleeps).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("looks a last time at the deadline, not after it", async () => {
    const clock = fakeClock();
    const startMs = clock.now();
    const looks: number[] = [];
    const look = async () => {
      looks.push(clock.now() - startMs);
      return undefined;
    };
    expect(await poll(look, clock, startMs + 10_000)).toBeUndefined();
    expect(looks).toEqual([0, 1_000, 3_000, 7_000, 10_000]);
  });

  it("looks once even where the time is already over", async () => {
    const clock = fakeClock();
    expect(await poll(async () => "seen", clock, clock.now() - 1)).toBe("seen");
    expect(await poll(async () => undefined, clock, clock.now() - 1)).toBeUndefined();
    expect(clock.sleeps).toEqual([]);
  });

  it("stops at an error", async () => {
    const clock = fakeClock();
    const look = async (): Promise<undefined> => {
      throw new Error("refused");
    };
    await expect(poll(look, clock, clock.now() + 1_000)).rejects.toThrow("refused");
    expect(clock.sleeps).toEqual([]);
  });
});
