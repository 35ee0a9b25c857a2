import { seed } from "../../emulator";
import { Stack } from "./stack";

let stack: Stack;

beforeEach(async () => {
  stack = await Stack.start();
});
afterEach(() => stack.close());

/** Process of a run on a machine whose clock is fast. */
function fastProcess(minutes: number) {
  const process = stack.process();
  const { now } = stack.clock;
  Object.assign(process.session.host, { clock: { ...stack.clock, now: () => now() + minutes * 60_000 } });
  return process.verbs;
}

const onScp = { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "delete" };
const onDiscloud = { platform: "discloud", appId: seed.discloud.appId };
const onVirtus = { platform: "virtus", appId: seed.virtus.appId };

describe("a machine whose clock is fast", () => {
  it("is told so once a run for each platform, with both clocks", async () => {
    const warning = (platform: string) =>
      new RegExp(
        `^this machine's clock shows 2026-11-21T02:50:15.\\d+Z and ${platform}'s 2026-11-21T02:30:1\\d.000Z: ` +
          "correct this machine's clock",
      );
    const verbs = fastProcess(20);
    const first = await stack.up("a", onDiscloud, verbs);
    expect(first.failure).toBeUndefined();
    expect(first.warnings).toEqual([expect.stringMatching(warning("discloud"))]);
    expect((await stack.up("b", { ...onDiscloud, adopt: "latest" }, verbs)).warnings).toEqual([]);
    expect((await stack.up("c", onVirtus, verbs)).warnings).toEqual([expect.stringMatching(warning("virtus"))]);
    const next = await stack.up("d", { ...onDiscloud, adopt: "latest" }, fastProcess(20));
    expect(next.warnings).toEqual([expect.stringMatching(warning("discloud"))]);
  });

  it("is told nothing where the clocks are five minutes apart", async () => {
    const run = await stack.up("a", onDiscloud, fastProcess(4.9));
    expect(run).toEqual({ step: "create", warnings: [] });
  });

  it("reads both clocks where Samsung Cloud Platform refuses its signatures for their time", async () => {
    stack.emulator.scp.maxSkewMs = 5 * 60_000;
    const run = await stack.up("a", onScp, fastProcess(20));
    expect(run.failure).toMatch(
      /^\[scp\] .*HTTP 401 .*this machine's clock shows 2026-11-21T02:50:15.\d+Z and scp's 2026-11-21T02:30:15.000Z: correct this machine's clock, then check the credential of the connection "scp"/,
    );
    expect(run.warnings).toHaveLength(1);
    expect((await stack.up("a", onScp)).failure).toBeUndefined();
  });
});
