import { arrange, createShelf, pageOf, type Shelf } from "../shelf";
import type { Answer, EmulatedRequest, Route } from "../types";
import {
  asUuid,
  bodyOf,
  type Complaint,
  type Course,
  digest,
  instant,
  isObject,
  numberIn,
  type Pace,
  type ScpCommon,
  userId,
  wordOf,
} from "./answers";

/** One snapshot of a virtual server's volume. */
export interface ScpSnapshot extends Course {
  readonly id: string;
  readonly volumeId: string;
  name: string | null;
  description: string | null;
  /** An object by its schema, a text in the documented example. */
  readonly metadata: Readonly<Record<string, unknown>> | string | null;
  /** The volume's size when it was taken. */
  readonly sizeGib: number;
  readonly createdAtMs: number;
  /** When it was taken, by the platform's clock. */
  readonly takenAtMs: number;
  updatedAtMs: number | undefined;
}

/** One volume of a virtual server. */
export interface ScpVolume {
  readonly id: string;
  name: string;
  sizeGib: number;
  /** The id of the server that it is attached to. */
  serverId: string | undefined;
  /** Set by a test: its state, whatever else says. */
  state: string | undefined;
  /** Its last revert: when the volume begins to show it, when it ends, and the state that the volume comes to. */
  revert: { readonly fromMs: number; readonly untilMs: number; readonly outcome: string } | undefined;
  readonly snapshots: Shelf<ScpSnapshot>;
}

/** What tests read and change of the emulated volumes and their snapshots. */
export interface ScpVirtualServerState extends Pace {
  readonly volumes: ReadonlyMap<string, ScpVolume>;
  /** Reverts that were accepted. */
  readonly reverts: readonly { volumeId: string; snapshotId: string; at: number }[];
  /** How long after its creation a snapshot's deletion is answered 500. Default 1,500. */
  raceMs: number;
  /** How long a revert takes. Default 1,000. */
  revertingMs: number;
  /** How long after its answer a revert begins to show in its volume's state; undocumented. Default 0. */
  revertStartsMs: number;
  /** The state that a volume comes to after a revert. Default `available`. */
  revertOutcome: string;
  /** How the list's `name` filters; the documents don't say. Default `exact`. */
  nameFilter: "exact" | "substring";
  /** What an update does whose name is null; the documents don't say. Default `keeps`. */
  nullName: "keeps" | "erases";
  /** The answer to a snapshot of an attached volume without `force`; undocumented. Default 409. */
  attachedStatus: 400 | 409;
  /** The answer to a revert to an older snapshot; undocumented. Default 409. */
  olderRevertStatus: 400 | 409;
  addVolume(volume?: { id?: string; name?: string; sizeGib?: number; serverId?: string }): ScpVolume;
  /** The volume goes, and its snapshots with it. */
  removeVolume(id: string): void;
  /** A snapshot that this program didn't take. Default: taken now, available, with a name of its own. */
  addSnapshot(
    volumeId: string,
    snapshot?: {
      id?: string;
      name?: string | null;
      description?: string | null;
      metadata?: ScpSnapshot["metadata"];
      createdAtMs?: number;
      status?: string;
    },
  ): ScpSnapshot;
  /** The snapshot is gone at once, without a deletion. */
  removeSnapshot(id: string): void;
  /** Moves a snapshot on, whatever the clock says; undefined: back to the clock. */
  setStatus(snapshotId: string, status: string | undefined): void;
  /** A snapshot's status by the platform's clock; undefined: it isn't there. */
  statusOf(snapshotId: string): string | undefined;
  /** A volume's snapshots, oldest first, by the platform's clock. */
  snapshotsOf(volumeId: string): ScpSnapshot[];
  /** Answers the next so many deletions 500, or with another status, and carries none out. */
  failDeletes(times: number, status?: 409 | 500): void;
}

const namePattern = /^[a-zA-Z0-9-_ ]+$/;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const sortKeys: Readonly<Record<string, (snapshot: ScpSnapshot) => string | number>> = {
  created_at: ({ createdAtMs }) => createdAtMs,
  id: ({ id }) => id,
  name: ({ name }) => name ?? "",
  size: ({ sizeGib }) => sizeGib,
}; // assumed but for created_at

