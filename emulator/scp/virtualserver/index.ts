import type { EmulatedRequest, Route } from "../../types";
import { bodyOf, type ScpCommon } from "../answers";
import type { ScpBackupState } from "../backup/state";
import { createMemory } from "./memory";
import { createSnapshots } from "./snapshots";
import { createVolumes } from "./volumes";

export type { ScpSnapshot, ScpVirtualServerState, ScpVolume } from "./state";

/** Emulated virtualserver service: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/ */
export function createVirtualServer(common: ScpCommon, base: string, servers: ScpBackupState["servers"]) {
  const memory = createMemory(common);
  const { listSnapshots, createSnapshot, getSnapshot, setSnapshot, deleteSnapshot } = createSnapshots(common, memory);
  const { getVolume, getServer, revertVolume } = createVolumes(common, memory, servers);
  const { state, find } = memory;

  const ofSnapshot = (request: EmulatedRequest) => find(request.param("id"))?.volumeId;
  const inPath = (request: EmulatedRequest) => request.param("id");
  const inBody = (request: EmulatedRequest) => {
    const { volume_id: volumeId } = bodyOf(request);
    return typeof volumeId === "string" ? volumeId : undefined;
  };
  const routes: Route[] = [
    {
      operation: "list-snapshots",
      method: "GET",
      path: `${base}/snapshots`,
      lists: true,
      counts: true,
      isLaterPage: (request) => request.query.get("marker") !== null || Number(request.query.get("offset") ?? 0) > 0,
      target: (request) => request.query.get("volume_id") ?? undefined,
      handle: listSnapshots,
    },
    {
      operation: "create-snapshot",
      method: "POST",
      path: `${base}/snapshots`,
      changes: true,
      takes: true,
      target: inBody,
      handle: createSnapshot,
    },
    {
      operation: "get-snapshot",
      method: "GET",
      path: `${base}/snapshots/:id`,
      target: ofSnapshot,
      handle: getSnapshot,
    },
    {
      operation: "set-snapshot",
      method: "PUT",
      path: `${base}/snapshots/:id`,
      changes: true,
      target: ofSnapshot,
      handle: setSnapshot,
    },
    {
      operation: "delete-snapshot",
      method: "DELETE",
      path: `${base}/snapshots/:id`,
      changes: true,
      target: ofSnapshot,
      handle: deleteSnapshot,
    },
    { operation: "get-volume", method: "GET", path: `${base}/volumes/:id`, target: inPath, handle: getVolume },
    { operation: "get-server", method: "GET", path: `${base}/servers/:id`, target: inPath, handle: getServer },
    {
      operation: "revert-volume",
      method: "POST",
      path: `${base}/volumes/:id/revert`,
      changes: true,
      target: inPath,
      handle: revertVolume,
    },
  ];
  return { state, routes };
}
