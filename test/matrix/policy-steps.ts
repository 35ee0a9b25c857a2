import type { Properties } from "../../provider/resources/host";
import type { Program } from "./engine-stack";
import {
  failCreate,
  failDownloads,
  LAG_MS,
  MINUTE_MS,
  makeNone,
  makeUnseen,
  refresh,
  removeHeld,
  type Scene,
  type Step,
  up,
  withSecond,
} from "./steps";
import type { MatrixTarget } from "./targets";

const DAY_MS = 24 * 60 * MINUTE_MS;
/** Longer than the time within which a killed run of a Snapshot is resumed. */
const LATER_MS = 2 * 60 * MINUTE_MS;

const runBy =
  (...who: readonly NonNullable<MatrixTarget["runBy"]>[]) =>
  (target: MatrixTarget) =>
    target.runBy !== undefined && who.includes(target.runBy);
const byUp = runBy("up");
const byPlatform = runBy("platform");
const made = runBy("up", "platform");
const watched = runBy("watched");
/** A Virtus Cloud database differs from an app only in how its list names a snapshot: steps that read it are enough. */
const whole = (target: MatrixTarget) => made(target) && target.args["databaseId"] === undefined;
const wholeByUp = (target: MatrixTarget) => whole(target) && byUp(target);
const isVolume = (target: MatrixTarget) => byUp(target) && target.delete !== undefined;

const policy =
  (extra: Properties = {}) =>
  ({ args }: MatrixTarget): Program => ({ a: { resource: "BackupPolicy", args: { ...args, ...extra } } });

const retention = { keepLast: 2, maxDeletes: 1 };

/** Different schedule and retention than at first, on platforms that can change them. */
const edited = (target: MatrixTarget): Program =>
  policy({
    schedules: [{ cron: target.args["serverId"] === undefined ? "0 5 * * *" : "0 5 * * 0", timezone: "Asia/Seoul" }],
    retention: target.args["serverId"] === undefined ? { keepLast: 9 } : { keepWithin: "31d" },
  })(target);

/** Runs something and then restores the earlier state, as after a killed run. */
async function forget(scene: Scene, run: () => Promise<unknown>): Promise<void> {
  const before = [...scene.stack.state].map(([name, held]) => [name, structuredClone(held)] as const);
  await run();
  scene.stack.state.clear();
  for (const [name, held] of before) scene.stack.state.set(name, held);
}

const nextDay = async (scene: Scene) => {
  await scene.up(scene.program);
  scene.clock.advance(DAY_MS);
};

const DAILY = { schedules: [{ cron: "0 3 * * *" }] };
const short = policy({ retention: { keepLast: 1 } });
const long = policy({ retention: { keepLast: 9 } });