/** https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/ */
export function createVirtualServer(
  common: ScpCommon,
  base: string,
  servers: ReadonlyMap<string, { readonly id: string; readonly name: string }>,
) {
  const { now, storageNow, refuse } = common;
  const volumes = new Map<string, ScpVolume>();
  const reverts: { volumeId: string; snapshotId: string; at: number }[] = [];
  const failing = { times: 0, status: 500 };

  const state: ScpVirtualServerState = {
    volumes,
    reverts,
    creatingMs: 1000,
    outcome: "available",
    deletingMs: 500,
    deleteOutcome: "gone",
    raceMs: 1500,
    revertingMs: 1000,
    revertStartsMs: 0,
    revertOutcome: "available",
    nameFilter: "exact",
    nullName: "keeps",
    attachedStatus: 409,
    olderRevertStatus: 409,
    addVolume({ id = asUuid(common.nextId()), name = `volume-${id.slice(0, 6)}`, sizeGib = 104, serverId } = {}) {
      const volume: ScpVolume = {
        id,
        name,
        sizeGib,
        serverId,
        state: undefined,
        revert: undefined,
        snapshots: createShelf(now),
      };
      volumes.set(id, volume);
      return volume;
    },
    removeVolume(id) {
      volumes.delete(id);
    },
    addSnapshot(volumeId, { status, createdAtMs = storageNow(), ...options } = {}) {
      const volume = known(volumeId);
      const snapshot = take(volume, { readyAtMs: now(), outcome: "available", createdAtMs, ...options });
      snapshot.word = status;
      volume.snapshots.add(snapshot);
      return snapshot;
    },
    removeSnapshot(id) {
      const snapshot = knownSnapshot(id);
      known(snapshot.volumeId).snapshots.remove(snapshot);
    },
    setStatus(id, status) {
      knownSnapshot(id).word = status;
    },
    statusOf(id) {
      const snapshot = find(id);
      return snapshot && statusOf(snapshot);
    },
    snapshotsOf(volumeId) {
      settle();
      return known(volumeId).snapshots.present();
    },
    failDeletes(times, status = 500) {
      Object.assign(failing, { times, status });
    },
  };

  const known = (id: string) => {
    const volume = volumes.get(id);
    if (!volume) throw new Error(`the emulated Samsung Cloud Platform has no volume ${id}`);
    return volume;
  };
  const statusOf = (snapshot: ScpSnapshot) =>
    wordOf(snapshot, state, now(), { creating: "creating", deleting: "deleting" }); // assumed words
  /** Lets go of what has been deleted by now. */
  const settle = () => {
    for (const { snapshots } of volumes.values()) {
      for (const snapshot of snapshots.present()) if (statusOf(snapshot) === "gone") snapshots.remove(snapshot);
    }
  };
  const find = (id: string) => {
    settle();
    for (const { snapshots } of volumes.values()) {
      const snapshot = snapshots.present().find((candidate) => candidate.id === id);
      if (snapshot) return snapshot;
    }
    return undefined;
  };
  const knownSnapshot = (id: string) => {
    const snapshot = find(id);
    if (!snapshot) throw new Error(`the emulated Samsung Cloud Platform has no snapshot ${id}`);
    return snapshot;
  };
  const stateOf = (volume: ScpVolume) => {
    if (volume.state !== undefined) return volume.state;
    const { revert } = volume;
    if (revert !== undefined && now() >= revert.fromMs) {
      if (now() < revert.untilMs) return "reverting"; // assumed but for the word
      if (revert.outcome !== "available") return revert.outcome;
    }
    return volume.serverId === undefined ? "available" : "in-use"; // assumed but for available
  };

  const take = (
    volume: ScpVolume,
    options: {
      id?: string;
      name?: string | null;
      description?: string | null;
      metadata?: ScpSnapshot["metadata"];
      createdAtMs: number;
      readyAtMs: number;
      outcome: string;
    },
  ): ScpSnapshot => {
    const { id = asUuid(common.nextId()), createdAtMs, readyAtMs, outcome } = options;
    return {
      id,
      volumeId: volume.id,
      name: options.name === undefined ? `foreign-${id.slice(0, 6)}` : options.name,
      description: options.description ?? null,
      metadata: options.metadata ?? {},
      sizeGib: volume.sizeGib,
      createdAtMs,
      takenAtMs: Math.min(createdAtMs, now()),
      updatedAtMs: undefined,
      readyAtMs,
      outcome,
      word: undefined,
      deletedAtMs: undefined,
    };
  };

  const newest = ({ snapshots }: ScpVolume) =>
    snapshots
      .present()
      .sort((a, b) => a.createdAtMs - b.createdAtMs)
      .at(-1);
  const isNamed = (snapshot: ScpSnapshot, name: string) =>
    state.nameFilter === "exact" ? snapshot.name === name : snapshot.name?.includes(name) === true;

  const describe = (snapshot: ScpSnapshot) => ({
    created_at: instant(snapshot.createdAtMs),
    description: snapshot.description,
    id: snapshot.id,
    metadata: snapshot.metadata,
    name: snapshot.name,
    size: snapshot.sizeGib,
    status: statusOf(snapshot) === "gone" ? "deleting" : statusOf(snapshot), // a list that lags still shows it
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
      .reverse() // of two in one millisecond the later one is the newer
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
    // assumed: after an entry that is gone the list begins again
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
