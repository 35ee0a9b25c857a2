import type { Properties } from "../../provider/resources/host";
import { Stack, urnOf } from "./stack";

let stack: Stack;
beforeEach(async () => {
  stack = await Stack.start("BackupPolicy");
});
afterEach(() => stack.close());

const RECORDS = 30;
const dayMs = 86_400_000;

/** Compares `count` policies after a slot has passed; resolves to how often the ids of their snapshots were read. */
async function compare(count: number): Promise<number> {
  const { verbs } = stack.process({ isPreview: true });
  let reads = 0;
  for (let number = 0; number < count; number++) {
    const { inputs } = verbs.check(
      {},
      {
        __provider: "text",
        __urn: urnOf(`policy-${number}`, "BackupPolicy"),
        platform: "scp",
        volumeId: `volume-${number}`,
        schedules: [{ cron: "0 3 * * *" }],
        retention: { keepDaily: RECORDS },
      },
    );
    const snapshots = Array.from({ length: RECORDS }, (_, day) => {
      const createdAt = new Date(stack.clock.now() - day * dayMs).toISOString();
      const record = { status: "available", createdAt, slot: createdAt };
      return Object.defineProperty(record, "id", {
        enumerable: true,
        get() {
          reads++;
          return `snapshot-${number}-${day}`;
        },
      });
    });
    const dueAt = new Date(stack.clock.now() + dayMs).toISOString();
    const olds = { ...inputs, policyId: "01234567", runBy: "up", status: "active", snapshots, pruneQueue: [] };
    verbs.diff(`scp/volume/volume-${number}/policy/01234567`, olds as unknown as Properties, { ...inputs, dueAt });
  }
  await new Promise(setImmediate);
  expect(stack.told.filter(({ message }) => message.startsWith("will delete 1 snapshot ("))).toHaveLength(count);
  stack.told.length = 0;
  return reads;
}

it("what comparing a policy costs does not depend on how many others there are", async () => {
  const few = await compare(5);
  const many = await compare(50);
  expect(few).toBeGreaterThan(0);
  expect(many / 50).toBeLessThan((few / 5) * 1.1);
});
