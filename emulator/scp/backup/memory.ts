import { defined } from "../../../provider/model/defined";
import { createShelf } from "../../shelf";
import { asUuid, type Course, digest, type ScpCommon, wordOf } from "../answers";
import type { ScpBackupState, ScpHistory, ScpPolicy, ScpWrittenPolicy, ScpWrittenSchedule } from "./state";

/** Creates the servers, their backups and the runs, which change with time, and the state that tests change. */
export function createMemory(common: ScpCommon) {
  const { now, storageNow } = common;
  const servers = new Map<string, { id: string; name: string }>();
  const shelf = createShelf<ScpPolicy>(now);

  const state: ScpBackupState = {
    servers,
    creatingMs: 1000,
    outcome: "AVAILABLE",
    deletingMs: 500,
    deleteOutcome: "gone",
    nameFilter: "substring",
    addServer({ id = asUuid(common.nextId()), name = `server-${id.slice(0, 6)}` } = {}) {
      const server = { id, name };
      servers.set(id, server);
      return server;
    },
    removeServer(id) {
      servers.delete(id);
    },
    addPolicy(serverId, { id, name, retentionPeriod = "WEEK_2", schedules } = {}) {
      const policy = take({
        ...defined({ id }),
        name: name ?? `policy-${shelf.ever().length + 1}`,
        server_uuid: serverId,
        policy_category: "AGENTLESS",
        policy_type: "VM_IMAGE",
        server_category: "VIRTUAL_SERVER",
        retention_period: retentionPeriod,
        schedules: schedules ?? [{ type: "FULL", frequency: "DAILY", start_time: "15:00:00" }],
        readyAtMs: now(),
        outcome: "AVAILABLE",
      });
      shelf.add(policy);
      return policy;
    },
    removePolicy(id) {
      shelf.remove(known(id));
    },
    policies() {
      settle();
      return shelf.present();
    },
    setSchedules(policyId, schedules) {
      const policy = known(policyId);
      policy.schedules = schedules.map((schedule) => readForm(policyId, schedule));
    },
    setState(policyId, word) {
      known(policyId).word = word;
    },
    addHistory(policyId, { state: word = "SUCCESS", startedAtMs = storageNow(), endedAtMs } = {}) {
      const policy = known(policyId);
      const schedule = policy.schedules[0];
      const history: ScpHistory = {
        id: common.nextId(),
        state: word,
        startedAtMs,
        endedAtMs: endedAtMs ?? (word === "INPROGRESS" ? undefined : startedAtMs),
        scheduleId: schedule?.id ?? "",
        scheduleName: schedule?.name ?? "",
      };
      policy.histories.add(history);
      return history;
    },
  };

  const stateOf = (policy: ScpPolicy) => wordOf(policy, state, now(), { creating: "CREATING", deleting: "DELETING" }); // assumed words
  const settle = () => {
    for (const policy of shelf.present()) if (stateOf(policy) === "gone") shelf.remove(policy);
  };
  const find = (id: string) => {
    settle();
    return shelf.present().find((policy) => policy.id === id);
  };
  const known = (id: string) => {
    const policy = find(id);
    if (!policy) throw new Error(`the emulated Samsung Cloud Platform has no backup ${id}`);
    return policy;
  };

  const readForm = (policyId: string, { type, frequency, start_time, start_day, start_week }: ScpWrittenSchedule) => {
    const id = common.nextId();
    return {
      id,
      name: `${type}_${frequency}_${start_time}-${digest(`${policyId} ${id}`).slice(0, 6)}`,
      createdAtMs: now(),
      type,
      frequency,
      start_time,
      start_day: start_day ?? null,
      start_week: start_week ?? null,
    };
  };

  const take = (written: ScpWrittenPolicy & Pick<Course, "readyAtMs" | "outcome">): ScpPolicy => {
    const { id = common.nextId() } = written;
    return {
      id,
      name: written.name,
      serverId: written.server_uuid,
      policyCategory: written.policy_category,
      policyType: written.policy_type,
      serverCategory: written.server_category,
      retentionPeriod: written.retention_period ?? "WEEK_2",
      schedules: written.schedules.map((schedule) => readForm(id, schedule)),
      encryptEnabled: written.encrypt_enabled ?? true,
      drEnabled: written.dr_enabled ?? false,
      filesystemPaths: written.filesystem_paths ?? null,
      createdAtMs: now(),
      modifiedAtMs: now(),
      histories: createShelf(now),
      readyAtMs: written.readyAtMs,
      outcome: written.outcome,
      word: undefined,
      deletedAtMs: undefined,
    };
  };

  return { state, servers, shelf, stateOf, settle, find, readForm, take };
}
