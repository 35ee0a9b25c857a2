import { z } from "zod";

const times = z
  .union([z.int().min(1), z.literal("always")])
  .default(1)
  .describe("how many matching requests it fires on");

const common = {
  platform: z.string().min(1).describe("the platform's name"),
  operation: z.string().min(1).optional().describe("the operation's name; default: every operation of the platform"),
  target: z.string().min(1).optional().describe("the id of the target that the request is about; default: any"),
  times,
  skip: z.int().min(0).default(0).describe("how many matching requests pass before it fires"),
};

const headers = z.record(z.string(), z.string()).optional();
const commit = z
  .boolean()
  .default(false)
  .describe("true: the operation is carried out first, and only its answer is replaced");
const when = z.enum(["before", "after"]);

/**
 * Fault rule; `--faults FILE` names a file with an array of them.
 *
 * Faults that replace or break the answer (of several that match a request, the first fires):
 * - `reset-before-commit`, `reset-after-commit`: the connection is reset, without or after carrying out the operation
 * - `cut`: the connection is reset in the middle of the answer's body, or of the requested part of a download
 * - `status`: any status, body, headers and content type; the platform's own error body by default
 * - `html`: a gateway's HTML page
 * - `wrong-shape`: the real answer with a wrong type in every member except top-level strings
 * - `empty-body`: the real status with no body
 * - `redirect`: to another address
 *
 * Faults that leave the answer to the platform (all that match fire):
 * - `slow`: the answer is delayed, in real time; `when: "before"` also delays the operation
 * - `hold`: the request hangs until a test releases it, with `when: "before"` ahead of the operation; it ends there if
 *   the client hangs up meanwhile
 * - `list-lag`: a list as it was `ms` milliseconds ago
 * - `list-shuffle`: a list in another order
 * - `list-pages`: a list in pages of at most `size` entries; `bare: true` leaves out the members that count the entries
 *   or lead to the next page
 * - `list-short`: a list without its first or last entry, which it still counts
 * - `list-shift`: a later page of a list after an entry of an earlier page was deleted; it fires on later pages only
 * - `join`: a request that takes a snapshot takes none, and its answer names the newest one that exists
 * - `stall`: a download sends half of what was requested, then nothing more on a connection that stays open
 * - `corrupt`: a download with one bit flipped, in the middle of the whole content
 * - `whole`: a download answers with the whole content, whatever part was requested
 * - `foreign-snapshot`: somebody else takes a snapshot of the request's target, before or after the operation
 * - `expire-snapshot`: the newest usable snapshot of the request's target expires, before or after the operation
 * - `revoke-credentials`: from this request on no credentials are accepted
 * - `other-account`: from this request on the credentials belong to another account, which has none of the targets
 */
export const faultRuleSchema = z.discriminatedUnion("fault", [
  z.strictObject({ ...common, fault: z.literal("reset-before-commit") }),
  z.strictObject({ ...common, fault: z.literal("reset-after-commit") }),
  z.strictObject({ ...common, fault: z.literal("cut") }),
  z.strictObject({
    ...common,
    fault: z.literal("status"),
    status: z.int().min(200).max(599),
    body: z.json().optional(),
    headers,
    contentType: z.string().optional(),
    commit,
  }),
  z.strictObject({ ...common, fault: z.literal("html"), status: z.int().min(200).max(599).default(200), commit }),
  z.strictObject({ ...common, fault: z.literal("wrong-shape") }),
  z.strictObject({ ...common, fault: z.literal("empty-body") }),
  z.strictObject({
    ...common,
    fault: z.literal("redirect"),
    location: z.string().min(1),
    status: z.int().min(300).max(399).default(302),
    commit,
  }),
  z.strictObject({ ...common, fault: z.literal("slow"), ms: z.int().min(0), when: when.default("after") }),
  z.strictObject({ ...common, fault: z.literal("hold"), when: when.default("after") }),
  z.strictObject({ ...common, fault: z.literal("list-lag"), ms: z.int().min(0) }),
  z.strictObject({ ...common, fault: z.literal("list-shuffle") }),
  z.strictObject({
    ...common,
    fault: z.literal("list-pages"),
    size: z.int().min(1).default(Number.MAX_SAFE_INTEGER),
    bare: z.boolean().default(false),
  }),
  z.strictObject({ ...common, fault: z.literal("list-short"), entry: z.enum(["first", "last"]).default("first") }),
  z.strictObject({ ...common, fault: z.literal("list-shift") }),
  z.strictObject({ ...common, fault: z.literal("join") }),
  z.strictObject({ ...common, fault: z.literal("stall") }),
  z.strictObject({ ...common, fault: z.literal("corrupt") }),
  z.strictObject({ ...common, fault: z.literal("whole") }),
  z.strictObject({ ...common, fault: z.literal("foreign-snapshot"), when: when.default("before") }),
  z.strictObject({ ...common, fault: z.literal("expire-snapshot"), when: when.default("before") }),
  z.strictObject({ ...common, fault: z.literal("revoke-credentials") }),
  z.strictObject({ ...common, fault: z.literal("other-account") }),
]);

