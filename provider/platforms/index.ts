import type { Connection } from "../model/connection";
import type { PlatformRuntime, SnapshotPlatform } from "../model/platform";
import type { PlatformName } from "./definitions";
import * as discloud from "./discloud";
import * as dscloud from "./dscloud";
import * as virtus from "./virtus";

const opens: Record<PlatformName, (connection: Connection, runtime: PlatformRuntime) => SnapshotPlatform> = {
  virtus: virtus.open,
  dscloud: dscloud.open,
  discloud: discloud.open,
};

/** Opens a platform on one of its connections. */
export function openPlatform(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  return opens[connection.platform as PlatformName](connection, runtime);
}

export { definitions, findDefinition, type PlatformName } from "./definitions";
