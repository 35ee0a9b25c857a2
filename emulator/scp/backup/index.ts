import { arrange, pageOf } from "../../shelf";
import type { Answer, EmulatedRequest, Route } from "../../types";
import { bodyOf, instant, numberIn, type ScpCommon, userId } from "../answers";
import { areSchedules, isOneOf, isWrittenPolicy, retentionPeriods } from "./forms";
import { createMemory } from "./memory";
import type { ScpPolicy } from "./state";

export type { ScpBackupState, ScpHistory, ScpPolicy, ScpSchedule, ScpWrittenSchedule } from "./state";

const jobStates = ["SUCCESS", "PARTIAL_SUCCESS", "FAILED", "INPROGRESS", "ALL"];

/** Emulated Backup service: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/ */
export function createBackup(common: ScpCommon, base: string, region: string) {
  const { now, refuse } = common;
  const { state, servers, shelf, stateOf, settle, find, readForm, take } = createMemory(common);

  const stamps = (createdAtMs: number, modifiedAtMs: number) => ({
    created_at: instant(createdAtMs),
    created_by: userId,
    modified_at: instant(modifiedAtMs),
    modified_by: userId,
  });

  const listItem = (policy: ScpPolicy) => ({
    ...stamps(policy.createdAtMs, policy.modifiedAtMs),
    id: policy.id,
    name: policy.name,
    policy_type: policy.policyType,
    retention_period: policy.retentionPeriod,
    role_type: "ORIGINAL",
    server_name: servers.get(policy.serverId)?.name ?? "",
    state: stateOf(policy) === "gone" ? "DELETING" : stateOf(policy),
  });

  const describe = (policy: ScpPolicy, minor: number) => ({
    ...listItem(policy),
    backup_agent_id: null,
    encrypt_enabled: policy.encryptEnabled,
    filesystem_paths: policy.filesystemPaths,
    policy_category: policy.policyCategory,
    region,
    server_category: policy.serverCategory,
    server_os_type: "LINUX", // assumed
    server_region: region,
    server_uuid: policy.serverId,
    ...(minor < 1
      ? {}
      : { dr_enabled: policy.drEnabled, dr_region: null, origin_backup_id: null, replica_backup_id: null }),
    ...(minor < 2 ? {} : { is_all_filesystem: null }),
  });

  const accepted = (policy: ScpPolicy): Answer => ({
    status: 200,
    body: { request_id: common.nextId(), resource: { id: policy.id, links: null } },
  });
  const missing = (id: string) => refuse(404, `Backup ${id} not found.`);
  /** Validation error, in which the service names no field. */
  const invalid = () => refuse(400, "Field required");
  const passes = (text: string, filter: string | null) =>
    filter === null || (state.nameFilter === "exact" ? text === filter : text.includes(filter));

  /** One page, with the list's count. */
  const page = <Item>(request: EmulatedRequest, items: readonly Item[]) => {
    const size = numberIn(request, "size", 0, 20);
    const number = numberIn(request, "page", 0, 0);
    if (size === undefined || number === undefined) return undefined;
    const { listing } = request;
    const { shown, total } = pageOf(items, { page: number, size, listing });
    return { contents: arrange(shown, listing), count: listing.isBare ? null : total };
  };
  /** Sorts by `key:direction`; assumed: one key, and descending by default. */
  const sorted = <Item>(items: Item[], sort: string | null, keys: Record<string, (item: Item) => string | number>) => {
    const [key = "", direction = "asc"] = (sort ?? `${Object.keys(keys)[0]}:desc`).split(":");
    const of = keys[key];
    if (!of || !["asc", "desc"].includes(direction)) return undefined;
    return items.sort((a, b) => (of(a) === of(b) ? 0 : of(a) < of(b) === (direction === "asc") ? -1 : 1));
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/listbackups/
  const listBackups = (request: EmulatedRequest): Answer => {
    settle();
    const matching = shelf
      .listed(request.listing)
      .reverse()
      .filter((policy) => passes(policy.name, request.query.get("name")))
      .filter((policy) => passes(servers.get(policy.serverId)?.name ?? "", request.query.get("server_name")));
    const ordered = sorted(matching, request.query.get("sort"), {
      created_at: ({ createdAtMs }) => createdAtMs,
      name: ({ name }) => name,
    });
    const shown = ordered && page(request, ordered);
    if (!shown) return invalid();
    return { status: 200, body: { ...shown, contents: shown.contents.map(listItem) } };
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/checkbackupnameduplication/
  const checkName = (request: EmulatedRequest): Answer => {
    const name = request.query.get("backup_name");
    if (!name) return invalid();
    settle();
    return { status: 200, body: { result: shelf.present().some((policy) => policy.name === name) } };
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/createbackup/
  const createPolicy = (request: EmulatedRequest): Answer => {
    const body = bodyOf(request);
    if (!isWrittenPolicy(body, common.minor(request))) return invalid();
    settle();
    if (shelf.present().some(({ name }) => name === body.name)) {
      return refuse(400, "The backup name is already in use."); // assumed status
    }
    if (!servers.has(body.server_uuid)) return refuse(500);
    const joined = request.joins ? shelf.present().at(-1) : undefined;
    if (joined) return accepted(joined);
    const policy = take({
      ...body,
      readyAtMs: now() + state.creatingMs,
      outcome: state.outcome,
    });
    shelf.add(policy);
    return accepted(policy);
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/showbackup/
  const getPolicy = (request: EmulatedRequest): Answer => {
    const policy = find(request.param("id"));
    if (!policy) return missing(request.param("id"));
    return { status: 200, body: describe(policy, common.minor(request)) };
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/listbackupschedules/
  const listSchedules = (request: EmulatedRequest): Answer => {
    const policy = find(request.param("id"));
    if (!policy) return missing(request.param("id"));
    const contents = policy.schedules.map(({ createdAtMs, ...schedule }) => ({
      ...stamps(createdAtMs, createdAtMs),
      ...schedule,
      backup_id: policy.id,
      state: "AVAILABLE",
    }));
    return { status: 200, body: { contents, count: contents.length } };
  };

  /** Applies a change, which only an available policy accepts (assumed, like the status of the refusal). */
  const changing = (request: EmulatedRequest, change: (policy: ScpPolicy) => Answer | undefined): Answer => {
    const policy = find(request.param("id"));
    if (!policy) return missing(request.param("id"));
    if (stateOf(policy) !== "AVAILABLE") return refuse(409, `The backup is ${stateOf(policy)}.`);
    const refused = change(policy);
    if (refused) return refused;
    policy.modifiedAtMs = now();
    return accepted(policy);
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/setbackupschedules/
  const setSchedules = (request: EmulatedRequest): Answer =>
    changing(request, (policy) => {
      const { schedules } = bodyOf(request);
      if (!areSchedules(schedules)) return invalid();
      policy.schedules = schedules.map((schedule) => readForm(policy.id, schedule));
      return undefined;
    });

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/setbackupretentionperiod/
  const setRetention = (request: EmulatedRequest): Answer =>
    changing(request, (policy) => {
      const { retention_period: period } = bodyOf(request);
      if (!isOneOf(period, retentionPeriods)) return invalid();
      policy.retentionPeriod = period;
      return undefined;
    });

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/deletebackup/
  const deletePolicy = (request: EmulatedRequest): Answer => {
    // From 1.4 on, a deletion is confirmed in a session that only a person can open.
    if (common.minor(request) >= 4 && typeof bodyOf(request)["session_id"] !== "string") return invalid();
    const policy = find(request.param("id"));
    if (!policy) return missing(request.param("id"));
    const busy = policy.histories.present().some((history) => history.state === "INPROGRESS");
    if (busy || ["CREATING", "DELETING"].includes(stateOf(policy))) {
      return refuse(409, "The backup has a job in progress.");
    }
    policy.word = undefined;
    policy.deletedAtMs = now();
    return accepted(policy);
  };

  // https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/listbackuphistories/
  const listHistories = (request: EmulatedRequest): Answer => {
    const policy = find(request.param("id"));
    if (!policy) return missing(request.param("id"));
    const wanted = request.query.get("backup_job_state") ?? "ALL";
    if (!jobStates.includes(wanted)) return invalid();
    const matching = policy.histories
      .listed(request.listing)
      .reverse()
      .filter((history) => wanted === "ALL" || history.state === wanted);
    const ordered = sorted(matching, request.query.get("sort"), {
      backup_start_time: ({ startedAtMs }) => startedAtMs,
      backup_end_time: ({ endedAtMs }) => endedAtMs ?? Number.POSITIVE_INFINITY,
    });
    const shown = ordered && page(request, ordered);
    if (!shown) return invalid();
    return {
      status: 200,
      body: {
        ...shown,
        contents: shown.contents.map((history) => ({
          backup_end_time: history.endedAtMs === undefined ? null : instant(history.endedAtMs),
          backup_job_guid: history.id,
          backup_job_state: history.state,
          backup_start_time: instant(history.startedAtMs),
          schedule_id: history.scheduleId,
          schedule_name: history.scheduleName,
        })),
      },
    };
  };

  const target = (request: EmulatedRequest) => request.param("id");
  const isLaterPage = (request: EmulatedRequest) => Number(request.query.get("page") ?? 0) > 0;
  const path = `${base}/backups`;
  const routes: Route[] = [
    { operation: "list-backups", method: "GET", path, lists: true, counts: true, isLaterPage, handle: listBackups },
    { operation: "create-backup", method: "POST", path, changes: true, takes: true, handle: createPolicy },
    {
      operation: "check-backup-name",
      method: "GET",
      path: `${path}/check-name-duplication`,
      handle: checkName,
    },
    { operation: "get-backup", method: "GET", path: `${path}/:id`, target, handle: getPolicy },
    { operation: "delete-backup", method: "DELETE", path: `${path}/:id`, changes: true, target, handle: deletePolicy },
    {
      operation: "list-backup-schedules",
      method: "GET",
      path: `${path}/:id/schedules`,
      target,
      handle: listSchedules,
    },
    {
      operation: "set-backup-schedules",
      method: "PUT",
      path: `${path}/:id/schedules`,
      changes: true,
      target,
      handle: setSchedules,
    },
    {
      operation: "set-backup-retention",
      method: "PUT",
      path: `${path}/:id/retention-period`,
      changes: true,
      target,
      handle: setRetention,
    },
    {
      operation: "list-backup-histories",
      method: "GET",
      path: `${path}/:id/backup-histories`,
      lists: true,
      counts: true,
      isLaterPage,
      target,
      handle: listHistories,
    },
  ];
  return { state, routes };
}
