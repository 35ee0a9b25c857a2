import { subscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmulatedPlatform, type Emulator, seed, startEmulator } from "../../emulator";
import type { Journal } from "../../provider/creation";
import * as holders from "../../provider/dynamic/holders";
import * as journal from "../../provider/dynamic/journal";
import * as runtime from "../../provider/dynamic/runtime";
import type { Properties } from "../../provider/resources/host";
import { type FakeClock, fakeClock } from "../http/fake-clock";
import { EngineStack, type Program } from "./engine-stack";

/** Number of real operations in flight, which no machine's clock would skip. */
let underWay = 0;
const begins = () => {
  underWay += 1;
};
const ends = () => {
  underWay -= 1;
};
subscribe("undici:request:create", begins);
subscribe("undici:request:trailers", ends);
subscribe("undici:request:error", ends);

/** Journal whose writes count as operations in flight, too. */
const countedJournal = {
  fileJournal(environment: Readonly<Record<string, string | undefined>>): Journal {
    const own = journal.fileJournal(environment);
    const counted =
      <Arguments extends unknown[], T>(act: (...given: Arguments) => Promise<T>) =>
      (...given: Arguments): Promise<T> => {
        begins();
        return act(...given).finally(ends);
      };
    return {
      find: counted(own.find),
      others: counted(own.others),
      note: counted(own.note),
      settle: counted(own.settle),
      confirm: counted(own.confirm),
    };
  },
};

/** Clock that moves only while nothing is in flight: requests that leave apart arrive equally far apart. */
function patientClock(): FakeClock {
  const inner = fakeClock();
  const isQuiet = async () => {
    for (let quiet = 0; quiet < 5; quiet = underWay === 0 ? quiet + 1 : 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    ...inner,
    async sleep(milliseconds) {
      const wakeMs = inner.now() + milliseconds;
      await isQuiet();
      await inner.sleep(Math.max(0, wakeMs - inner.now()));
    },
  };
}

let clock: FakeClock;
let emulator: Emulator;
let stack: EngineStack;
let home: string;

beforeEach(async () => {
  clock = patientClock();
  emulator = await startEmulator({ now: clock.now });
  home = mkdtempSync(join(tmpdir(), "pulumi-snapshots-limits-"));
  stack = new EngineStack({ runtime, journal: countedJournal, holders }, clock, home, emulator);
});
afterEach(async () => {
  await emulator.close();
  rmSync(home, { recursive: true });
});

const one = (args: Properties): Program => ({ a: { resource: "Snapshot", args } });
const fifty = (argsOf: (index: number) => Properties): Program =>
  Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`s${index}`, { resource: "Snapshot" as const, args: argsOf(index) }]),
  );
const refused = (platform: EmulatedPlatform) =>
  emulator.requests.filter((request) => request.platform === platform && request.status === 429);

describe("fifty snapshots on one account in one run", () => {
  const prepared: [EmulatedPlatform, string, () => (index: number) => Properties][] = [
    [
      "discloud",
      "create-snapshot",
      () => {
        for (let index = 0; index < 10; index++) emulator.discloud.addApp(`app-${index}`);
        return (index) => ({ platform: "discloud", appId: `app-${index % 10}` });
      },
    ],
    [
      "virtus",
      "create-app-snapshot",
      () => {
        emulator.virtus.planMemoryMb = 50 * 256;
        for (let index = 0; index < 10; index++) emulator.virtus.addApp(`app-${index}`);
        return (index) => ({ platform: "virtus", appId: `app-${index % 10}` });
      },
    ],
    [
      "snapshooter",
      "start-backup",
      () => {
        const jobs = Array.from({ length: 10 }, () => emulator.snapshooter.addJob().id);
        return (index) => ({ platform: "snapshooter", jobId: jobs[index % 10] ?? "", deletionPolicy: "retain" });
      },
    ],
    [
      "scp",
      "create-snapshot",
      () => {
        const volumes = Array.from({ length: 10 }, () => emulator.scp.virtualserver.addVolume().id);
        return (index) => ({ platform: "scp", volumeId: volumes[index % 10] ?? "", deletionPolicy: "retain" });
      },
    ],
  ];

  it.each(prepared)(
    "on %s are taken without one refusal of the platform's that we caused",
    async (platform, create, prepare) => {
      const run = await stack.up(fifty(prepare()));
      expect(run.failures).toEqual([]);
      expect(refused(platform)).toEqual([]);
      const statuses = [...stack.state.values()].map(({ props }) => props["status"]);
      expect(statuses).toEqual(Array.from({ length: 50 }, () => "available"));
      expect(new Set([...stack.state.values()].map(({ id }) => id)).size).toBe(50);
      expect(emulator.requests.filter(({ operation, committed }) => operation === create && committed)).toHaveLength(
        50,
      );
    },
  );
});

describe("a limit that can't be waited out", () => {
  it("is told at once, in the platform's own numbers", async () => {
    emulator.faults.add({
      platform: "virtus",
      operation: "create-app-snapshot",
      fault: "status",
      status: 429,
      body: { status: "error", code: "DAILY_SNAPSHOTS_LIMIT_REACHED", message: "32 of 32 used" },
    });
    const before = clock.now();
    const run = await stack.up(one({ platform: "virtus", appId: seed.virtus.appId }));
    expect(run.failures.join()).toContain("DAILY_SNAPSHOTS_LIMIT_REACHED 32 of 32 used");
    expect(clock.now() - before).toBeLessThan(5_000);
    expect(stack.state.size).toBe(0);
  });
});

describe("the half hour that DS Cloud asks for", () => {
  const refuse = () =>
    emulator.faults.add({ platform: "dscloud", operation: "list-backups", fault: "status", status: 429, times: 2 });
  const adopting = { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" };

  it("is announced with its end, where the time for the operation allows it", async () => {
    refuse();
    const run = await stack.up(one({ ...adopting, timeouts: { create: "1h" } }));
    expect(run.failures).toEqual([]);
    expect(stack.everTold.join("\n")).toContain("trying again in 1800 s, at 2026-11-21T03:00:25.250Z");
    expect(stack.state.get("a")?.props["status"]).toBe("available");
  });

  it("is never slept through past it: the run fails and says when", async () => {
    refuse();
    const run = await stack.up(one(adopting));
    expect(run.failures.join()).toContain("the next attempt would be in 1800 s, past the time for this operation");
    expect(clock.sleeps).toEqual([10_000]);
  });
});
