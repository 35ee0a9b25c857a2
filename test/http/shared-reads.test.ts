import fc from "fast-check";
import { SharedReads } from "../../provider/http/shared-reads";
import { fakeClock } from "./fake-clock";

describe("reads of one target", () => {
  it("that are in flight together, or start within seconds, are one request", async () => {
    const clock = fakeClock();
    const reads = new SharedReads(clock);
    let asked = 0;
    const ask = async () => ++asked;
    expect(await Promise.all([reads.read("list", ask), reads.read("list", ask)])).toEqual([1, 1]);
    clock.advance(2_000);
    expect(await reads.read("list", ask)).toBe(1);
    expect(await reads.read("another list", ask)).toBe(2);
    clock.advance(2_000);
    expect(await reads.read("list", ask)).toBe(3);
  });

  it("share an answer for longer where nothing newer than it matters to them, until a write", async () => {
    const clock = fakeClock();
    const reads = new SharedReads(clock);
    let asked = 0;
    const ask = async () => ++asked;
    const declaredMs = clock.now();
    clock.advance(1_000);
    expect(await reads.read("list", ask, declaredMs)).toBe(1);
    clock.advance(60_000);
    expect(await reads.read("list", ask, declaredMs)).toBe(1);
    expect(await reads.read("list", ask, clock.now())).toBe(2);
    clock.advance(60_000);
    expect(await reads.read("list", ask)).toBe(3);
    clock.advance(60_000);
    reads.end();
    expect(await reads.read("list", ask, declaredMs)).toBe(4);
    clock.advance(121_000);
    expect(await reads.read("list", ask, declaredMs)).toBe(5);
  });

  it("share a failure while it is in flight, and ask again after it", async () => {
    const reads = new SharedReads(fakeClock());
    let asked = 0;
    const ask = async () => {
      asked += 1;
      if (asked === 1) throw new Error("lost");
      return asked;
    };
    const both = await Promise.allSettled([reads.read("list", ask), reads.read("list", ask)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await reads.read("list", ask)).toBe(2);
  });

  it("never see what was there before a write that had begun when they started, however the answers interleave", async () => {
    const action = fc.constantFrom("read", "write", "wait" as const);
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(action, { minLength: 2, maxLength: 14 }),
        async (scheduler, actions) => {
          const clock = fakeClock();
          const reads = new SharedReads(clock);
          /** Number of writes that the platform has carried out. */
          let carriedOut = 0;
          /** Number of writes that have ended: a read that starts now must see them all. */
          let ended = 0;
          const checks: Promise<void>[] = [];
          for (const [index, what] of actions.entries()) {
            if (what === "wait") {
              clock.advance(1_000);
              await scheduler.waitNext(scheduler.count() > 0 ? 1 : 0);
            } else if (what === "read") {
              const mustSee = ended;
              const ask = () => {
                // The platform answers as of some moment between the request and its response.
                return scheduler.schedule(Promise.resolve(), `read ${index}`).then(() => carriedOut);
              };
              checks.push(reads.read("list", ask).then((seen) => expect(seen).toBeGreaterThanOrEqual(mustSee)));
            } else {
              reads.end();
              const write = scheduler.schedule(Promise.resolve(), `write ${index}`).then(() => {
                carriedOut += 1;
                reads.end();
                ended += 1;
              });
              checks.push(write);
            }
          }
          await scheduler.waitAll();
          await Promise.all(checks);
        },
      ),
      { numRuns: 500 },
    );
  });
});
