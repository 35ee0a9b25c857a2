import { isObject } from "../answers";
import type { ScpWrittenPolicy, ScpWrittenSchedule } from "./state";

const days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
const weeks = ["WEEK_1", "WEEK_2", "WEEK_3", "WEEK_4", "WEEK_LAST"];
/** Words for the retention periods of recovery points. */
export const retentionPeriods = ["WEEK_2", "MONTH_1", "MONTH_3", "MONTH_6", "YEAR_1"];
/** Whether a value is one of the words. */
export const isOneOf = (value: unknown, words: readonly string[]): value is string =>
  typeof value === "string" && words.includes(value);

/**
 * Whether schedules keep the console's limits, assumed to be the API's: one full, at most six incremental, hours 1 to
 * 23, on :00 or :30.
 */
export function areSchedules(value: unknown): value is ScpWrittenSchedule[] {
  if (!Array.isArray(value)) return false;
  const full = value.filter((schedule) => isObject(schedule) && schedule["type"] === "FULL").length;
  return full === 1 && value.length <= 7 && value.every(isSchedule);
}

function isSchedule(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { type, frequency, start_time: time, start_day: day, start_week: week } = value;
  return (
    isOneOf(type, ["FULL", "INCREMENTAL"]) &&
    isOneOf(frequency, ["DAILY", "WEEKLY", "MONTHLY"]) &&
    /^(0[1-9]|1\d|2[0-3]):(00|30):00$/.test(String(time)) &&
    (frequency === "DAILY" || isOneOf(day, days)) &&
    (frequency !== "MONTHLY" || isOneOf(week, weeks))
  );
}

/** Whether a body is a backup that this version of the API accepts. */
export function isWrittenPolicy(
  body: Record<string, unknown>,
  minor: number,
): body is Record<string, unknown> & ScpWrittenPolicy {
  return (
    typeof body["name"] === "string" &&
    body["name"] !== "" &&
    typeof body["server_uuid"] === "string" &&
    isOneOf(body["policy_category"], ["AGENTLESS", "AGENT"]) &&
    isOneOf(body["policy_type"], ["VM_IMAGE", "FILESYSTEM", ...(minor >= 3 ? ["FILE_STORAGE"] : [])]) &&
    isOneOf(body["server_category"], ["VIRTUAL_SERVER", "GPU_SERVER", "BAREMETAL_SERVER"]) &&
    isOneOf(body["retention_period"] ?? "WEEK_2", retentionPeriods) &&
    isOneOf(typeof (body["encrypt_enabled"] ?? true), ["boolean"]) &&
    areSchedules(body["schedules"])
  );
}
