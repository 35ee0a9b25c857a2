import { arrange, pageOf } from "../../shelf";
import type { Answer, EmulatedRequest } from "../../types";
import { bodyOf, type Complaint, instant, isObject, numberIn, type ScpCommon, userId } from "../answers";
import type { Memory } from "./memory";
import type { ScpSnapshot } from "./state";

const namePattern = /^[a-zA-Z0-9-_ ]+$/;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const sortKeys: Readonly<Record<string, (snapshot: ScpSnapshot) => string | number>> = {
  created_at: ({ createdAtMs }) => createdAtMs,
  id: ({ id }) => id,
  name: ({ name }) => name ?? "",
  size: ({ sizeGib }) => sizeGib,
}; // assumed, except created_at

/** Creates the service's operations on snapshots. */
export function createSnapshots(common: ScpCommon, memory: Memory) {
  const { now, storageNow, refuse } = common;
  const { state, volumes, failing, statusOf, settle, find, stateOf, take, newest } = memory;
  const isNamed = (snapshot: ScpSnapshot, name: string) =>
    state.nameFilter === "exact" ? snapshot.name === name : snapshot.name?.includes(name) === true;

  const describe = (snapshot: ScpSnapshot) => ({
    created_at: instant(snapshot.createdAtMs),
    description: snapshot.description,
    id: snapshot.id,
    metadata: snapshot.metadata,
    name: snapshot.name,
    size: snapshot.sizeGib,
    status: statusOf(snapshot) === "gone" ? "deleting" : statusOf(snapshot), // a lagging list still shows it
    updated_at: snapshot.updatedAtMs === undefined ? null : instant(snapshot.updatedAtMs),
    user_id: userId,
    volume_id: snapshot.volumeId,
  });

  const nameComplaints = (name: unknown, nullable: boolean): Complaint[] => {
    const loc = ["body", "name"];
    if (name === undefined) return [{ loc, msg: "name: Field required" }];
    if (name === null && nullable) return [];
    if (typeof name !== "string" || name.length < 1 || name.length > 255) {
      return [{ loc, msg: "name: String should have 1 to 255 characters" }];
    }
    return namePattern.test(name) ? [] : [{ loc, msg: `name: String should match pattern '${namePattern.source}'` }];
  };
  const textComplaints = (field: string, value: unknown): Complaint[] =>
    value === undefined || value === null || typeof value === "string"
      ? []
      : [{ loc: ["body", field], msg: `${field}: Input should be a valid string` }];
  const missing = (what: string, id: string) => refuse(404, `${what} ${id} could not be found.`);
  const badQuery = (name: string) => refuse(400, [{ loc: ["query", name], msg: `${name}: Input is invalid` }]);

  // https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/listsnapshots/
  const listSnapshots = (request: EmulatedRequest): Answer => {
    settle();
    const limit = numberIn(request, "limit", 1, Number.POSITIVE_INFINITY);
    const offset = numberIn(request, "offset", 0, 0);
    const withCount = (request.query.get("with_count") ?? "true").toLowerCase();
    const sort = request.query.get("sort");
    if (limit === undefined) return badQuery("limit");
    if (offset === undefined) return badQuery("offset");
    if (!["true", "false"].includes(withCount)) return badQuery("with_count");
    // Documented from 1.2, absent from the service's own definition of 1.2: assumed to be refused below 1.3.
    if (sort !== null && common.minor(request) < 3) return badQuery("sort");
    const order = (sort ?? "created_at:desc").split(",").map((part) => part.split(":"));
    if (order.some(([key = "", direction = "asc"]) => !sortKeys[key] || !["asc", "desc"].includes(direction))) {
      return badQuery("sort");
    }
    const volumeId = request.query.get("volume_id");
    const name = request.query.get("name");
    const matching = [...volumes.values()]
      .filter((volume) => volumeId === null || volume.id === volumeId)
      .flatMap(({ snapshots }) => snapshots.listed(request.listing))
      .filter((snapshot) => name === null || isNamed(snapshot, name))
      .reverse() // of two in the same millisecond, the later one is newer
      .sort((a, b) => {
        for (const [key = "", direction = "asc"] of order) {
          const [left, right] = [sortKeys[key]?.(a) ?? 0, sortKeys[key]?.(b) ?? 0];
          if (left !== right) return left < right === (direction === "asc") ? -1 : 1;
        }
        return 0;
      });
    const marker = request.query.get("marker");
    const found = marker === null ? 0 : matching.findIndex(({ id }) => id === marker) + 1;
    if (marker !== null && found === 0) return badQuery("marker"); // assumed
    const { listing } = request;
    // assumed: after a deleted entry the list starts again
    const after = listing.isShifted ? 0 : found;
    const { shown } = pageOf(matching.slice(after + offset), {
      page: 0,
      size: limit,
      listing: { ...listing, withheld: marker === null || listing.withheld === "last" ? listing.withheld : undefined },
    });
    return {
      status: 200,
      body: {
        count: withCount === "true" && !listing.isBare ? matching.length : null,
        snapshots: arrange(shown, listing).map(describe),
      },
    };
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/createsnapshot/
  const createSnapshot = (request: EmulatedRequest): Answer => {
    const body = bodyOf(request);
    const { name, volume_id: volumeId, description, force, metadata } = body;
    const complaints = [...nameComplaints(name, false), ...textComplaints("description", description)];
    if (typeof volumeId !== "string") complaints.push({ loc: ["body", "volume_id"], msg: "volume_id: Field required" });
    if (force !== undefined && force !== null && typeof force !== "boolean") {
      complaints.push({ loc: ["body", "force"], msg: "force: Input should be a valid boolean" });
    }
    if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
      complaints.push({ loc: ["body", "metadata"], msg: "metadata is invalid" });
    }
    if (complaints.length > 0) return refuse(400, complaints);
    const volume = volumes.get(volumeId as string);
    if (!volume) return missing("Volume", volumeId as string);
    const volumeState = stateOf(volume);
    if (volumeState !== "available" && !(volumeState === "in-use" && force === true)) {
      const status = volumeState === "in-use" ? state.attachedStatus : 409; // assumed
      return refuse(status, `Invalid volume: the volume's state is ${volumeState}.`);
    }
    const joined = request.joins ? newest(volume) : undefined;
    if (joined) return { status: 202, body: describe(joined) };
    const snapshot = take(volume, {
      name: name as string,
      description: (description as string | null | undefined) ?? null,
      metadata: isObject(metadata) ? metadata : {},
      createdAtMs: storageNow(),
      readyAtMs: now() + state.creatingMs,
      outcome: state.outcome,
    });
    volume.snapshots.add(snapshot);
    return { status: 202, body: describe(snapshot) };
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showsnapshot/
  const getSnapshot = (request: EmulatedRequest): Answer => {
    const id = request.param("id");
    const snapshot = uuidPattern.test(id) ? find(id) : undefined;
    return snapshot ? { status: 200, body: describe(snapshot) } : missing("Snapshot", id);
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/setsnapshot/
  const setSnapshot = (request: EmulatedRequest): Answer => {
    const { name, description } = bodyOf(request);
    const complaints = [...nameComplaints(name, true), ...textComplaints("description", description)];
    if (complaints.length > 0) return refuse(400, complaints);
    const snapshot = find(request.param("id"));
    if (!snapshot) return missing("Snapshot", request.param("id"));
    if (typeof name === "string" || state.nullName === "erases") snapshot.name = name as string | null;
    if (description !== undefined) snapshot.description = description as string | null;
    snapshot.updatedAtMs = now();
    return { status: 200, body: describe(snapshot) };
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/deletesnapshot/
  const deleteSnapshot = (request: EmulatedRequest): Answer => {
    const snapshot = find(request.param("id"));
    if (!snapshot) return missing("Snapshot", request.param("id"));
    if (failing.times > 0) {
      failing.times -= 1;
      return refuse(failing.status);
    }
    const status = statusOf(snapshot);
    if (status === "creating" || now() < snapshot.takenAtMs + state.raceMs) return refuse(500);
    if (status === "deleting") return refuse(409, "The snapshot is being deleted."); // assumed
    snapshot.word = undefined;
    snapshot.deletedAtMs = now();
    return { status: 202 };
  };

  return { listSnapshots, createSnapshot, getSnapshot, setSnapshot, deleteSnapshot };
}
