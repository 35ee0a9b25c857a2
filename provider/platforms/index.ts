import type { Connection } from "../model/connection";
import type { PlatformRuntime, SnapshotPlatform } from "../model/platform";
import type { PlatformName } from "./definitions";

interface PlatformModule {
  open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform;
}

// Loaded on first use: a preview sends no request and does not need the HTTP client.
const modules: Record<PlatformName, () => PlatformModule> = {
  virtus: () => require("./virtus") as PlatformModule,
  dscloud: () => require("./dscloud") as PlatformModule,
  discloud: () => require("./discloud") as PlatformModule,
  snapshooter: () => require("./snapshooter") as PlatformModule,
  scp: () => require("./scp") as PlatformModule,
};

/** Opens the platform of a connection. */
export function openPlatform(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  return modules[connection.platform as PlatformName]().open(connection, runtime);
}

export { definitions, findDefinition, type PlatformName } from "./definitions";
