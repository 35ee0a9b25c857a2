import { isDeepStrictEqual } from "node:util";
import { type Emulator, type FaultRule, startEmulator } from "../../emulator";
import type { JournalEntry } from "../../provider/creation";
import { backupPolicyResource } from "../../provider/resources/backup-policy";
import { type HolderRegistry, type Host, type Properties, UnfinishedError } from "../../provider/resources/host";
import { restoreResource } from "../../provider/resources/restore";
import { Session } from "../../provider/resources/session";
import { snapshotResource } from "../../provider/resources/snapshot";
import type { ResourceVerbs } from "../../provider/resources/verbs";
import { type FakeClock, fakeClock } from "../http/fake-clock";

const resources = { Snapshot: snapshotResource, BackupPolicy: backupPolicyResource, Restore: restoreResource };

/** State of one resource. */
export interface Held {
  id: string;
  inputs: Properties;
  props: Properties;
  /** Whether the last run did not finish it: the next one updates it whatever the comparison says. */
  isUnfinished?: boolean;
}

/** Result of one run for a resource. */
export interface Run {
  readonly step: "same" | "create" | "update" | "replace" | "drop" | "refresh";
  /** Message to the user if the run failed. */
  readonly failure?: string;
  /** Warnings of this run on the resource's own row. */
  readonly warnings: readonly string[];
}

/**
 * In-memory stack of Snapshots, BackupPolicies or Restores that calls the resource's verbs in the engine's order, on an
 * emulator over real HTTP and a clock that nothing waits for. Each run is a process of its own, which shares only state
 * and journal.
 */
export class Stack {
  clock: FakeClock = fakeClock();
  readonly state = new Map<string, Held>();
  /** Journal by owner and URN, since two resources may have the same URN. */
  journal = new Map<string, JournalEntry>();
  /** Adoptions by resources, as in this machine's registry. */
  adoptions: { urn: string; key: string }[] = [];
  readonly announced: string[] = [];
  /** Messages on which the user need not act. */
  readonly told: { urn: string | undefined; message: string }[] = [];
  emulator!: Emulator;
  environment: Record<string, string | undefined> = {};
  config: Record<string, unknown> = {};
  /** Signals to the processes that the engine should stop. */
  readonly stopping = new AbortController();
  /** Called for each line that a wait shows. */
  onAnnounce: () => void = () => undefined;
  /** Type of the stack's resources. */
  resource: keyof typeof resources = "Snapshot";
  private warnings: { urn: string | undefined; message: string }[] = [];

  static async start(resource: Stack["resource"] = "Snapshot"): Promise<Stack> {
    const stack = new Stack();
    stack.resource = resource;
    stack.emulator = await startEmulator({ now: stack.clock.now });
    stack.environment = { ...stack.emulator.environment };
    return stack;
  }

  /** Creates a stack with the same names in another state backend, on the same machine, clock and platforms. */
  sibling(): Stack {
    const { clock, journal, adoptions, emulator, environment, resource } = this;
    return Object.assign(new Stack(), { clock, journal, adoptions, emulator, environment, resource });
  }

  /** Number of requests in the journal whose outcome is unknown. */
  unsettled(): number {
    return [...this.journal.values()].filter(({ made }) => made === undefined).length;
  }

  /** Creates a process, as each run of the engine does. */
  process({ isPreview = false } = {}): { session: Session; verbs: ResourceVerbs } {
    const host: Host = {
      clock: this.clock,
      random: () => 0.5,
      connections: { config: (name) => this.config[name], environment: this.environment },
      journal: {
        find: async (urn, ownerId) =>
          [...this.journal.values()].findLast(
            (entry) => entry.urn === urn && (ownerId === undefined || entry.ownerId === ownerId),
          ),
        note: async (entry) =>
          void this.journal.set(`${entry.urn} ${entry.ownerId}`, JSON.parse(JSON.stringify(entry)) as JournalEntry),
        settle: async (urn, ownerId) => void this.journal.delete(`${urn} ${ownerId}`),
        others: async (urn, ownerId) =>
          [...this.journal.values()].filter((entry) => entry.urn !== urn || entry.ownerId !== ownerId),
        confirm: async (urn, isHeld) => {
          for (const [key, { urn: own, made }] of this.journal) {
            if (own === urn && made !== undefined && isHeld(made)) this.journal.delete(key);
          }
        },
      },
      holders: this.registry(),
      warn: async (urn, message) => void this.warnings.push({ urn, message }),
      inform: async (urn, message) => void this.told.push({ urn, message }),
      announce: (_urn, message) => {
        this.announced.push(message);
        this.onAnnounce();
      },
      stopped: this.stopping.signal,
    };
    const session = new Session(host);
    session.isPreview = isPreview;
    return { session, verbs: resources[this.resource](session) };
  }

  private registry(): HolderRegistry {
    const { adoptions } = this;
    const indexOf = (urn: string, key: string) => adoptions.findIndex((each) => each.urn === urn && each.key === key);
    return {
      async note(urn, keys) {
        adoptions.push(...keys.filter((key) => indexOf(urn, key) < 0).map((key) => ({ urn, key })));
      },
      async drop(urn, keys) {
        for (const key of keys) if (indexOf(urn, key) >= 0) adoptions.splice(indexOf(urn, key), 1);
      },
      async others(urn) {
        const others = adoptions.filter((each) => each.urn !== urn);
        const urnsOf = (key: string) => others.filter((each) => each.key === key).map((each) => each.urn);
        return new Map(others.map(({ key }) => [key, urnsOf(key)]));
      },
    };
  }

