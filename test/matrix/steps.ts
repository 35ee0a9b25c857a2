import type { Emulator } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import type { FakeClock } from "../http/fake-clock";
import type { EngineStack, Program, Run } from "./engine-stack";
import { namesHeld } from "./invariants";
import type { MatrixTarget } from "./targets";

/** Differences between the clocks of a case, in milliseconds. */
export interface Clocks {
  /** Time by which this machine's clock is ahead of the platform's. */
  machineAheadMs: number;
  /** Time by which the `Date` of responses is ahead of the platform's clock; undefined: responses have none. */
  dateAheadMs: number | undefined;
  /** Time by which the clock that dates snapshots is ahead of the platform's. */
  storageAheadMs: number;
}

/** Environment of a step: a stack on an emulator that shares its clock. */
export interface Scene {
  readonly target: MatrixTarget;
  readonly emulator: Emulator;
  readonly clock: FakeClock;
  readonly clocks: Clocks;
  readonly stack: EngineStack;
  /** Stack of the same name in another backend, with the same URNs, machine and targets. */
  readonly beside: EngineStack;
  /** Program of the step; a fault may have added a second resource to it. */
  readonly program: Program;
  /** Name of what was removed before the step and must not leave the state without proof. */
  removed?: string;
  up(program: Program): Promise<Run>;
  refresh(): Promise<Run>;
  destroy(): Promise<Run>;
  upBeside(program: Program): Promise<Run>;
  /** Adds somebody else's snapshot that is dated ahead. */
  addAhead(milliseconds: number): void;
  /** Removes the faults that a step has added. */
  clearFaults(): void;
}

/** Step in the life of a resource; each of its requests gets every fault that can happen to it. */
export interface Step {
  readonly name: string;
  appliesTo(target: MatrixTarget): boolean;
  program(target: MatrixTarget): Program;
  /** Number of snapshots that the program asks for, from its first run to the end of the case. */
  readonly wanted: number;
  /** Runs before the step, without the fault. */
  prepare?(scene: Scene): Promise<void>;
  /** Run in which the fault happens. */
  act(scene: Scene): Promise<Run>;
  /** Set if its requests up to the create are those of another step. */
  readonly startsAfterCreate?: true;
  /** Set if no record exists of what was created before the step. */
  readonly isUnnoted?: true;
  /** Set if another resource may take a snapshot of the same target in the same run. */
  readonly isFresh?: true;
  /** Set if it tests conditions: it gets the basic faults only. */
  readonly isNarrow?: true;
  /** How long the user waits before the next run. Default: past every platform's list lag. */
  readonly laterMs?: number;
  /** Next run by the user. Default: `pulumi up` of the same program. */
  follow?(scene: Scene): Promise<Run>;
  /** Last run by the user, to see what is deleted. */
  end?(scene: Scene): Promise<Run>;
}

export const MINUTE_MS = 60_000;
/** Longer than every platform's list lag. */
export const LAG_MS = 36 * MINUTE_MS;

const any = ({ resource }: MatrixTarget) => resource === "Snapshot";
const takes = (target: MatrixTarget) => any(target) && target.create !== undefined;
const deletes = (target: MatrixTarget) => any(target) && target.delete !== undefined;

const snapshot =
  (extra: Properties = {}) =>
  ({ args }: MatrixTarget): Program => ({ a: { resource: "Snapshot", args: { ...args, ...extra } } });

/** Program for somebody else's snapshot, which must not be deleted. */
const retained =
  (extra: Properties) =>
  (target: MatrixTarget): Program =>
    snapshot({ ...extra, ...(deletes(target) ? { deletionPolicy: "retain" } : {}) })(target);

/** Adds a second resource, `b`, which depends on the program's first one. */
export const withSecond =
  (program: (target: MatrixTarget) => Program, second: (target: MatrixTarget) => Program) =>
  (target: MatrixTarget): Program => {
    const [declared] = Object.values(second(target));
    return { ...program(target), ...(declared === undefined ? {} : { b: { ...declared, dependsOn: "a" } }) };
  };

export const up = ({ up: run, program }: Scene) => run(program);
export const refresh = ({ refresh: run }: Scene) => run();

export function failCreate({ emulator, target }: Scene, fault: "reset-before-commit" | "reset-after-commit"): void {
  emulator.faults.add({ platform: target.platform, operation: target.create ?? "", fault });
}

/** Creates a snapshot whose request is carried out, whose response is lost, and which no list shows yet. */
export async function makeUnseen(scene: Scene): Promise<void> {
  const { target, emulator } = scene;
  const lists = target.lists(emulator);
  lists.hold();
  // The look before the request sees what exists; every later one fails.
  if (target.find !== undefined) {
    const { platform, find: operation } = target;
    emulator.faults.add({ platform, operation, skip: 1, times: "always", fault: "status", status: 500 });
  }
  failCreate(scene, "reset-after-commit");
  await scene.up(scene.program);
  lists.release();
  scene.clearFaults();
}

/** Creates a snapshot that can't be downloaded. */
export async function failDownloads(scene: Scene): Promise<void> {
  const { platform } = scene.target;
  scene.emulator.faults.add({ platform, operation: "download", fault: "reset-before-commit", times: "always" });
  await scene.up(scene.program);
  scene.clearFaults();
}

/** Runs a create whose request is never carried out. */
export async function makeNone(scene: Scene): Promise<void> {
  failCreate(scene, "reset-before-commit");
  await scene.up(scene.program);
  scene.clearFaults();
}