/** Fault rule as written: members with a default may be left out. */
export type FaultRule = z.input<typeof faultRuleSchema>;

/** Fault rule with every default filled in. */
export type CheckedFaultRule = z.output<typeof faultRuleSchema>;

/** Reads a faults file, a JSON array of {@link FaultRule}; throws an error that names the file and the member. */
export function parseFaults(text: string, source: string): FaultRule[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${source}: not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) throw new Error(`${source}: expected an array of fault rules`);
  return value.map((rule, index) => checkRule(rule, `${source}: rule ${index + 1}`));
}

function checkRule(rule: unknown, source: string): CheckedFaultRule {
  const result = faultRuleSchema.safeParse(rule);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.map(String).join(".") || "rule"}: ${issue.message}`,
  );
  throw new Error(`${source}: ${problems.join("; ")}`);
}

/** Active fault rule, with its counts. */
export interface ActiveFault {
  readonly rule: CheckedFaultRule;
  /** Number of requests that it matched, including those it skipped and those after it was spent. */
  readonly seen: number;
  /** Number of requests that it fired on. */
  readonly fired: number;
  /** Number of requests that a `hold` currently keeps hanging. */
  readonly holding: number;
  /** Releases the requests that a `hold` keeps hanging. */
  release(): void;
}

/** The emulator's faults, for tests. */
export interface Faults {
  /** Activates a rule; throws if the platform or the operation doesn't exist, since it could never fire. */
  add(rule: FaultRule): ActiveFault;
  /** Deactivates all rules and releases the requests they hold; the objects that `add` returned keep their counts. */
  clear(): void;
  /** Active rules in the order they were added, including spent ones. */
  readonly active: readonly ActiveFault[];
}

/** Operations that fault rules may name, by platform, with their capabilities. */
export type KnownOperations = ReadonlyMap<string, ReadonlyMap<string, Able>>;

/** Capabilities of an operation that a fault may need. */
export interface Able {
  readonly lists: boolean;
  readonly counts: boolean;
  readonly pages: boolean;
  readonly takes: boolean;
  readonly downloads: boolean;
}

/** Capabilities needed by the faults that don't apply to every operation. */
const needs: Readonly<Partial<Record<CheckedFaultRule["fault"], { able: keyof Able; what: string }>>> = {
  "list-lag": { able: "lists", what: "answers a list" },
  "list-shuffle": { able: "lists", what: "answers a list" },
  "list-pages": { able: "pages", what: "answers a list in pages" },
  "list-shift": { able: "pages", what: "answers a list in pages" },
  "list-short": { able: "counts", what: "answers a list with a count" },
  stall: { able: "downloads", what: "is a download" },
  corrupt: { able: "downloads", what: "is a download" },
  whole: { able: "downloads", what: "is a download" },
  join: { able: "takes", what: "takes a snapshot or creates a policy" },
};

const replacing: ReadonlySet<string> = new Set([
  "reset-before-commit",
  "reset-after-commit",
  "cut",
  "status",
  "html",
  "wrong-shape",
  "empty-body",
  "redirect",
]);

/** A request as fault rules see it. */
interface FiringRequest {
  readonly platform: string;
  readonly operation: string;
  readonly target: string | undefined;
  readonly isLaterPage: boolean;
}

/** Fault rules as the server uses them. */
export interface FiringFaults extends Faults {
  /** The rules that fire on a request. */
  fire(request: FiringRequest): CheckedFaultRule[];
  /** Resolves to whether the request continues: `false` if its client has hung up. */
  hold(rule: CheckedFaultRule, hungUp: Promise<void>): Promise<boolean>;
}

/** Keeps fault rules and determines which of them fire on a request. */
export function createFaults(known: KnownOperations): FiringFaults {
  type Entry = { rule: CheckedFaultRule; seen: number; fired: number; readonly holding: number; release(): void };
  let entries: Entry[] = [];
  const held = new Map<CheckedFaultRule, Set<() => void>>();

  const isAble = (rule: CheckedFaultRule, able: Able | undefined) => {
    const needed = needs[rule.fault];
    return needed === undefined || able?.[needed.able] === true;
  };
  const matches = (rule: CheckedFaultRule, { platform, operation, target, isLaterPage }: FiringRequest) =>
    rule.platform === platform &&
    (rule.operation === undefined || rule.operation === operation) &&
    (rule.target === undefined || rule.target === target) &&
    (rule.fault !== "list-shift" || isLaterPage) &&
    isAble(rule, known.get(platform)?.get(operation));

  return {
    add(input) {
      const rule = checkRule(input, "fault rule");
      const operations = known.get(rule.platform);
      if (!operations) throw new Error(`fault rule: unknown platform ${rule.platform}; known: ${names(known)}`);
      if (rule.operation !== undefined) {
        const operation = operations.get(rule.operation);
        if (!operation) {
          throw new Error(
            `fault rule: ${rule.platform} has no operation ${rule.operation}; known: ${names(operations)}`,
          );
        }
        if (!isAble(rule, operation)) {
          throw new Error(
            `fault rule: ${rule.fault} needs an operation that ${needs[rule.fault]?.what}, ${rule.operation} doesn't`,
          );
        }
      }
      const waiting = new Set<() => void>();
      held.set(rule, waiting);
      const entry: Entry = {
        rule,
        seen: 0,
        fired: 0,
        get holding() {
          return waiting.size;
        },
        release() {
          for (const go of waiting) go();
        },
      };
      entries.push(entry);
      return entry;
    },
    clear() {
      for (const entry of entries) entry.release();
      entries = [];
    },
    get active() {
      return entries;
    },
    fire(request) {
      const firing: CheckedFaultRule[] = [];
      let replaced = false;
      for (const entry of entries) {
        const { rule } = entry;
        if (!matches(rule, request)) continue;
        if (replacing.has(rule.fault) && replaced) continue;
        entry.seen += 1;
        if (entry.seen <= rule.skip) continue;
        if (rule.times !== "always" && entry.fired >= rule.times) continue;
        entry.fired += 1;
        firing.push(rule);
        if (replacing.has(rule.fault)) replaced = true;
      }
      return firing;
    },
    async hold(rule, hungUp) {
      const waiting = held.get(rule);
      if (waiting === undefined) return true;
      let go: () => void = () => undefined;
      const released = new Promise<boolean>((resolve) => {
        go = () => resolve(true);
      });
      waiting.add(go);
      const continues = await Promise.race([released, hungUp.then(() => false)]);
      waiting.delete(go);
      return continues;
    },
  };
}

const names = (map: ReadonlyMap<string, unknown>) => [...map.keys()].join(", ");

/**
 * Returns the same JSON with a wrong type in every member, which a client must refuse rather than guess.
 * Top-level strings stay, so that the answer still claims to be a success.
 */
export function misshape(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return wrongType(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, typeof member === "string" ? member : wrongType(member)]),
  );
}

function wrongType(value: unknown): unknown {
  if (Array.isArray(value)) return Object.fromEntries(value.map((item, index) => [`item${index}`, wrongType(item)]));
  if (value === null) return "null";
  switch (typeof value) {
    case "object":
      return Object.values(value).map(wrongType);
    case "string":
      return { text: value };
    case "number":
      return [value];
    default:
      return String(value);
  }
}
