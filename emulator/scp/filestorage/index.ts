import { arrange, pageOf } from "../../shelf";
import type { Answer, EmulatedRequest, Route } from "../../types";
import { asUuid, bodyOf, digest, isObject, numberIn, type ScpCommon } from "../answers";
import { createMemory } from "./memory";
import type { ScpFileSchedule, ScpFileSnapshot, ScpFileVolume } from "./state";

export type { ScpFileSchedule, ScpFileSnapshot, ScpFileStorageState, ScpFileVolume } from "./state";

const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** Emulated File Storage service: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/ */
export function createFileStorage(common: ScpCommon, base: string) {
  const { now, storageNow, refuse } = common;
  const { state, volumes, stateOf, settle, local, take, newest } = createMemory(common);

  const describe = (snapshot: ScpFileSnapshot) => ({
    created_at: local(snapshot.createdAtMs),
    id: snapshot.id,
    name: snapshot.name,
    size: state.asText.size ? String(snapshot.sizeBytes) : snapshot.sizeBytes, // assumed unit
    state: stateOf(snapshot) === "gone" ? "deleting" : stateOf(snapshot),
  });

  const retention = (count: number) => (state.asText.retentionCount ? String(count) : count);
  const scheduleOf = ({ dayOfWeek, frequency, hour }: ScpFileSchedule) => ({ day_of_week: dayOfWeek, frequency, hour });
  const acceptedSchedule = (volume: ScpFileVolume, schedule: ScpFileSchedule): Answer => ({
    status: 202,
    body: {
      snapshot_retention_count: retention(schedule.retentionCount),
      snapshot_schedule: scheduleOf(schedule),
      volume_id: volume.id,
    },
  });

  /** Validation error, in which the service names no field. */
  const invalid = () => refuse(400, "Field required");
  /** Every operation except a create requires the volume in its query. */
  const inQuery = (request: EmulatedRequest, act: (volume: ScpFileVolume) => Answer): Answer => {
    settle();
    const id = request.query.get("volume_id");
    if (!id) return invalid();
    const volume = volumes.get(id);
    return volume ? act(volume) : refuse(404, `Volume ${id} not found.`);
  };
  const inBody = (request: EmulatedRequest, act: (volume: ScpFileVolume) => Answer): Answer => {
    settle();
    const { volume_id: id } = bodyOf(request);
    if (typeof id !== "string" || id === "") return invalid();
    const volume = volumes.get(id);
    return volume ? act(volume) : refuse(404, `Volume ${id} not found.`);
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/showvolume/
  const getVolume = (request: EmulatedRequest): Answer => {
    const volume = volumes.get(request.param("id"));
    if (!volume) return refuse(404, `Volume ${request.param("id")} not found.`);
    return {
      status: 200,
      body: {
        account_id: digest("account"),
        cifs_id: null,
        created_at: local(Date.parse("2025-07-01T09:00:00Z")),
        encryption_enabled: "true", // a text, as in the documented example
        endpoint_path: null,
        file_unit_recovery_enabled: true,
        id: volume.id,
        name: volume.name,
        path: null,
        protocol: "NFS",
        purpose: "NONE", // assumed; the example's is REPLICATION
        state: "available",
        type_id: asUuid(digest("HDD")),
        type_name: "HDD",
        usage: 0,
      },
    };
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/listsnapshots/
  const listSnapshots = (request: EmulatedRequest): Answer =>
    inQuery(request, (volume) => {
      const limit = numberIn(request, "limit", 1, Number.POSITIVE_INFINITY); // assumed
      if (limit === undefined) return invalid();
      const newestFirst = volume.snapshots.listed(request.listing).reverse(); // assumed order
      newestFirst.sort((a, b) => b.createdAtMs - a.createdAtMs);
      const { shown } = pageOf(newestFirst, { page: 0, size: limit, listing: request.listing });
      return {
        status: 200,
        body: {
          count: newestFirst.length,
          snapshot_size_total_byte: newestFirst.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
          snapshots: arrange(shown, request.listing).map(describe),
        },
      };
    });

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/createsnapshot/
  const createSnapshot = (request: EmulatedRequest): Answer =>
    inBody(request, (volume) => {
      const readyAtMs = now() + state.creatingMs;
      const joined = request.joins ? newest(volume) : undefined;
      const snapshot = joined ?? take(volume, { createdAtMs: storageNow(), readyAtMs, outcome: state.outcome });
      if (!joined) volume.snapshots.add(snapshot);
      return { status: 202, body: { snapshot: { ...describe(snapshot), volume_id: volume.id } } };
    });

  // Documented, but broken on the platform: its access control has no such action.
  const getSnapshot = (): Answer => refuse(403);

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/deletesnapshot/
  const deleteSnapshot = (request: EmulatedRequest): Answer =>
    inQuery(request, (volume) => {
      const id = request.param("id");
      const snapshot = volume.snapshots.present().find((candidate) => candidate.id === id);
      if (!snapshot) return refuse(404, `Snapshot ${id} not found.`);
      if (["creating", "deleting"].includes(stateOf(snapshot))) {
        return refuse(409, `The snapshot is ${stateOf(snapshot)}.`); // assumed; a 409 is possible
      }
      snapshot.word = undefined;
      snapshot.deletedAtMs = now();
      return { status: 202 };
    });

  const scheduleIn = (request: EmulatedRequest): Omit<ScpFileSchedule, "id" | "retentionCount"> | undefined => {
    const { snapshot_schedule: written } = bodyOf(request);
    if (!isObject(written)) return undefined;
    const { frequency, day_of_week: day, hour } = written;
    if (typeof hour !== "string" || !/^([0-9]|1[0-9]|2[0-3])$/.test(hour)) return undefined;
    if (frequency === "DAILY") return { frequency, dayOfWeek: null, hour }; // assumed: a day is ignored
    if (frequency !== "WEEKLY" || typeof day !== "string" || !days.includes(day)) return undefined;
    return { frequency, dayOfWeek: day, hour };
  };
  const countIn = (request: EmulatedRequest, absent: number): number | undefined => {
    const { snapshot_retention_count: count } = bodyOf(request);
    if (count === undefined || count === null) return absent;
    return typeof count === "number" && Number.isInteger(count) && count >= 1 && count <= 128 ? count : undefined;
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/listsnapshotschedule/
  const getSchedule = (request: EmulatedRequest): Answer =>
    inQuery(request, ({ id, schedule }) => {
      const enabled = schedule !== undefined;
      return {
        status: 200,
        body: {
          snapshot_policy_enabled: state.asText.policyEnabled ? String(enabled) : enabled,
          snapshot_retention_count: retention(schedule?.retentionCount ?? 0), // assumed without one: the schema's default
          snapshot_schedule: schedule ? [{ ...scheduleOf(schedule), id: schedule.id }] : [],
          volume_id: id,
        },
      };
    });

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/createsnapshotschedule/
  const createSchedule = (request: EmulatedRequest): Answer =>
    inBody(request, (volume) => {
      const schedule = scheduleIn(request);
      const retentionCount = countIn(request, 10);
      if (!schedule || retentionCount === undefined) return invalid();
      if (volume.schedule) return refuse(409, "The volume has a snapshot schedule."); // assumed
      volume.schedule = { ...schedule, id: asUuid(common.nextId()), retentionCount };
      return acceptedSchedule(volume, volume.schedule);
    });

  const inPath = (request: EmulatedRequest, act: (volume: ScpFileVolume, schedule: ScpFileSchedule) => Answer) =>
    inQuery(request, (volume) => {
      const id = request.param("id");
      return volume.schedule?.id === id
        ? act(volume, volume.schedule)
        : refuse(404, `Snapshot schedule ${id} not found.`);
    });

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/setsnapshotschedule/
  const setSchedule = (request: EmulatedRequest): Answer =>
    inPath(request, (volume, { id, retentionCount: before }) => {
      const schedule = scheduleIn(request);
      const retentionCount = countIn(request, before); // assumed: unchanged if absent
      if (!schedule || retentionCount === undefined) return invalid();
      volume.schedule = { ...schedule, id, retentionCount };
      return acceptedSchedule(volume, volume.schedule);
    });

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/deletesnapshotschedule/
  const deleteSchedule = (request: EmulatedRequest): Answer =>
    inPath(request, (volume) => {
      volume.schedule = undefined;
      return { status: 202 };
    });

  const queried = (request: EmulatedRequest) => request.query.get("volume_id") ?? undefined;
  const written = (request: EmulatedRequest) => {
    const { volume_id: id } = bodyOf(request);
    return typeof id === "string" ? id : undefined;
  };
  const schedules = `${base}/snapshot-schedules`;
  const routes: Route[] = [
    {
      operation: "get-file-volume",
      method: "GET",
      path: `${base}/volumes/:id`,
      target: (request) => request.param("id"),
      handle: getVolume,
    },
    {
      operation: "list-file-snapshots",
      method: "GET",
      path: `${base}/snapshots`,
      lists: true,
      counts: true,
      target: queried,
      handle: listSnapshots,
    },
    {
      operation: "create-file-snapshot",
      method: "POST",
      path: `${base}/snapshots`,
      changes: true,
      takes: true,
      target: written,
      handle: createSnapshot,
    },
    {
      operation: "get-file-snapshot",
      method: "GET",
      path: `${base}/snapshots/:id`,
      handle: getSnapshot,
    },
    {
      operation: "delete-file-snapshot",
      method: "DELETE",
      path: `${base}/snapshots/:id`,
      changes: true,
      target: queried,
      handle: deleteSnapshot,
    },
    { operation: "get-file-schedule", method: "GET", path: schedules, target: queried, handle: getSchedule },
    {
      operation: "create-file-schedule",
      method: "POST",
      path: schedules,
      changes: true,
      target: written,
      handle: createSchedule,
    },
    {
      operation: "set-file-schedule",
      method: "PUT",
      path: `${schedules}/:id`,
      changes: true,
      target: queried,
      handle: setSchedule,
    },
    {
      operation: "delete-file-schedule",
      method: "DELETE",
      path: `${schedules}/:id`,
      changes: true,
      target: queried,
      handle: deleteSchedule,
    },
  ];
  return { state, routes };
}
