import { subscribe } from "node:diagnostics_channel";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type ActiveFault, type Emulator, type RecordedRequest, startEmulator } from "../../emulator";
import { type FakeClock, fakeClock } from "../http/fake-clock";
import { EngineStack, type Held, type ProviderCode, type Run } from "./engine-stack";
import type { Circumstances, Fault, FaultContext } from "./faults";
import {
  falseClaims,
  journalNames,
  leaksIn,
  namesHeld,
  Pruning,
  type Seen,
  unbacked,
  wronglyDeleted,
  wronglyDropped,
} from "./invariants";
import type { Clocks, Scene, Step } from "./steps";
import type { MatrixTarget, Truth } from "./targets";

/** One request of a step, as sent by a run without faults. */
export interface Request {
  readonly operation: string;
  /** Number of earlier requests of the operation in the step. */
  readonly nth: number;
  /** Number of earlier requests of any operation in the step. */
  readonly index: number;
  readonly changes: boolean;
  /** Whether it requests a page of a list after the first one. */
  readonly isLaterPage: boolean;
}

/** One cell of the matrix. */
export interface MatrixCase {
  readonly target: MatrixTarget;
  readonly step: Step;
  readonly request: Request;
  readonly fault: Fault;
}

/** Environment that all cases share. */
export interface Stage {
  readonly code: ProviderCode;
  /** Folder for the Pulumi homes of all cases. */
  readonly folder: string;
  /** Address on another origin, where nothing may ever be sent. */
  readonly elsewhere: string;
  /** Returns a different port each time: while a case refuses connections, nobody else may listen on its port. */
  nextPort(): number;
}

/** Result of one case. */
export interface Outcome {
  /** Whether the fault happened, by the emulator's own count. */
  readonly fired: boolean;
  readonly duplicates: readonly string[];
  readonly lost: readonly string[];
  readonly dropped: readonly string[];
  readonly leaks: readonly string[];
  /** End of the case: recovered in the same run, in the next one, or with a message about what to choose. */
  readonly ended: "same run" | "next run" | "told";
  /** Messages and requests, for whoever looks for the reason. */
  readonly log: readonly string[];
}

/** Credentials and keys of a case, none of which may appear anywhere. */
const canaries = {
  virtus: { apiKey: "CANARY-virtus-1f0a6f0d" },
  discloud: { token: "CANARY-discloud-27c1b5e9" },
  dscloud: { apiKey: "CANARY-dscloud-93d4aa10" },
  snapshooter: { token: "CANARY-snapshooter-5be7c0f2" },
  scp: { accessKey: "CANARYSCPACCESS41D8", secretKey: "CANARY-scp-secret-6c2e9b77" },
};
const ENCRYPTION_KEY = Buffer.from("CANARY encryption key 8d2f").toString("base64");
const LAG_MS = 36 * 60_000;
/** Longest time until a platform's explicit refusal reaches the user. */
const AT_ONCE_MS = 20_000;

/** Refused connections, and a callback for requests about to leave, by the server's address. */
const watched = new Map<string, { refused: number; onRequest(): void }>();
subscribe("undici:request:create", (message) => {
  watched.get(String((message as { request: { origin: string } }).request.origin))?.onRequest();
});
subscribe("undici:client:connectError", (message) => {
  const { host, protocol } = (message as { connectParams: { host: string; protocol: string } }).connectParams;
  const port = watched.get(`${protocol}//${host}`);
  if (port !== undefined) port.refused += 1;
});

class Play implements Scene {
  readonly clock: FakeClock;
  readonly clocks: Clocks = { machineAheadMs: 0, dateAheadMs: 0, storageAheadMs: 0 };
  readonly inner = fakeClock();
  readonly made: (Truth & { readonly at: number })[] = [];
  readonly dropped: string[] = [];
  /** Items that existed when the platform received our request to delete them. */
  readonly deleted = new Set<unknown>();
  removed?: string;
  emulator!: Emulator;
  stack!: EngineStack;
  beside!: EngineStack;
  beforeSleep: () => Promise<void> = async () => {};
  private before = new Set<unknown>();
  private pruning: Pruning | undefined;
  private readonly sinceMs = new Map<unknown, Truth & { readonly sinceMs: number }>();
  private old = new Set<unknown>();
  private readonly ahead = new Set<unknown>();

  constructor(
    readonly target: MatrixTarget,
    readonly program: Scene["program"],
    private readonly under: Circumstances = {},
  ) {
    const { inner } = this;
    this.clock = {
      ...inner,
      sleep: async (milliseconds) => {
        await this.beforeSleep();
        await inner.sleep(milliseconds);
      },
    };
  }

