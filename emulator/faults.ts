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
 * One fault on command, as `--faults FILE` takes it in an array.
 *
 * Faults that replace or break the answer (of several that match a request, the first fires):
 * - `reset-before-commit`, `reset-after-commit`: the connection is reset, without or after carrying out the operation
 * - `cut`: the connection is reset in the middle of the answer's body; of a part of a download, in the middle of that
 * - `status`: any status, body, headers and content type; the platform's own error body by default
 * - `html`: a gateway's HTML page
 * - `wrong-shape`: the true answer with a wrong type in every member beside the top level's texts
 * - `empty-body`: the true status with no body
 * - `redirect`: to another address
 *
 * Faults that leave the answer to the platform (all that match fire):
 * - `slow`: the answer comes late, by real time; `when: "before"` also carries the operation out late
 * - `hold`: the request hangs, `when: "before"` ahead of carrying the operation out, until a test lets it go; where the
 *   client hangs up meanwhile, it ends there
 * - `list-lag`: a list as it stood so many milliseconds ago
 * - `list-shuffle`: a list in another order
 * - `list-pages`: a list in pages of at most `size` entries; `bare: true` leaves out what counts the entries or leads to
 *   the next page
 * - `list-short`: a list without its first or last entry, which it still counts
 * - `list-shift`: a later page of a list after an entry of an earlier page was deleted; it fires on later pages only
 * - `join`: a request that takes a snapshot takes none, and its answer names the newest one that exists
 * - `stall`: a download sends the half of what was asked for, and then nothing more on a connection that stays open
 * - `corrupt`: a download with one bit changed, in the middle of the whole
 * - `whole`: a download answers the whole, whatever part was asked for
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

/** A fault on command, as written: members with a default may be left out. */
export type FaultRule = z.input<typeof faultRuleSchema>;

/** A fault on command with every default filled in. */
export type CheckedFaultRule = z.output<typeof faultRuleSchema>;

/** Reads the text of a faults file, a JSON array of {@link FaultRule}; throws an error that names the file and the member. */
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

/** A fault rule in force, with its counts. */
export interface ActiveFault {
  readonly rule: CheckedFaultRule;
  /** How many requests it matched, skipped and spent ones included. */
  readonly seen: number;
  /** How many requests it fired on. */
  readonly fired: number;
  /** How many requests a `hold` keeps hanging now. */
  readonly holding: number;
  /** Lets go of what a `hold` keeps hanging. */
  release(): void;
}

/** The emulator's faults, for tests. */
export interface Faults {
  /** Puts a rule in force; throws where the platform or the operation doesn't exist, since it could never fire. */
  add(rule: FaultRule): ActiveFault;
  /** Takes all rules out of force and lets go of what they hold; their counts stay readable on what `add` returned. */
  clear(): void;
  /** The rules in force, in the order they were added, spent ones included. */
  readonly active: readonly ActiveFault[];
}

/** What fault rules may name: the operations of each platform, and what each of them can do. */
export type KnownOperations = ReadonlyMap<string, ReadonlyMap<string, Able>>;

/** What an operation can do, as far as a fault may need it. */
export interface Able {
  readonly lists: boolean;
  readonly counts: boolean;
  readonly pages: boolean;
  readonly takes: boolean;
  readonly downloads: boolean;
}

/** What the faults need that can't happen to every operation. */
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

/** Fault rules as the server asks them. */
export interface FiringFaults extends Faults {
  /** The rules that fire on a request. */
  fire(request: FiringRequest): CheckedFaultRule[];
  /** Resolves to whether the request goes on: `false` where its client has hung up. */
  hold(rule: CheckedFaultRule, hungUp: Promise<void>): Promise<boolean>;
}

/** Keeps fault rules and says which of them fire on a request. */
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
      const goesOn = await Promise.race([released, hungUp.then(() => false)]);
      waiting.delete(go);
      return goesOn;
    },
  };
}

const names = (map: ReadonlyMap<string, unknown>) => [...map.keys()].join(", ");

/**
 * The same JSON with a wrong type in every member: what a client must refuse rather than guess.
 * Texts at the top level stay, so that the answer still claims to be a success.
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