/** The steps of a BackupPolicy. */
export const policySteps: readonly Step[] = [
  { name: "policy: create", appliesTo: made, program: policy(), wanted: 1, isFresh: true, act: up },
  {
    name: "policy: create, whose answer is lost",
    appliesTo: made,
    program: policy(),
    wanted: 1,
    startsAfterCreate: true,
    act(scene) {
      failCreate(scene, "reset-after-commit");
      return up(scene);
    },
  },
  {
    name: "policy: wait",
    appliesTo: (target) => whole(target) && target.waits,
    program: policy(),
    wanted: 1,
    startsAfterCreate: true,
    async prepare({ target, emulator }) {
      target.slowDown(emulator);
    },
    act: up,
  },
  {
    name: "policy: verify a new one",
    appliesTo: (target) => byUp(target) && target.verifies === true,
    program: policy({ verify: "archive" }),
    wanted: 1,
    startsAfterCreate: true,
    act: up,
  },
  {
    name: "policy: go on with one that is not verified",
    appliesTo: (target) => byUp(target) && target.verifies === true,
    program: policy({ verify: "archive" }),
    wanted: 1,
    async prepare(scene) {
      await failDownloads(scene);
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "policy: go on with one that is not ready",
    appliesTo: (target) => made(target) && target.waits && target.delete !== undefined,
    program: policy(),
    wanted: 1,
    async prepare(scene) {
      scene.target.slowDown(scene.emulator);
      await scene.up(policy({ timeouts: { create: "20s" } })(scene.target));
      scene.clock.advance(MINUTE_MS / 6);
    },
    act: up,
  },
  {
    name: "policy: go on with one that was never seen",
    appliesTo: whole,
    program: policy(),
    wanted: 1,
    async prepare(scene) {
      await makeUnseen(scene);
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "policy: go on with one that was never made",
    appliesTo: (target) => whole(target) && target.args["fileVolumeId"] === undefined,
    program: policy(),
    wanted: 1,
    async prepare(scene) {
      await makeNone(scene);
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "policy: take over after the engine was killed",
    appliesTo: whole,
    program: policy(),
    wanted: 1,
    async prepare(scene) {
      await forget(scene, () => scene.up(scene.program));
      scene.clock.advance(MINUTE_MS);
    },
    act: up,
  },
  {
    name: "policy: take over hours after the engine was killed",
    // Elsewhere the list has the time or the name. For a run this long ago the policy only reports what it has taken.
    appliesTo: (target) => byUp(target) && target.platform === "discloud",
    program: policy(),
    wanted: 2,
    async prepare(scene) {
      await forget(scene, () => scene.up(scene.program));
      scene.clock.advance(LATER_MS);
    },
    act: up,
  },
  {
    name: "policy: converge",
    appliesTo: byUp,
    program: policy(),
    wanted: 2,
    prepare: nextDay,
    act: up,
  },
  {
    name: "policy: converge, while the slot before is not known",
    appliesTo: wholeByUp,
    program: policy(),
    wanted: 2,
    async prepare(scene) {
      await makeUnseen(scene);
      scene.clock.advance(DAY_MS);
    },
    act: up,
  },
  {
    name: "policy: converge after the engine was killed",
    appliesTo: wholeByUp,
    program: policy(),
    wanted: 2,
    async prepare(scene) {
      await nextDay(scene);
      await forget(scene, () => scene.up(scene.program));
      scene.clock.advance(MINUTE_MS);
    },
    act: up,
  },
  {
    name: "policy: converge on another machine after the first was killed",
    appliesTo: wholeByUp,
    program: policy(),
    wanted: 2,
    isUnnoted: true,
    async prepare(scene) {
      await nextDay(scene);
      await forget(scene, () => scene.up(scene.program));
      scene.stack.moveToAnotherMachine();
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "policy: converge where somebody else has taken one",
    appliesTo: wholeByUp,
    program: policy(),
    wanted: 2,
    async prepare(scene) {
      await nextDay(scene);
      scene.target.addForeign(scene.emulator);
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "policy: converge and prune",
    appliesTo: isVolume,
    program: policy({ retention }),
    wanted: 4,
    async prepare(scene) {
      for (let day = 0; day < 3; day++) {
        await scene.up(policy()(scene.target));
        scene.clock.advance(DAY_MS);
      }
    },
    act: up,
  },
  {
    name: "policy: prune",
    appliesTo: isVolume,
    program: policy({ retention: { keepLast: 1, maxDeletes: 2 } }),
    wanted: 4,
    async prepare(scene) {
      for (let day = 0; day < 4; day++) {
        if (day > 0) scene.clock.advance(DAY_MS);
        await scene.up(policy()(scene.target));
      }
    },
    act: up,
  },
  {
    name: "policy: read",
    appliesTo: made,
    program: policy(),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(LAG_MS);
    },
    act: refresh,
  },
  {
    name: "policy: read a young one",
    appliesTo: (target) => whole(target) && (byUp(target) || target.platform === "snapshooter"),
    program: policy(),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(2 * MINUTE_MS);
    },
    act: refresh,
  },
  {
    name: "policy: read one that was never seen",
    appliesTo: wholeByUp,
    program: policy(),
    wanted: 1,
    prepare: makeUnseen,
    act: refresh,
  },
  {
    name: "policy: read one that is gone",
    appliesTo: made,
    program: policy(),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(LAG_MS);
      removeHeld(scene);
    },
    act: refresh,
  },
  {
    name: "policy: update",
    appliesTo: (target) => byPlatform(target) && target.delete !== undefined,
    program: edited,
    wanted: 1,
    async prepare(scene) {
      await scene.up(policy()(scene.target));
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "policy: delete",
    appliesTo: (target) => byPlatform(target) && target.delete !== undefined,
    program: policy(),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(LAG_MS);
    },
    act: ({ destroy }) => destroy(),
    follow: ({ destroy }) => destroy(),
  },
  {
    name: "policy: forget",
    appliesTo: (target) => byPlatform(target) && target.args["fileVolumeId"] === undefined,
    program: (target) => policy(target.delete === undefined ? {} : { deletionPolicy: "retain" })(target),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(LAG_MS);
    },
    act: ({ destroy }) => destroy(),
    follow: ({ destroy }) => destroy(),
  },
  {
    name: "policy: adopt",
    appliesTo: (target) => target.runBy === "platform" && target.args["fileVolumeId"] !== undefined,
    program: policy({ adopt: true }),
    wanted: 0,
    async prepare({ target, emulator }) {
      target.addForeign(emulator);
    },
    act: up,
  },
  {
    name: "policy: create beside another backend's stack of the same name",
    appliesTo: made,
    program: policy(),
    wanted: 2,
    isNarrow: true,
    async prepare(scene) {
      await scene.upBeside(scene.program);
      scene.clock.advance(10 * MINUTE_MS);
    },
    act: up,
    end: ({ destroy }) => destroy(),
  },
  {
    name: "policy: converge and prune beside another backend's stack of the same name",
    appliesTo: isVolume,
    program: short,
    wanted: 6,
    isNarrow: true,
    async prepare(scene) {
      for (let day = 0; day < 3; day++) {
        await scene.upBeside(long(scene.target));
        if (day < 2) await scene.up(short(scene.target));
        scene.clock.advance(day < 2 ? DAY_MS : 10 * MINUTE_MS);
      }
    },
    act: up,
  },
  {
    name: "policy: converge and prune under a name that another policy had before its rename",
    appliesTo: isVolume,
    program: withSecond(short, long),
    wanted: 7,
    isNarrow: true,
    async prepare(scene) {
      await scene.up(long(scene.target));
      scene.stack.rename("a", "b");
      for (let day = 0; day < 3; day++) {
        scene.clock.advance(DAY_MS);
        if (day < 2) await scene.up(scene.program);
      }
    },
    act: up,
  },
  {
    name: "policy: prune where another resource has adopted one",
    appliesTo: isVolume,
    program: withSecond(short, ({ args: { platform, volumeId } }) => ({
      b: {
        resource: "Snapshot",
        args: { platform: platform ?? "", volumeId: volumeId ?? "", adopt: "latest", deletionPolicy: "retain" },
      },
    })),
    wanted: 2,
    isNarrow: true,
    prepare: nextDay,
    act: up,
  },
  {
    name: "policy: converge on another machine after one whose clock was fast was killed",
    appliesTo: wholeByUp,
    program: policy(DAILY),
    wanted: 2,
    isNarrow: true,
    isUnnoted: true,
    async prepare(scene) {
      await scene.up(scene.program);
      // Half a minute past three by the machine's clock, three minutes earlier by the platform's.
      scene.clocks.machineAheadMs = 3 * MINUTE_MS;
      scene.clock.advance(30 * MINUTE_MS);
      await forget(scene, () => scene.up(scene.program));
      scene.stack.moveToAnotherMachine();
      scene.clocks.machineAheadMs = 0;
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  { name: "policy: watch", appliesTo: watched, program: policy(), wanted: 0, act: up },
  {
    name: "policy: read what is watched",
    appliesTo: watched,
    program: policy(),
    wanted: 0,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(LAG_MS);
    },
    act: refresh,
  },
];
