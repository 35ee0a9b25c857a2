import { defined } from "../../model/defined";
import { SnapshotsError } from "../../model/errors";
import type { ObservedPolicy } from "../../model/policy";
import type { JsonValue } from "../../model/snapshot";
import { type Compiled, type PlainSchedule, type Retention, sameRetention } from "../../schedule";
import {
  compileForSnapshooter,
  compileRetentionForSnapshooter,
  retentionFromSnapshooter,
  schedulesFromSnapshooter,
} from "./schedule";
import type { Job } from "./schemas";

type Fields = Readonly<Record<string, JsonValue>>;

const freeForm = ["config", "compute", "storage"] as const;
const rotations = ["hourly", "daily", "weekly", "monthly"] as const;
/** Shorter texts are often ordinary words; redacting them would garble messages. */
const SHORTEST_SECRET = 4;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function own(fields: Fields, name: string): JsonValue | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function compiled<Value>(result: Compiled<Value>): Value {
  if ("compiled" in result) return result.compiled;
  throw new SnapshotsError(`[snapshooter] create job: ${result.problem}`, { kind: "invalid" });
}

/** Body of a create. Without a retention its fields are left out, and the platform decides. */
export function toCreateJob(inputs: Fields): Fields {
  const { name = null, recipeId = null, encryptionKeyId, proxyId, ...rest } = fieldsOf(inputs["job"]);
  const schedules = compiled(compileForSnapshooter((inputs["schedules"] ?? []) as readonly PlainSchedule[]));
  const retention =
    inputs["retention"] === undefined ? {} : compiled(compileRetentionForSnapshooter(inputs["retention"] as Retention));
  return {
    name,
    recipe_id: recipeId,
    ...Object.fromEntries(freeForm.map((part) => [part, own(rest, part) ?? {}])),
    schedules: schedules.map((schedule) => ({ ...schedule, ...retention })),
    ...defined({ encryption_key_id: encryptionKeyId, proxy_id: proxyId }),
  };
}

function textsIn(value: JsonValue): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value as Fields).flatMap(textsIn) : [];
}

/** Texts of a job that may be secrets: `config`, `compute` and `storage` hold whatever the user writes. */
export function secretsOf(inputs: Fields): string[] {
  const job = fieldsOf(inputs["job"]);
  return freeForm
    .flatMap((part) => textsIn(own(job, part) ?? null))
    .filter((text) => text.length >= SHORTEST_SECRET && /^\P{Cs}*$/u.test(text));
}

/** Normalizes a scalar for comparison: numbers as text, 1 for true, `\n` line ends, no surrounding whitespace. */
function plain(value: string | number | boolean | null): string {
  if (value === null) return "";
  return String(typeof value === "boolean" ? Number(value) : value)
    .replaceAll("\r\n", "\n")
    .trim();
}

const isPlain = (value: JsonValue): value is string | number | boolean | null =>
  typeof value !== "object" || value === null;

/**
 * Observed value in place of the program's value. Returns the program's value if both mean the same, or if the platform
 * shows none or one that is not comparable. Of an object, only the fields that the program gives count.
 */
function inPlaceOf(written: JsonValue, shown: JsonValue | undefined): JsonValue {
  if (shown === undefined) return written;
  if (isPlain(written)) return isPlain(shown) && plain(written) !== plain(shown) ? shown : written;
  if (isFields(written) && isFields(shown)) {
    return Object.fromEntries(
      Object.entries(written).map(([name, value]) => [name, inPlaceOf(value, own(shown, name))]),
    );
  }
  if (!Array.isArray(written) || !Array.isArray(shown)) return written;
  return written.length === shown.length
    ? written.map((value: JsonValue, index) => inPlaceOf(value, shown[index]))
    : (shown as JsonValue);
}

/** Values of a config, whose fields are shown with label and type; password and secret fields are left out. */
function configOf(config: Fields): Fields {
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, field]) => {
      if (!isFields(field) || !Object.hasOwn(field, "value")) return [[name, field]];
      return /password|secret/i.test(String(field["type"])) ? [] : [[name, field["value"] ?? null]];
    }),
  );
}

/** Compute of a job in the form used by a create; the server's id is shown beside its type or within `server`. */
function computeOf({ compute, compute_type: type }: Job): Fields {
  const shown = fieldsOf(compute);
  const serverId = own(shown, "server_id") ?? own(fieldsOf(shown["server"]), "id");
  const { server, ...rest } = shown;
  return {
    ...rest,
    ...(shown["type"] == null && typeof type === "string" ? { type } : {}),
    ...defined({ server_id: serverId ?? undefined }),
  };
}