/** Removes from the platform what the resource tracks. */
export function removeHeld(scene: Scene): void {
  const held = scene.stack.state.get("a");
  const [name = ""] = held === undefined ? [] : namesHeld(held);
  scene.removed = name;
  scene.target.remove(scene.emulator, name);
}

/** The steps of a Snapshot. */
export const snapshotSteps: readonly Step[] = [
  { name: "create", appliesTo: takes, program: snapshot(), wanted: 1, isFresh: true, act: up },
  {
    name: "create, whose answer is lost",
    appliesTo: takes,
    program: snapshot(),
    wanted: 1,
    startsAfterCreate: true,
    act(scene) {
      failCreate(scene, "reset-after-commit");
      return up(scene);
    },
  },
  {
    name: "wait",
    appliesTo: (target) => any(target) && target.waits,
    program: snapshot(),
    wanted: 1,
    startsAfterCreate: true,
    async prepare({ target, emulator }) {
      target.slowDown(emulator);
    },
    act: up,
  },
  {
    name: "verify a new one",
    appliesTo: (target) => takes(target) && target.verifies === true,
    program: snapshot({ verify: "archive" }),
    wanted: 1,
    startsAfterCreate: true,
    act: up,
  },
  {
    name: "go on with one that is not verified",
    appliesTo: (target) => takes(target) && target.verifies === true,
    program: snapshot({ verify: "archive" }),
    wanted: 1,
    async prepare(scene) {
      await failDownloads(scene);
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "go on with one that is not ready",
    appliesTo: (target) => target.waits && deletes(target),
    program: snapshot({ timeouts: { create: "20s" } }),
    wanted: 1,
    async prepare(scene) {
      scene.target.slowDown(scene.emulator);
      await scene.up(scene.program);
      scene.clock.advance(2 * MINUTE_MS);
    },
    act: up,
  },
  {
    name: "go on with one that was never seen",
    appliesTo: takes,
    program: snapshot(),
    wanted: 1,
    async prepare(scene) {
      await makeUnseen(scene);
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "go on with one that was never made",
    appliesTo: takes,
    program: snapshot(),
    wanted: 1,
    async prepare(scene) {
      await makeNone(scene);
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "take over after the engine was killed",
    appliesTo: takes,
    program: snapshot(),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.stack.state.clear();
    },
    act: up,
  },
  {
    name: "take over after everything was killed",
    appliesTo: takes,
    program: snapshot(),
    wanted: 1,
    // A killed run is resumed for an hour.
    laterMs: 10 * MINUTE_MS,
    async prepare(scene) {
      await makeUnseen(scene);
      scene.stack.state.clear();
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "read",
    appliesTo: any,
    program: snapshot({ onGone: "recreate" }),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(LAG_MS);
    },
    act: refresh,
  },
  {
    name: "read a young one",
    appliesTo: takes,
    program: snapshot({ onGone: "recreate" }),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(2 * MINUTE_MS);
    },
    act: refresh,
  },
  {
    name: "read one that was never seen",
    appliesTo: takes,
    program: snapshot(),
    wanted: 1,
    prepare: makeUnseen,
    act: refresh,
  },
  {
    name: "read one that is gone",
    appliesTo: any,
    program: snapshot({ onGone: "recreate" }),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(LAG_MS);
      removeHeld(scene);
    },
    act: refresh,
  },
  {
    name: "update",
    appliesTo: (target) => any(target) && target.args["volumeId"] !== undefined,
    program: snapshot({ description: "after" }),
    wanted: 1,
    async prepare(scene) {
      await scene.up(snapshot({ description: "before" })(scene.target));
    },
    act: up,
  },
  {
    name: "replace",
    appliesTo: any,
    program: snapshot({ triggers: { release: "2" } }),
    wanted: 2,
    isFresh: true,
    async prepare(scene) {
      await scene.up(snapshot({ triggers: { release: "1" } })(scene.target));
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "delete",
    appliesTo: deletes,
    program: snapshot(),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.clock.advance(MINUTE_MS);
    },
    act: ({ destroy }) => destroy(),
    follow: ({ destroy }) => destroy(),
  },
  {
    name: "adopt the latest",
    appliesTo: any,
    program: retained({ adopt: "latest" }),
    wanted: 0,
    async prepare({ target, emulator }) {
      target.addForeign(emulator);
    },
    act: up,
  },
  {
    name: "reuse a young one",
    appliesTo: takes,
    program: retained({ reuseWithin: "1h" }),
    wanted: 1,
    async prepare({ target, emulator, clock }) {
      target.addForeign(emulator);
      clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "create beside another backend's stack of the same name",
    appliesTo: takes,
    program: snapshot(),
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
    name: "delete beside another backend's stack of the same name",
    appliesTo: deletes,
    program: snapshot(),
    wanted: 2,
    isNarrow: true,
    async prepare(scene) {
      await scene.upBeside(scene.program);
      scene.clock.advance(10 * MINUTE_MS);
      await scene.up(scene.program);
      scene.clock.advance(10 * MINUTE_MS);
    },
    act: ({ destroy }) => destroy(),
    follow: ({ destroy }) => destroy(),
  },
  {
    name: "create under a name that another resource had before its rename",
    appliesTo: takes,
    program: withSecond(snapshot(), snapshot()),
    wanted: 2,
    isNarrow: true,
    async prepare(scene) {
      await scene.up(snapshot()(scene.target));
      scene.stack.rename("a", "b");
      scene.clock.advance(10 * MINUTE_MS);
    },
    act: up,
    end: ({ up: run, program: { b } }) => run(b === undefined ? {} : { b }),
  },
];
