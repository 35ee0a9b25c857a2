/** A schedule as `POST /jobs` takes it: https://snapshooter.com/api/schedules */
export interface WrittenSchedule {
  order: number;
  timezone: string;
  retention_hourly?: number;
  retention_daily?: number;
  retention_weekly?: number;
  retention_monthly?: number;
  frequency: string;
  run_offset: number;
}

/** A job as `POST /jobs` takes it. */
export interface WrittenJob {
  name: string;
  recipe_id: number;
  config: Record<string, unknown>;
  compute: { type: string; server_id?: number };
  storage: Record<string, unknown>;
  schedules: WrittenSchedule[];
  encryption_key_id?: string | null;
}

/** Frequencies that a schedule may have, by their letter. */
export const modes: Readonly<Record<string, { mode: string; values: readonly number[] }>> = {
  h: { mode: "hour", values: [24, 12, 6, 4, 3, 2, 1] },
  m: { mode: "minute", values: [30, 20, 15, 10, 6, 5] },
};
const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** assumed: which members are required, the bounds of run_offset, and every text. */
export function jobErrors(body: unknown): Record<string, string[]> {
  const job = isObject(body) ? body : {};
  const errors: Record<string, string[]> = {};
  const demand = (field: string, holds: boolean, what: string) => {
    if (!holds) errors[field] = [`The ${field.replaceAll("_", " ")} ${what}.`];
  };
  demand("name", typeof job["name"] === "string" && job["name"] !== "", "field is required");
  demand("recipe_id", Number.isInteger(job["recipe_id"]), "must be an integer");
  demand("config", isObject(job["config"]), "must be an object");
  demand("compute", isObject(job["compute"]) && typeof job["compute"]["type"] === "string", "must contain a type");
  demand("storage", isObject(job["storage"]), "must be an object");
  const key = job["encryption_key_id"];
  demand("encryption_key_id", key === undefined || key === null || typeof key === "string", "must be a string");
  demand("schedules", Array.isArray(job["schedules"]), "must be an array");
  const schedules: unknown[] = Array.isArray(job["schedules"]) ? job["schedules"] : [];
  for (const [index, item] of schedules.entries()) {
    const schedule = isObject(item) ? item : {};
    const on = (field: string) => `schedules.${index}.${field}`;
    demand(on("order"), Number.isInteger(schedule["order"]), "must be an integer");
    demand(on("timezone"), isTimeZone(schedule["timezone"]), "must be a valid timezone");
    const [, mode = "", count = ""] = /^([hm])([1-9]\d*)$/.exec(String(schedule["frequency"])) ?? [];
    demand(on("frequency"), modes[mode]?.values.includes(Number(count)) === true, "is invalid");
    demand(on("run_offset"), isWithin(schedule["run_offset"], 0, 23), "must be between 0 and 23");
    for (const rotation of ["hourly", "daily", "weekly", "monthly"]) {
      const field = `retention_${rotation}`;
      demand(on(field), isWithin(schedule[field] ?? 0, 0, Number.MAX_SAFE_INTEGER), "must be at least 0");
    }
  }
  return errors;
}

/** Whether a value is an integer between two others, both included. */
export const isWithin = (value: unknown, least: number, most: number) =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;

const isTimeZone = (value: unknown) => {
  if (typeof value !== "string") return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }) !== undefined;
  } catch {
    return false;
  }
};
