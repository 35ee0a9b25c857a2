import type { EmulatedPlatform, FaultRule } from "../../provider/emulator";

/** Where and how often a fault fires. */
export interface Place {
  readonly platform: EmulatedPlatform;
  readonly operation: string;
  /** How many requests of the operation pass before it. */
  readonly skip: number;
  readonly times: 1 | "always";
  /** How many requests of the platform pass before it in the step. */
  readonly index: number;
}

/** What a fault is made of in one case. */
export interface FaultContext {
  readonly nowMs: number;
  /** An address on another origin, where nothing may ever be sent. */
  readonly elsewhere: string;
  /** The credential in force, and a signed link. */
  readonly secrets: readonly string[];
}

/** Something that breaks on the way. */
export interface Fault {
  readonly name: string;
  /** The requests that it can break: default all; those that answer a list, those that change something, others. */
  readonly on?: "lists" | "changes";
  /** It fires on this request and on every later one of its operation in the same run; else once. */
  readonly lasting?: true;
  /** When it lasts it is to the client what another one is. */
  readonly onceOnly?: true;
  /** A read that it breaks once is sent again by the client, whichever resource asks. */
  readonly isRepeated?: true;
  /** It breaks the request after it, too. */
  readonly needsNext?: true;
  /** It happens to a target's snapshots: nothing that a policy which the platform runs would look at. */
  readonly isOfSnapshots?: true;
  /** The answers are true ones, which may prove an absence. */
  readonly isTrue?: true;
  /** Nobody listens: nothing that the emulator could answer. */
  readonly refuses?: true;
  /** The answer never comes. */
  readonly hangs?: true;
  /** Another resource of the program takes a snapshot of the same target in the same run. */
  readonly isDouble?: true;
  rules(place: Place, context: FaultContext): FaultRule[];
}

type Bare = FaultRule extends infer Rule
  ? Rule extends unknown
    ? Omit<Rule, "platform" | "operation" | "skip" | "times">
    : never
  : never;

const MINUTE_MS = 60_000;
const rules =
  (...bare: Bare[]) =>
  (place: Place) =>
    bare.map((rule) => ({ ...where(place), ...rule }) as FaultRule);
const where = ({ platform, operation, skip, times }: Place) => ({ platform, operation, skip, times });
const status = (code: number, commit = false, headers: Record<string, string> = {}) =>
  rules({ fault: "status", status: code, commit, headers });
const tooMany = (retryAfter: (nowMs: number) => string | undefined) => (place: Place, context: FaultContext) => {
  const header = retryAfter(context.nowMs);
  const headers: Record<string, string> = header === undefined ? {} : { "retry-after": header };
  return rules({ fault: "status", status: 429, body: {}, headers })(place);
};

/** Faults that fire once or for the rest of the run. */
const breaking: readonly Fault[] = [
  { name: "the connection is refused", isRepeated: true, refuses: true, rules: () => [] },
  { name: "the connection is reset before the request is carried out", rules: rules({ fault: "reset-before-commit" }) },
  {
    name: "the connection is reset after the request was carried out",
    isRepeated: true,
    rules: rules({ fault: "reset-after-commit" }),
  },
  { name: "the answer is cut in the middle", isRepeated: true, rules: rules({ fault: "cut" }) },
  { name: "500, and the request was carried out", on: "changes", rules: status(500, true) },
  { name: "500, and the request was not carried out", isRepeated: true, onceOnly: true, rules: status(500) },
  { name: "502, and the request was not carried out", isRepeated: true, rules: status(502) },
  { name: "503, and the request was not carried out", isRepeated: true, onceOnly: true, rules: status(503) },
  { name: "429 with Retry-After in seconds", isRepeated: true, onceOnly: true, rules: tooMany(() => "7") },
  {
    name: "429 with Retry-After as a date",
    isRepeated: true,
    onceOnly: true,
    rules: tooMany((nowMs) => new Date(nowMs + 90_000).toUTCString()),
  },
  { name: "429 with a Retry-After of a day", rules: tooMany(() => "86400") },
  { name: "429 without Retry-After", isRepeated: true, rules: tooMany(() => undefined) },
  {
    name: "no answer before the deadline, and the request was carried out",
    isRepeated: true,
    hangs: true,
    rules: rules({ fault: "slow", ms: 10 * MINUTE_MS }),
  },
  {
    name: "no answer before the deadline, and the request was not carried out",
    on: "changes",
    hangs: true,
    rules: rules({ fault: "slow", when: "before", ms: 10 * MINUTE_MS }, { fault: "reset-before-commit" }),
  },
  {
    name: "HTML with 200, and the request was carried out",
    on: "changes",
    rules: rules({ fault: "html", status: 200, commit: true }),
  },
  {
    name: "HTML with 200, and the request was not carried out",
    isRepeated: true,
    rules: rules({ fault: "html", status: 200 }),
  },
  { name: "HTML with 403", rules: rules({ fault: "html", status: 403 }) },
  { name: "JSON of another shape", isRepeated: true, isTrue: true, rules: rules({ fault: "wrong-shape" }) },
  { name: "an empty body", isRepeated: true, rules: rules({ fault: "empty-body" }) },
  {
    name: "a redirect to another origin, and the request was not carried out",
    isRepeated: true,
    rules: (place, { elsewhere }) => rules({ fault: "redirect", location: elsewhere, status: 307 })(place),
  },
  {
    name: "a redirect to another origin, and the request was carried out",
    on: "changes",
    rules: (place, { elsewhere }) =>
      rules({ fault: "redirect", location: elsewhere, status: 303, commit: true })(place),
  },
  {
    name: "an error that repeats the credential and a signed link",
    isRepeated: true,
    rules: (place, { secrets }) =>
      rules({
        fault: "status",
        status: 500,
        body: {
          status: "error",
          code: secrets[0] ?? "",
          message: secrets.join(" "),
          errors: [{ title: secrets[0] ?? "", detail: secrets.join(" ") }],
        },
      })(place),
  },
];

