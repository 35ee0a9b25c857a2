import type { EmulatedPlatform, FaultRule } from "../../emulator";
import type { Clocks, Scene } from "./steps";
import type { MatrixTarget } from "./targets";

/** Place where a fault fires, and how often. */
export interface Place {
  readonly platform: EmulatedPlatform;
  readonly operation: string;
  /** Number of requests of the operation that pass before it. */
  readonly skip: number;
  readonly times: 1 | "always";
  /** Number of requests to the platform that pass before it in the step. */
  readonly index: number;
}

/** Values from which a fault of one case is built. */
export interface FaultContext {
  readonly nowMs: number;
  /** Address on another origin, where nothing may ever be sent. */
  readonly elsewhere: string;
  /** Credential in force, and a signed link. */
  readonly secrets: readonly string[];
}

/** Conditions from the beginning of a case to its end. */
export interface Circumstances {
  readonly clocks?: Partial<Clocks>;
  /** Pages of the platform's lists: `size` entries on each; bare: without counts or links to the next page. */
  readonly pages?: { readonly size: number; readonly bare: boolean };
  /** Does what somebody else has done before the case begins. */
  prepare?(scene: Scene): void;
  appliesTo?(target: MatrixTarget): boolean;
}

/** Failure that the matrix injects. */
export interface Fault {
  readonly name: string;
  /** Requests that it can break. Default: all. */
  readonly on?: "lists" | "counted lists" | "later pages" | "changes" | "creates" | "deletes";
  /** Conditions under which it happens. */
  readonly under?: Circumstances;
  /** Set if the conditions alone are the failure: a step gets it once. */
  readonly isStanding?: true;
  /** Set if the steps with few faults get it, too. */
  readonly isBasic?: true;
  /** Words in which the platform refuses, with a status of success. */
  readonly refusal?: string;
  /** Set if what the case leaves is destroyed at its end, to see what is deleted. */
  readonly isDestroyedAfter?: true;
  /** Set if it fires on this request and on every later one of its operation in the same run; otherwise once. */
  readonly lasting?: true;
  /** Set if it can't last, since to the client it would then be the same as another fault. */
  readonly onceOnly?: true;
  /** Set if the client repeats a read that it breaks once, whichever resource sent it. */
  readonly isRepeated?: true;
  /** Set if it breaks the next request, too. */
  readonly needsNext?: true;
  /** Set if it happens to a target's snapshots, which a policy run by the platform does not look at. */
  readonly isOfSnapshots?: true;
  /** Set if the responses are true and may prove an absence. */
  readonly isTrue?: true;
  /** Set if it is invalid from the API but may be valid from a store, such as a redirect or an empty file. */
  readonly isOfApi?: true;
  /** Set if nobody listens, so that the emulator can't respond. */
  readonly refuses?: true;
  /** Set if the response never comes. */
  readonly hangs?: true;
  /** Set if another resource of the program takes a snapshot of the same target in the same run. */
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
  {
    name: "the connection is reset before the request is carried out",
    isBasic: true,
    rules: rules({ fault: "reset-before-commit" }),
  },
  {
    name: "the connection is reset after the request was carried out",
    isRepeated: true,
    isBasic: true,
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
  { name: "an empty body", isRepeated: true, isOfApi: true, rules: rules({ fault: "empty-body" }) },
  {
    name: "a redirect to another origin, and the request was not carried out",
    isRepeated: true,
    isOfApi: true,
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

/** Faults in what the platform itself does or reports. */
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
    isDestroyedAfter: true,
    isOfSnapshots: true,
    rules: rules({ fault: "foreign-snapshot" }),
  },
  {
    name: "somebody else's snapshot appears after the request",
    isTrue: true,
    isDestroyedAfter: true,
    isOfSnapshots: true,
    rules: rules({ fault: "foreign-snapshot", when: "after" }),
  },
  {
    name: "somebody else's snapshot appears after the request, whose answer is lost",
    isTrue: true,
    isDestroyedAfter: true,
    isOfSnapshots: true,
    rules: rules({ fault: "foreign-snapshot", when: "after" }, { fault: "reset-after-commit" }),
  },
  {
    name: "somebody else's snapshot appears, and the request is not carried out",
    isTrue: true,
    isDestroyedAfter: true,
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

const DAY_MS = 24 * 60 * MINUTE_MS;

/** Adds somebody else's snapshot that is older than every slot of a case. */
const addOld = ({ target, emulator }: Scene) => void target.addForeign(emulator, -40 * DAY_MS);

const REFUSAL = "This target is paused, nothing was done.";
/** Each platform's form of an error. */
const refusals: Readonly<Record<EmulatedPlatform, Extract<FaultRule, { fault: "status" }>["body"]>> = {
  virtus: { status: "error", code: "PAUSED", message: REFUSAL },
  dscloud: { status: "error" },
  discloud: { status: "error", message: REFUSAL },
  snapshooter: { message: REFUSAL },
  scp: { errors: [{ code: "Paused", title: "Paused", status: 409, detail: REFUSAL }] },
};

/** Faults in which a platform says something untrue. */
const lying: readonly Fault[] = [
  {
    name: "the answer names one that existed before, and nothing is taken",
    on: "creates",
    isTrue: true,
    isDestroyedAfter: true,
    under: {
      prepare({ target, emulator }) {
        if (target.addJoined === undefined) target.addForeign(emulator, -40 * DAY_MS);
        else target.addJoined(emulator);
      },
      // The response to a schedule of File Storage names nothing.
      appliesTo: ({ create, resource }) => create !== "create-file-schedule" && resource !== "Restore",
    },
    rules: rules({ fault: "join" }),
  },
  ...(["first", "last"] as const).map(
    (entry): Fault => ({
      name: `the list lacks its ${entry} entry, which it counts`,
      on: "counted lists",
      lasting: true,
      under: { prepare: addOld, appliesTo: ({ runBy }) => runBy !== "platform" },
      rules: rules({ fault: "list-short", entry }),
    }),
  ),
  {
    name: "the credential is another account's from this request on",
    lasting: true,
    rules: rules({ fault: "other-account" }),
  },
  {
    name: "a refusal in the platform's own form, with 200",
    on: "changes",
    refusal: REFUSAL,
    rules: (place) => rules({ fault: "status", status: 200, body: refusals[place.platform] })(place),
  },
  {
    name: "200 with a message and nothing else, and the request was not carried out",
    on: "changes",
    rules: rules({ fault: "status", status: 200, body: { message: REFUSAL } }),
  },
  ...[404, 204].flatMap((code): Fault[] => {
    const fault: Fault = {
      name: `${code} to a deletion, and what it names is still there`,
      on: "deletes",
      rules: status(code),
    };
    return [fault, { ...fault, name: `${fault.name}, every time`, lasting: true }];
  }),
];

/** Two faults: the conditions alone, and the conditions with a lost response. */
const circumstances = (name: string, under: Circumstances, extra: Partial<Fault> = {}): Fault[] => [
  { name, under, isStanding: true, isTrue: true, ...extra, rules: () => [] },
  {
    name: `${name}, and an answer is lost`,
    under,
    on: "creates",
    isTrue: true,
    ...extra,
    rules: rules({ fault: "reset-after-commit" }),
  },
];

const pagesLists = ({ platform, args }: MatrixTarget) =>
  platform === "snapshooter" || (platform === "scp" && args["volumeId"] !== undefined);

const standing: readonly Fault[] = [
  { name: "nothing breaks", isStanding: true, isBasic: true, isTrue: true, rules: () => [] },
  ...circumstances("this machine's clock is 10 minutes fast", { clocks: { machineAheadMs: 10 * MINUTE_MS } }),
  ...circumstances("this machine's clock is 10 minutes slow", { clocks: { machineAheadMs: -10 * MINUTE_MS } }),
  ...circumstances("the storage's clock is 6 minutes ahead", { clocks: { storageAheadMs: 6 * MINUTE_MS } }),
  ...circumstances("the storage's clock is 6 minutes behind", { clocks: { storageAheadMs: -6 * MINUTE_MS } }),
  ...circumstances("the platform's Date is 10 minutes ahead", { clocks: { dateAheadMs: 10 * MINUTE_MS } }),
  ...circumstances("the platform's Date is 10 minutes behind", { clocks: { dateAheadMs: -10 * MINUTE_MS } }),
  ...circumstances("no answer has a Date, and this machine's clock is 10 minutes fast", {
    clocks: { dateAheadMs: undefined, machineAheadMs: 10 * MINUTE_MS },
  }),
  ...circumstances("no answer has a Date, and this machine's clock is 10 minutes slow", {
    clocks: { dateAheadMs: undefined, machineAheadMs: -10 * MINUTE_MS },
  }),
  ...(["a year", "ten years"] as const).map(
    (ahead): Fault => ({
      name: `somebody else's snapshot is dated ${ahead} ahead`,
      isStanding: true,
      isTrue: true,
      isOfSnapshots: true,
      under: { prepare: (scene) => scene.addAhead((ahead === "a year" ? 365 : 3653) * DAY_MS) },
      rules: () => [],
    }),
  ),
  ...circumstances("the lists say nothing of their pages", {
    pages: { size: 2, bare: true },
    appliesTo: pagesLists,
    prepare(scene) {
      scene.emulator.snapshooter.defaultOrder = "oldest-first";
      scene.target.fill?.(scene.emulator, 3);
    },
  }),
  {
    name: "the list shifts between two of its pages",
    on: "later pages",
    under: {
      pages: { size: 3, bare: false },
      appliesTo: pagesLists,
      prepare: (scene) => scene.target.fill?.(scene.emulator, 3),
    },
    rules: rules({ fault: "list-shift" }),
  },
];

/** Every fault of the matrix. */
export const faults: readonly Fault[] = [
  ...breaking,
  // A change is never sent again after a response that leaves open whether it was carried out.
  ...breaking
    .filter(({ onceOnly, on }) => !onceOnly && on !== "changes")
    .map(
      ({ isRepeated: _once, isBasic: _basic, ...fault }): Fault => ({
        ...fault,
        name: `${fault.name}, every time`,
        lasting: true,
      }),
    ),
  ...changing,
  ...doubles,
  ...lying,
  ...standing,
];
