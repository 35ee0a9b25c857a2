import type { Properties } from "../../provider/resources/host";
import type { Program } from "./engine-stack";
import { failCreate, LAG_MS, makeNone, makeUnseen, refresh, type Step, up } from "./steps";
import type { MatrixTarget } from "./targets";

const restores = ({ resource }: MatrixTarget) => resource === "Restore";

const restore =
  (extra: Properties = {}) =>
  ({ args }: MatrixTarget): Program => ({ a: { resource: "Restore", args: { ...args, ...extra } } });

/** The steps of a Restore. However a request ends, it is sent at most once. */
export const restoreSteps: readonly Step[] = [
  { name: "restore", appliesTo: restores, program: restore(), wanted: 1, act: up },
  {
    name: "restore, whose answer is lost",
    appliesTo: restores,
    program: restore(),
    wanted: 1,
    startsAfterCreate: true,
    act(scene) {
      failCreate(scene, "reset-after-commit");
      return up(scene);
    },
  },
  {
    name: "restore: wait for its end",
    appliesTo: (target) => restores(target) && target.waits,
    program: restore(),
    wanted: 1,
    startsAfterCreate: true,
    async prepare({ target, emulator }) {
      target.slowDown(emulator);
    },
    act: up,
  },
  {
    name: "restore: resume one that runs",
    appliesTo: (target) => restores(target) && target.waits,
    program: restore({ timeouts: { create: "20s" } }),
    wanted: 1,
    async prepare(scene) {
      scene.target.slowDown(scene.emulator);
      await scene.up(scene.program);
    },
    act: up,
  },
  {
    name: "restore: resume one whose answer was lost",
    appliesTo: restores,
    program: restore(),
    wanted: 1,
    prepare: makeUnseen,
    act: up,
  },
  {
    name: "restore: resume one that was never carried out",
    appliesTo: restores,
    program: restore(),
    wanted: 1,
    prepare: makeNone,
    act: up,
  },
  {
    name: "restore: recover after the engine was killed",
    appliesTo: restores,
    program: restore(),
    wanted: 1,
    async prepare(scene) {
      await scene.up(scene.program);
      scene.stack.state.clear();
    },
    act: up,
  },
  {
    name: "restore: recover after everything was killed",
    appliesTo: restores,
    program: restore(),
    wanted: 1,
    async prepare(scene) {
      await makeUnseen(scene);
      scene.stack.state.clear();
      scene.clock.advance(LAG_MS);
    },
    act: up,
  },
  {
    name: "restore: read one that runs or may have started",
    appliesTo: restores,
    program: restore(),
    wanted: 1,
    async prepare(scene) {
      scene.target.slowDown(scene.emulator);
      await makeUnseen(scene);
    },
    act: refresh,
  },
  {
    name: "restore: once more",
    appliesTo: restores,
    program: restore({ triggers: { attempt: "2" } }),
    wanted: 2,
    async prepare(scene) {
      await scene.up(restore({ triggers: { attempt: "1" } })(scene.target));
    },
    act: up,
  },
];