function jobShown(job: Job, written: Fields | undefined): Fields {
  const parts: Fields = {
    config: configOf(fieldsOf(job.config)),
    compute: computeOf(job),
    storage: fieldsOf(job.storage),
  };
  const keyOf = (shown: string | number | null | undefined, name: string): JsonValue | undefined =>
    shown === undefined ? written?.[name] : (shown ?? undefined);
  const { name, recipe_id: recipeId, encryption_key_id: key, proxy_id: proxyId } = job;
  const shown: Record<string, JsonValue | undefined> = {
    name: name ?? written?.["name"],
    recipeId: recipeId ?? written?.["recipeId"],
    ...(written === undefined
      ? parts
      : Object.fromEntries(freeForm.map((part) => [part, inPlaceOf(own(written, part) ?? {}, own(parts, part))]))),
    encryptionKeyId: keyOf(key == null ? key : String(key), "encryptionKeyId"),
    proxyId: keyOf(proxyId, "proxyId"),
  };
  return Object.fromEntries(
    Object.entries(shown).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

type Shown = Pick<ObservedPolicy, "shown"> & { readonly unreadable: readonly string[] };

/** Keeps the program's value of an input that the platform does not show. */
function asGiven(name: string, written: JsonValue | undefined): Shown {
  return { shown: written === undefined ? {} : { [name]: written }, unreadable: [] };
}

function schedulesShown({ schedules }: Job, written: JsonValue | undefined): Shown {
  if (schedules == null) return asGiven("schedules", written);
  if (schedules === "unreadable") {
    return {
      shown: {},
      unreadable: ["SnapShooter shows the job's schedules in a form that its documents don't describe"],
    };
  }
  const read = schedulesFromSnapshooter(schedules);
  return "compiled" in read
    ? { shown: { schedules: read.compiled }, unreadable: [] }
    : { shown: {}, unreadable: [read.problem] };
}

/** Retention of a job: each schedule has its own, and only if all agree it is the policy's. */
function retentionShown({ schedules }: Job, written: JsonValue | undefined): Shown {
  const counts = Array.isArray(schedules) ? schedules.flatMap(({ retention }) => retention ?? []) : [];
  const [first, ...others] = counts.map((count) => retentionFromSnapshooter(count));
  if (counts.length === 0 && schedules !== "unreadable" && schedules?.length !== 0)
    return asGiven("retention", written);
  if (counts.length === 0) return { shown: {}, unreadable: [] };
  if (others.some((other) => !sameRetention(first, other))) {
    const each = counts.map((count) => rotations.map((rotation) => `${count[rotation] ?? 0} ${rotation}`).join(", "));
    return {
      shown: {},
      unreadable: [
        `the job's schedules keep different numbers of backups (${each.join("; ")}), and a policy has one retention`,
      ],
    };
  }
  const none = { keepHourly: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0 };
  if (first === undefined && written === undefined) return { shown: {}, unreadable: [] };
  return { shown: { retention: (first ?? none) as JsonValue }, unreadable: [] };
}

/** Status of a job, from its schedules, since a job has none of its own. Only `active` is documented. */
function statusOf({ schedules }: Job): Pick<ObservedPolicy, "status" | "platformStatus"> {
  const words = Array.isArray(schedules) ? schedules.map(({ status }) => status ?? undefined) : [];
  const others = [...new Set(words.filter((word) => word !== undefined && word !== "active"))];
  if (others.length > 0) return { status: "unknown", platformStatus: others.join(", ") };
  const isActive = words.length > 0 && words.every((word) => word === "active");
  return isActive ? { status: "active", platformStatus: "active" } : { status: "unknown" };
}

/** Maps a job in terms of the inputs, which are empty if none are known. */
export function toPolicy(job: Job, inputs: Fields): ObservedPolicy {
  const schedules = schedulesShown(job, inputs["schedules"]);
  const retention = retentionShown(job, inputs["retention"]);
  const unreadable = [...schedules.unreadable, ...retention.unreadable];
  return {
    policyId: job.id,
    segments: [job.id],
    ...statusOf(job),
    shown: {
      job: jobShown(job, isFields(inputs["job"]) ? inputs["job"] : undefined),
      ...schedules.shown,
      ...retention.shown,
    },
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
}