/** Faults in what the platform itself does or shows. */
const changing: readonly Fault[] = [
  {
    name: "the list lags 30 minutes behind",
    on: "lists",
    isTrue: true,
    lasting: true,
    rules: rules({ fault: "list-lag", ms: 30 * MINUTE_MS }),
  },
  {
    name: "the list comes in another order",
    on: "lists",
    isTrue: true,
    lasting: true,
    rules: rules({ fault: "list-shuffle" }),
  },
  {
    name: "somebody else's snapshot appears before the request",
    isTrue: true,
    isOfSnapshots: true,
    rules: rules({ fault: "foreign-snapshot" }),
  },
  {
    name: "somebody else's snapshot appears after the request",
    isTrue: true,
    isOfSnapshots: true,
    rules: rules({ fault: "foreign-snapshot", when: "after" }),
  },
  {
    name: "somebody else's snapshot appears after the request, whose answer is lost",
    isTrue: true,
    isOfSnapshots: true,
    rules: rules({ fault: "foreign-snapshot", when: "after" }, { fault: "reset-after-commit" }),
  },
  {
    name: "somebody else's snapshot appears, and the request is not carried out",
    isTrue: true,
    isOfSnapshots: true,
    rules: rules({ fault: "foreign-snapshot", when: "after" }, { fault: "reset-before-commit" }),
  },
  {
    name: "the newest snapshot expires before the request",
    isTrue: true,
    isOfSnapshots: true,
    rules: rules({ fault: "expire-snapshot" }),
  },
  {
    name: "the newest snapshot expires after the request",
    isTrue: true,
    isOfSnapshots: true,
    rules: rules({ fault: "expire-snapshot", when: "after" }),
  },
  { name: "the credential is revoked before the request", rules: rules({ fault: "revoke-credentials" }) },
  {
    name: "the credential is revoked after the request, whose answer is lost",
    needsNext: true,
    rules: (place) => [
      { ...where(place), fault: "reset-after-commit" },
      { platform: place.platform, skip: place.index + 1, fault: "revoke-credentials" },
    ],
  },
];

const double = (name: string, ...bare: Bare[]): Fault => ({
  name,
  isDouble: true,
  isTrue: true,
  on: "changes",
  rules: rules(...bare),
});

/** Two creates on one target, in one run. */
const doubles: readonly Fault[] = [
  double("two creates on one target at once"),
  double("two creates on one target at once, and the answer to one is lost", { fault: "reset-after-commit" }),
  double("two creates on one target at once, and one is not carried out", { fault: "reset-before-commit" }),
];

/** Every fault of the matrix. */
export const faults: readonly Fault[] = [
  ...breaking,
  // A change is never sent again after an answer that may mean that it was carried out.
  ...breaking
    .filter(({ onceOnly, on }) => !onceOnly && on !== "changes")
    .map(({ isRepeated: _once, ...fault }): Fault => ({ ...fault, name: `${fault.name}, every time`, lasting: true })),
  ...changing,
  ...doubles,
];
