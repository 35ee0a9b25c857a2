import type { Answer, EmulatedRequest } from "../../types";
import { asUuid, bodyOf, digest, type ScpCommon, userId } from "../answers";
import type { ScpBackupState } from "../backup/state";
import type { Memory } from "./memory";

/** Creates the service's operations on volumes and the servers that they are attached to. */
export function createVolumes({ now, refuse }: ScpCommon, memory: Memory, servers: ScpBackupState["servers"]) {
  const { state, volumes, reverts, statusOf, find, stateOf, newest } = memory;
  const missing = (what: string, id: string) => refuse(404, `${what} ${id} could not be found.`);

  // https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showvolume/
  const getVolume = (request: EmulatedRequest): Answer => {
    const volume = volumes.get(request.param("id"));
    if (!volume) return missing("Volume", request.param("id"));
    return {
      status: 200,
      body: {
        bootable: false,
        created_at: "2025-07-01T09:00:00Z",
        encrypted: false,
        id: volume.id,
        modified_at: "2025-07-01T09:00:00Z",
        multiattach: false,
        name: volume.name,
        servers:
          volume.serverId === undefined
            ? []
            : [{ attached_at: "2025-07-01T09:30:00Z", device: "/dev/vdb", id: volume.serverId }],
        size: volume.sizeGib,
        snapshot_id: null,
        state: stateOf(volume),
        user_id: userId,
        volume_type: "SSD",
        volume_type_id: asUuid(digest("SSD")),
      },
    };
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showvirtualserver/
  const getServer = (request: EmulatedRequest): Answer => {
    const server = servers.get(request.param("id"));
    if (!server) return missing("Server", request.param("id"));
    return {
      status: 200,
      body: {
        account_id: digest("account"),
        addresses: null,
        created_at: "2025-07-01T09:00:00Z",
        created_by: userId,
        disk_config: "MANUAL",
        id: server.id,
        locked: false,
        metadata: {},
        modified_at: "2025-07-01T09:00:00Z",
        name: server.name,
        product_category: "compute",
        product_offering: "virtual_server",
        server_type: { disk: 100, ephemeral: 0, extra_specs: {}, id: null, name: "s1v1m2", ram: 2, swap: 0, vcpus: 1 },
        state: "ACTIVE",
        volumes: [...volumes.values()]
          .filter(({ serverId }) => serverId === server.id)
          .map(({ id }) => ({ delete_on_termination: false, id })),
      },
    };
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/revertvolumetosnapshot/
  const revertVolume = (request: EmulatedRequest): Answer => {
    const { snapshot_id: snapshotId } = bodyOf(request);
    if (typeof snapshotId !== "string") {
      return refuse(400, [{ loc: ["body", "snapshot_id"], msg: "snapshot_id: Field required" }]);
    }
    const volume = volumes.get(request.param("id"));
    if (!volume) return missing("Volume", request.param("id"));
    const snapshot = find(snapshotId);
    if (snapshot?.volumeId !== volume.id) return missing("Snapshot", snapshotId);
    const volumeState = stateOf(volume);
    if (volumeState !== "available") return refuse(409, `Invalid volume: the volume's state is ${volumeState}.`);
    if (snapshot !== newest(volume)) {
      return refuse(state.olderRevertStatus, "Only the most recent snapshot of a volume can be reverted to.");
    }
    if (statusOf(snapshot) !== "available") return refuse(409, "Invalid snapshot: it is not available."); // assumed
    reverts.push({ volumeId: volume.id, snapshotId, at: now() });
    const fromMs = now() + state.revertStartsMs;
    volume.revert = { fromMs, untilMs: fromMs + state.revertingMs, outcome: state.revertOutcome };
    return { status: 202 };
  };

  return { getVolume, getServer, revertVolume };
}