  /** `pulumi up` of one resource; resolves to the step and the messages, even if it failed. */
  async up(
    name: string,
    args: Properties,
    verbs: ResourceVerbs = this.process().verbs,
    options: { readonly replace?: boolean } = {},
  ): Promise<Run> {
    const urn = this.heard(name);
    const held = this.state.get(name);
    const check = (olds: Properties): Properties => {
      const { inputs, failures } = verbs.check(olds, { ...args, __urn: urn, __provider: "text" });
      if (failures.length === 0) return inputs;
      throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    };
    const inputs = check(held?.inputs ?? {});
    if (held === undefined) return this.attempt("create", urn, async () => this.make(name, inputs, verbs));
    // With --target-replace the engine requests no diff.
    const { changes, replaces = [] } = options.replace ? { replaces: ["id"] } : verbs.diff(held.id, held.props, inputs);
    const isSame = changes === undefined && replaces.length === 0 && isDeepStrictEqual(held.inputs, inputs);
    if (!held.isUnfinished && (changes === false || isSame)) {
      held.inputs = inputs;
      return { step: "same", warnings: [] };
    }
    if (replaces.length > 0) {
      return this.attempt("replace", urn, async () => {
        // The new inputs are checked once more, without old ones.
        await this.make(name, check({}), verbs);
        await verbs.delete(held.id, held.props);
      });
    }
    return this.attempt("update", urn, async () => {
      try {
        held.props = plain(await verbs.update(held.id, held.props, inputs));
        held.inputs = inputs;
        delete held.isUnfinished;
      } catch (error) {
        if (error instanceof UnfinishedError) {
          held.props = plain(error.properties);
          held.isUnfinished = true;
        }
        throw error;
      }
    });
  }

  /** `pulumi preview` of one resource: the step that an up would take, and the messages on its row. */
  async preview(name: string, args: Properties): Promise<Run & { readonly told: readonly string[] }> {
    const urn = this.heard(name);
    const { verbs } = this.process({ isPreview: true });
    const toldBefore = this.told.length;
    const held = this.state.get(name);
    const check = (olds: Properties) => verbs.check(olds, { ...args, __urn: urn, __provider: "text" });
    const { inputs, failures } = check(held?.inputs ?? {});
    let step: Run["step"] = "create";
    if (held !== undefined) {
      const { changes, replaces = [] } = verbs.diff(held.id, held.props, inputs);
      const isSame = changes === undefined && isDeepStrictEqual(held.inputs, inputs);
      step = replaces.length > 0 ? "replace" : changes === false || isSame ? "same" : "update";
      if (step === "replace") check({});
    }
    await new Promise(setImmediate);
    const told = this.told.slice(toldBefore).flatMap((each) => (each.urn === urn ? [each.message] : []));
    const [failure] = failures.map(({ property, reason }) => `${property}: ${reason}`);
    return { step, warnings: this.warningsOf(name), told, ...(failure === undefined ? {} : { failure }) };
  }

  /** `pulumi refresh`; `drop` if the resource leaves the state. */
  async refresh(name: string): Promise<Run> {
    const held = this.held(name);
    const urn = this.heard(name);
    let step: Run["step"] = "refresh";
    const run = await this.attempt("refresh", urn, async () => {
      const read = await this.process().verbs.read(held.id, held.props);
      if (read === undefined) {
        this.state.delete(name);
        step = "drop";
      } else {
        this.state.set(name, { id: read.id, inputs: plain(read.inputs), props: plain(read.props) });
      }
    });
    return { ...run, step };
  }

  /** `pulumi destroy` of one resource. */
  async destroy(name: string): Promise<Run> {
    const held = this.held(name);
    return this.attempt("drop", this.heard(name), async () => {
      await this.process().verbs.delete(held.id, held.props);
      this.state.delete(name);
    });
  }

  held(name: string): Held {
    const held = this.state.get(name);
    if (held === undefined) throw new Error(`${name} is not in the state`);
    return held;
  }

  /** Warnings on a resource's row since its last run began. */
  warningsOf(name: string): string[] {
    const urn = urnOf(name, this.resource);
    return this.warnings.filter((warning) => warning.urn === urn).map(({ message }) => message);
  }

  /** Number of requests that change something and have reached the platforms. */
  posts(): number {
    return this.emulator.requests.filter(({ changes }) => changes).length;
  }

  fault(rule: FaultRule) {
    return this.emulator.faults.add(rule);
  }

  close(): Promise<void> {
    return this.emulator.close();
  }

  /** Begins a run: removes the warnings of earlier ones about the resource. Returns its URN. */
  private heard(name: string): string {
    const urn = urnOf(name, this.resource);
    this.warnings = this.warnings.filter((warning) => warning.urn !== urn);
    return urn;
  }

  private async make(name: string, inputs: Properties, verbs: ResourceVerbs): Promise<void> {
    try {
      const { id, outs } = await verbs.create(inputs);
      this.state.set(name, { id, inputs, props: plain(outs) });
    } catch (error) {
      if (error instanceof UnfinishedError) {
        this.state.set(name, { id: error.id, inputs, props: plain(error.properties), isUnfinished: true });
      }
      throw error;
    }
  }

  private async attempt(step: Run["step"], urn: string, act: () => Promise<void>): Promise<Run> {
    const told = () => this.warnings.filter((warning) => warning.urn === urn).map(({ message }) => message);
    try {
      await act();
      return { step, warnings: told() };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { step, failure: error.message, warnings: told() };
    }
  }
}

export function urnOf(name: string, resource: Stack["resource"] = "Snapshot"): string {
  return `urn:pulumi:dev::project::pulumi-nodejs:dynamic/snapshots:${resource}::${name}`;
}

/** Properties as the state's JSON keeps them; anything that it would change is an error. */
function plain(properties: Properties): Properties {
  const copy = JSON.parse(JSON.stringify(properties)) as Properties;
  return copy;
}
