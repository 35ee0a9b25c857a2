import type { Connection } from "../model/connection";
import type { PlatformRuntime, SnapshotPlatform } from "../model/platform";
import type { PlatformName } from "./definitions";

interface PlatformModule {
  open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform;
}

// Loaded when first used: a preview sends no request and needs no HTTP client.
const modules: Record<PlatformName, () => PlatformModule> = {
  virtus: () => require("./virtus") as PlatformModule,
  dscloud: () => require("./dscloud") as PlatformModule,
  discloud: () => require("./discloud") as PlatformModule,
  snapshooter: () => require("./snapshooter") as PlatformModule,
  scp: () => require("./scp") as PlatformModule,
};

/** Opens a platform on one of its connections. */
export function openPlatform(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  return modules[connection.platform as PlatformName]().open(connection, runtime);
}

export { definitions, findDefinition, type PlatformName } from "./definitions";
