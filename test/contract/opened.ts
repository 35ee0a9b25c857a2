import { type Emulator, startEmulator } from "../../emulator";
import { type Connection, resolveConnection } from "../../provider/model/connection";
import type { SnapshotPlatform } from "../../provider/model/platform";
import type { Scope } from "../../provider/model/scope";
import type { Target } from "../../provider/model/snapshot";
import { definitions, openPlatform, type PlatformName } from "../../provider/platforms";
import { type FakeClock, fakeClock } from "../http/fake-clock";

/** Platform opened like a user's default connection, on an emulator that shares its clock. */
export interface Opened {
  readonly emulator: Emulator;
  readonly platform: SnapshotPlatform;
  readonly connection: Connection;
  readonly clock: FakeClock;
  /** Messages shown to the user during a wait. */
  readonly announced: readonly string[];
  /** Scope of an operation that starts now. */
  scope(timeoutMs?: number): Scope;
  target(argument: string, id: string): Target;
  /** Number of requests that change something and have reached the platform. */
  changes(): number;
  /** Number of requests of an operation that have reached the platform. */
  count(operation: string): number;
}

export async function openOnEmulator(
  name: PlatformName,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<Opened> {
  const clock = fakeClock();
  const emulator = await startEmulator({ now: clock.now });
  const definition = definitions[name];
  const resolved = resolveConnection(name, definition.connectionFields, name, {
    config: () => undefined,
    environment: { ...emulator.environment, ...environment },
  });
  if ("problems" in resolved) throw new Error(resolved.problems.join("; "));
  const announced: string[] = [];
  return {
    emulator,
    platform: openPlatform(resolved.connection, { clock, random: () => 0.5 }),
    connection: resolved.connection,
    clock,
    announced,
    scope: (timeoutMs = 300_000) => ({
      deadlineMs: clock.now() + timeoutMs,
      announce: (message) => announced.push(message),
    }),
    target(argument, id) {
      const kind = (definition.targets as Record<string, { kind: string }>)[argument]?.kind ?? "";
      return { argument, kind, id };
    },
    changes: () => emulator.requests.filter((request) => request.changes).length,
    count: (operation) => emulator.requests.filter((request) => request.operation === operation).length,
  };
}