  async open(stage: Stage): Promise<void> {
    const { code, folder } = stage;
    this.emulator = await this.startOn(stage);
    this.emulator.snapshooter.encryptionKey = ENCRYPTION_KEY;
    this.emulator.virtus.planMemoryMb = 65_536;
    const home = mkdtempSync(join(folder, "home-"));
    this.stack = new EngineStack(code, this.clock, home, this.emulator);
    this.beside = new EngineStack(code, this.clock, home, this.emulator);
    this.under.prepare?.(this);
    this.clearFaults();
    for (const truth of this.target.present(this.emulator)) {
      this.sinceMs.set(truth.item, { ...truth, sinceMs: Number.NEGATIVE_INFINITY });
    }
    Object.assign(this.clocks, this.under.clocks);
  }

  private async startOn(stage: Stage): Promise<Emulator> {
    try {
      return await startEmulator({
        port: stage.nextPort(),
        now: this.now,
        storageNow: () => this.now() + this.clocks.storageAheadMs,
        date: () => (this.clocks.dateAheadMs === undefined ? undefined : this.now() + this.clocks.dateAheadMs),
        credentials: canaries,
        onChange: (request, moment) => this.watch(request, moment),
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return this.startOn(stage);
      throw error;
    }
  }

  /** Returns the time of the platform's clock. */
  readonly now = () => this.clock.now() - this.clocks.machineAheadMs;

  /** Difference between the clocks that may date a journal entry. */
  apartMs(): number {
    return Math.abs(this.clocks.machineAheadMs) + Math.abs(this.clocks.dateAheadMs ?? 0);
  }

  clearFaults = () => {
    this.emulator.faults.clear();
    const { pages } = this.under;
    if (pages === undefined) return;
    const { platform } = this.target;
    this.emulator.faults.add({ platform, fault: "list-pages", times: "always", size: pages.size, bare: pages.bare });
  };

  addAhead = (milliseconds: number) => {
    const before = new Set(this.target.present(this.emulator).map(({ item }) => item));
    this.target.addForeign(this.emulator, milliseconds);
    for (const { item } of this.target.present(this.emulator)) if (!before.has(item)) this.ahead.add(item);
  };

  up = (program: Scene["program"]) => {
    const retention = (program["a"]?.args["retention"] ?? {}) as ConstructorParameters<typeof Pruning>[0];
    const isAlone = Object.keys(program).length === 1 && this.beside.state.size === 0;
    this.pruning = this.target.runBy === "up" && isAlone ? new Pruning(retention, this.present()) : undefined;
    return this.watchState(this.stack, () => this.stack.up(program));
  };
  upBeside = (program: Scene["program"]) => {
    this.pruning = undefined;
    return this.watchState(this.beside, () => this.beside.up(program));
  };
  refresh = async () => {
    const names = [...this.stack.state.keys()];
    const run = await this.watchState(this.stack, () => this.stack.refresh());
    // A policy that exists only in the state is never gone.
    const left = this.target.runBy === "platform" ? [] : names.filter((name) => !this.stack.state.has(name));
    if (this.target.resource === "BackupPolicy") this.dropped.push(...left.map((name) => `${name} left the state`));
    return run;
  };
  destroy = () => this.watchState(this.stack, () => this.stack.destroy());

  present(): Truth[] {
    const present = this.target.present(this.emulator);
    for (const truth of present) {
      if (!this.sinceMs.has(truth.item)) this.sinceMs.set(truth.item, { ...truth, sinceMs: this.now() });
    }
    return present;
  }

  /** Records what exists before the step and is not ours. */
  noteOld(): void {
    this.old = new Set(this.present().flatMap(({ item }) => (this.isMade(item) ? [] : [item])));
  }

  ever(): Seen[] {
    this.present();
    return [...this.sinceMs.values()].map((seen) => ({
      ...seen,
      isOld: this.old.has(seen.item),
      isAhead: this.ahead.has(seen.item),
    }));
  }

  /** Resources in the states of both backends. */
  held(): Held[] {
    return [...this.stack.held(), ...this.beside.held()];
  }

  told(): string[] {
    return [...this.stack.everTold, ...this.beside.everTold];
  }

  private isMade(meant: unknown): boolean {
    return this.made.some(({ item }) => item === meant);
  }

  private watch(request: RecordedRequest, moment: "before" | "after"): void {
    if (request.operation === this.target.delete && moment === "before") {
      const present = this.present();
      for (const truth of present.filter(({ names }) => names.some((name) => request.path.endsWith(`/${name}`)))) {
        this.dropped.push(...wronglyDeleted(truth, this.isMade(truth.item), [this.stack, this.beside]));
        this.dropped.push(...(this.pruning?.judge(truth, this.made, present) ?? []));
        this.deleted.add(truth.item);
      }
    }
    if (request.operation !== this.target.create) return;
    if (moment === "before") {
      this.before = new Set(this.present().map(({ item }) => item));
    } else {
      const fresh = this.present().filter(({ item }) => !this.before.has(item));
      this.made.push(...fresh.map((truth) => ({ ...truth, at: request.at })));
    }
  }

  private async watchState(stack: EngineStack, act: () => Promise<Run>): Promise<Run> {
    this.present();
    const before = stack.held().map((held) => ({ ...held }));
    const run = await act();
    // A deletion that the platform has accepted is in progress.
    const present = this.present().filter(({ item }) => !this.deleted.has(item));
    this.dropped.push(...wronglyDropped(before, stack.held(), present, run.told));
    return run;
  }
}

/** Returns the requests that a step sends when nothing breaks. */
export async function requestsOf(
  stage: Stage,
  target: MatrixTarget,
  step: Step,
  under: Circumstances | undefined,
): Promise<Request[]> {
  const play = new Play(target, step.program(target), under);
  await play.open(stage);
  try {
    await step.prepare?.(play);
    const start = play.emulator.requests.length;
    await step.act(play);
    const counts = new Map<string, number>();
    return play.emulator.requests.slice(start).map(({ operation, changes, isLaterPage }, index) => {
      // A page after the first is a different kind of request: a fault in it skips the others.
      const kind = under?.pages === undefined ? operation : `${operation} ${isLaterPage}`;
      const nth = counts.get(kind) ?? 0;
      counts.set(kind, nth + 1);
      return { operation, nth, index, changes, isLaterPage };
    });
  } finally {
    await play.emulator.close();
  }
}

/** Plays one case: the preparation, the run with the fault, and the runs after it without. */
export async function play(stage: Stage, given: MatrixCase): Promise<Outcome> {
  const { target, step, request, fault } = given;
  const program = step.program(target);
  const [declared] = Object.values(program);
  const twice = fault.isDouble && declared !== undefined ? { ...program, b: declared } : program;
  const scene = new Play(target, twice, fault.under);
  await scene.open(stage);
  const { emulator, stack, clock } = scene;
  const port = { refused: 0, onRequest: () => {} };
  watched.set(emulator.url, port);
  let hanging: NodeJS.Timeout | undefined;
  try {
    await step.prepare?.(scene);
    scene.noteOld();
    const start = emulator.requests.length;
    const startMs = clock.now();
    const context: FaultContext = {
      nowMs: clock.now(),
      elsewhere: stage.elsewhere,
      secrets: [
        ...Object.values(canaries[target.platform]),
        `https://files.example.org/a.zip?AWSAccessKeyId=CANARYLINK&Signature=CANARYLINK&Expires=1`,
      ],
    };
    const place = {
      platform: target.platform,
      operation: request.operation,
      skip: request.nth,
      index: request.index,
      times: fault.lasting ? "always" : 1,
    } as const;
    const active = fault.rules(place, context).map((rule) => emulator.faults.add(rule));
    if (fault.hangs) hanging = timeOutWith(active, clock);
    if (fault.refuses) refuse(scene, port, request.index, fault.lasting === true);
    const run = await step.act(scene);
    const sent = emulator.requests.slice(start);
    const created = sent.filter(({ operation }) => operation === target.create).length;
    const fired = fault.refuses
      ? port.refused > 0
      : active.every(({ fired: times }) => times > 0) &&
        (!fault.isDouble || created > (target.runBy === undefined ? 1 : 0));
    const log = [...run.told];
    const afterStep = judge(scene, given, "step");
    const isLate = clock.now() - startMs > AT_ONCE_MS;
    const refusal = request.operation === target.create ? fault.refusal : undefined;
    const isTold = refusal === undefined || (!isLate && run.told.some((text) => text.includes(refusal)));
    const unsaid = isTold ? [] : ["the refusal was not told at once"];

    port.onRequest = () => {};
    scene.beforeSleep = async () => {};
    scene.clearFaults();
    Object.assign(emulator[target.platform].access, { revoked: false, isOtherAccount: false });
    target.lists(emulator).release();
    if (fault.refuses) await emulator.accept().catch(() => {});
    const laterMs = step.laterMs ?? LAG_MS;
    clock.advance(laterMs);
    const follow = step.follow ?? (({ up, program: same }: Scene) => up(same));
    let last = await follow(scene);
    log.push("— next run —", ...last.told);
    // Replacing something that failed, or a deletion that came due, takes another run.
    if (last.failures.length > 0) {
      clock.advance(laterMs);
      last = await follow(scene);
      log.push("— the run after it —", ...last.told);
    }
    const isGreen = step.follow === undefined && last.failures.length === 0;
    const missing = isGreen ? unbacked(scene.program, stack.state, scene.ever(), scene.now()) : [];
    const ends = step.end ?? (fault.isDestroyedAfter ? endOf(target, request) : undefined);
    if (ends !== undefined) log.push("— the end —", ...(await ends(scene)).told);
    const afterAll = judge(scene, given, "end");
    return {
      fired,
      duplicates: afterAll.duplicates,
      lost: [...afterStep.lost, ...afterAll.lost, ...unsaid, ...missing],
      dropped: [...scene.dropped, ...afterStep.dropped],
      leaks: leaksIn(stack),
      ended: last.failures.length > 0 ? "told" : run.failures.length > 0 ? "next run" : "same run",
      log: [
        ...log,
        `state: ${JSON.stringify([...stack.state].map(([name, { id, props }]) => [name, id, props["status"]]))}`,
        `made: ${JSON.stringify(scene.made.map(({ names }) => names))}`,
        `requests: ${emulator.requests.map(({ operation, status, committed, faults: on }) => `${operation} ${status}${committed ? " committed" : ""}${on.length ? ` [${on.join()}]` : ""}`).join("; ")}`,
      ],
    };
  } finally {
    if (hanging !== undefined) clearInterval(hanging);
    watched.delete(emulator.url);
    await emulator.close();
  }
}

/**
 * Step that shows whether somebody else's snapshot is deleted with a resource: a destroy, if it may delete what a
 * request created.
 */
function endOf(target: MatrixTarget, { operation }: Request): Step["end"] {
  const mayDelete = target.delete !== undefined && target.runBy !== "up" && operation === target.create;
  return mayDelete ? ({ destroy }) => destroy() : undefined;
}

/** Times out the request for as long as the emulator holds its response back. */
function timeOutWith(active: readonly ActiveFault[], clock: FakeClock): NodeJS.Timeout {
  let seen = 0;
  return setInterval(() => {
    const fired = active[0]?.fired ?? 0;
    if (fired > seen) {
      seen = fired;
      clock.timeOut();
    }
  }, 1);
}

/** Refuses connections from the step's request `index` on, until the client waits before it retries. */
function refuse(scene: Play, port: { refused: number; onRequest(): void }, index: number, lasting: boolean): void {
  let sent = 0;
  let isRefusing = false;
  port.onRequest = () => {
    if (sent === index) {
      scene.emulator.refuse();
      isRefusing = true;
    }
    sent += 1;
  };
  scene.beforeSleep = async () => {
    if (lasting || !isRefusing || port.refused === 0) return;
    isRefusing = false;
    await scene.emulator.accept();
  };
}

/** Compares the platform's truth with what the user has. */
function judge(
  scene: Play,
  { target, step, fault }: MatrixCase,
  moment: "step" | "end",
): Pick<Outcome, "duplicates" | "lost" | "dropped"> {
  const { made } = scene;
  const present = new Set(scene.present().map(({ item }) => item));
  const expired = made.filter(({ item }) => !present.has(item) && !scene.deleted.has(item)).length;
  const wanted = step.wanted + (fault.isDouble && !target.isShared ? 1 : 0) + expired + scene.dropped.length;
  const journal = scene.stack.journal();
  const said = [...scene.told(), ...journal].join("\n");
  const held = scene.held();
  const apartMs = scene.apartMs();
  const isKnown = ({ names, at }: Truth & { readonly at: number }): boolean =>
    names.some((name) => held.some((one) => namesHeld(one).includes(name)) || said.includes(name)) ||
    // Right after the run a record of the request is enough: the next run has to find what it created.
    (moment === "step" &&
      [...held.map(({ props }) => JSON.stringify(props)), ...journal].some((text) => journalNames(text, at, apartMs)));
  // If no journal has it, the next run that can read the list has to find it.
  const isDue = moment === "end" || step.isUnnoted !== true;
  return {
    duplicates: made.length > wanted ? [`${made.length} were made, ${wanted} wanted`] : [],
    lost: made
      .filter((truth) => isDue && present.has(truth.item) && !scene.deleted.has(truth.item) && !isKnown(truth))
      .map(({ names }) => `${names[0]} (${moment})`)
      .concat(falseClaims(held, scene.ever(), scene.told()).map((claim) => `${claim} (${moment})`)),
    dropped:
      moment === "step" &&
      scene.removed !== undefined &&
      fault.lasting &&
      !fault.isTrue &&
      !held.some((one) => namesHeld(one).includes(scene.removed ?? "") && one.props["status"] !== "gone")
        ? ["it left the state, or counts as gone, without proof"]
        : [],
  };
}
