import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import type { Emulator } from "../../emulator";
import type { PlatformDefinition } from "../../provider/model/platform";
import { definitions } from "../../provider/platforms";
import type { Properties } from "../../provider/resources/host";
import { type ResourceName, typeToken } from "../../sdk/provider-text";
import type { FakeClock } from "../http/fake-clock";

/** The provider's code: the original, or a copy. */
export interface ProviderCode {
  readonly runtime: Pick<typeof import("../../provider/dynamic/runtime"), "openRuntime">;
  readonly journal: Pick<typeof import("../../provider/dynamic/journal"), "fileJournal">;
  readonly holders: Pick<typeof import("../../provider/dynamic/holders"), "fileHolders">;
}

/** A resource of a program: its type and its arguments. */
export interface Declared {
  readonly resource: ResourceName;
  readonly args: Properties;
  /** Name of an earlier resource that it depends on. */
  readonly dependsOn?: string;
}

/** A program: its resources by name. */
export type Program = Readonly<Record<string, Declared>>;

/** State of one resource. */
export interface Held {
  readonly resource: ResourceName;
  readonly urn: string;
  id: string;
  inputs: Properties;
  props: Properties;
  /** Whether the engine requests an update because something did not finish, even if nothing differs. */
  initErrors: boolean;
}

/** Messages and failures of one run of the engine. */
export interface Run {
  /** All messages to the user: failures and warnings. */
  readonly told: readonly string[];
  readonly failures: readonly string[];
}

interface Thrown extends Error {
  readonly id?: string;
  readonly properties?: Properties;
  readonly reasons?: readonly string[];
}

type Providers = (resource: string) => pulumi.dynamic.ResourceProvider;

/**
 * In-memory stack that calls the provider's runtime in the engine's order: it stores what the engine stores after an
 * error of initialization, deletes what was replaced at the end, and keeps old outputs where nothing changes. The
 * journal is the real one, in its own folder. Each run is a process of its own.
 */
export class EngineStack {
  readonly state = new Map<string, Held>();
  /** Replaced resources that are not deleted yet. */
  pendingDeletes: Held[] = [];
  /** All messages of all runs, announcements included. */
  readonly everTold: string[] = [];
  /** URNs of the resources that the provider is working on. */
  readonly acting = new Set<string>();
  private readonly config: Readonly<Record<string, string>>;
  private told: string[] = [];
  private failures: string[] = [];

  constructor(
    private readonly code: ProviderCode,
    private readonly clock: FakeClock,
    /** The user's Pulumi home. */
    private readonly home: string,
    emulator: Emulator,
  ) {
    this.config = configOf(emulator.environment);
  }

  /** `pulumi up`. A failure does not stop what is in flight beside it. */
  up(program: Program): Promise<Run> {
    return this.run(async (providers) => {
      const replaced: Held[] = [];
      const deployed = new Map<string, Promise<void>>();
      for (const [name, declared] of Object.entries(program)) {
        const before = deployed.get(declared.dependsOn ?? "");
        const deploy = () =>
          this.act(urnOf(declared.resource, name), () => this.deploy(name, declared, providers, replaced));
        deployed.set(name, before === undefined ? deploy() : before.then(deploy));
      }
      const outcomes = await Promise.allSettled(deployed.values());
      const orphans = [...this.state].filter(([name]) => program[name] === undefined);
      this.pendingDeletes.push(...replaced);
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
      // Deletions come last, and only if nothing failed.
      for (const held of [...this.pendingDeletes]) {
        await this.act(held.urn, () => providers(held.resource).delete?.(held.id, held.props));
        this.pendingDeletes = this.pendingDeletes.filter((other) => other !== held);
      }
      for (const [name, held] of orphans) {
        await this.act(held.urn, () => providers(held.resource).delete?.(held.id, held.props));
        this.state.delete(name);
      }
    });
  }

  /** `pulumi refresh`. */
  refresh(): Promise<Run> {
    return this.run(async (providers) => {
      for (const [name, held] of [...this.state]) {
        const read = await providers(held.resource).read?.(held.id, held.props);
        if (read?.id === undefined) {
          this.state.delete(name);
        } else {
          Object.assign(held, { id: read.id, props: plain(read.props), inputs: plain(read.inputs), initErrors: false });
        }
      }
    });
  }

  /** Renames a resource in the program, with an alias: its state stays the same. */
  rename(name: string, newName: string): void {
    const held = this.state.get(name);
    if (held === undefined) return;
    this.state.delete(name);
    this.state.set(newName, { ...held, urn: urnOf(held.resource, newName) });
  }

  /** `pulumi destroy`. */
  destroy(): Promise<Run> {
    return this.up({});
  }

  /** Moves the next run to another machine, whose journal is empty. */
  moveToAnotherMachine(): void {
    rmSync(join(this.home, "pulumi-snapshots"), { recursive: true, force: true });
  }

  /** Contents of the journal's files. */
  journal(): string[] {
    const folder = join(this.home, "pulumi-snapshots", "intents");
    try {
      return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    } catch {
      return [];
    }
  }

  /** All resources in the state, including those to be deleted. */
  held(): Held[] {
    return [...this.state.values(), ...this.pendingDeletes];
  }

  private async act<T>(urn: string, task: () => T): Promise<Awaited<T>> {
    this.acting.add(urn);
    try {
      return await task();
    } finally {
      this.acting.delete(urn);
    }
  }

  private async run(act: (providers: Providers) => Promise<void>): Promise<Run> {
    this.told = [];
    this.failures = [];
    try {
      await act(this.process());
    } catch (error) {
      if (!this.failures.includes(textOf(error))) this.failures.push(textOf(error));
    }
    const told = [...this.failures, ...this.told];
    this.everTold.push(...told);
    return { told, failures: this.failures };
  }

  private process(): Providers {
    const open = this.code.runtime.openRuntime({
      clock: this.clock,
      random: () => 0.5,
      environment: {},
      journal: this.code.journal.fileJournal({ PULUMI_HOME: this.home }),
      holders: this.code.holders.fileHolders({ PULUMI_HOME: this.home }),
      warn: async (_urn, message) => void this.told.push(message),
      // Messages about what a run has taken are not warnings.
      inform: async (_urn, message) =>
        void (/^(took snapshot|adopted|recovered) /.test(message) || this.told.push(message)),
      announce: (_urn, message) => void this.everTold.push(message),
    });
    const get = (key: string) => this.config[key];
    return (resource) => {
      const provider = open(resource);
      void provider.configure?.({ config: { get } } as pulumi.dynamic.ConfigureRequest);
      return provider;
    };
  }

  private async deploy(
    name: string,
    { resource, args }: Declared,
    providers: Providers,
    replaced: Held[],
  ): Promise<void> {
    const provider = providers(resource);
    const urn = urnOf(resource, name);
    const held = this.state.get(name);
    const check = async (olds: Properties): Promise<Properties> => {
      const { inputs, failures } = (await provider.check?.(olds, { ...args, __urn: urn, __provider: "text" })) ?? {};
      if (failures !== undefined && failures.length > 0) {
        throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
      }
      return plain(inputs);
    };
    const create = async (inputs: Properties, store: (made: Held) => void) => {
      try {
        const { id, outs } = await provider.create(inputs);
        store({ resource, urn, id, inputs, props: plain(outs), initErrors: false });
      } catch (error) {
        const { id, properties } = error as Thrown;
        if (id !== undefined) store({ resource, urn, id, inputs, props: plain(properties), initErrors: true });
        this.failures.push(textOf(error));
        throw error;
      }
    };
    const inputs = await check(held?.inputs ?? {});
    if (held === undefined) {
      await create(inputs, (made) => this.state.set(name, made));
      return;
    }
    const { changes, replaces = [] } = (await provider.diff?.(held.id, held.props, inputs)) ?? {};
    if (replaces.length > 0) {
      // The new inputs are checked once more, without old ones.
      await create(await check({}), (made) => {
        replaced.push(held);
        this.state.set(name, made);
      });
      return;
    }
    const isSame = changes === false || (changes === undefined && isDeepStrictEqual(held.inputs, inputs));
    if (isSame && !held.initErrors) {
      held.inputs = inputs;
      return;
    }
    try {
      const { outs } = (await provider.update?.(held.id, held.props, inputs)) ?? {};
      Object.assign(held, { inputs, props: plain(outs), initErrors: false });
    } catch (error) {
      const { properties } = error as Thrown;
      if (properties !== undefined) Object.assign(held, { inputs, props: plain(properties), initErrors: true });
      this.failures.push(textOf(error));
      throw error;
    }
  }
}

function urnOf(resource: ResourceName, name: string): string {
  return `urn:pulumi:dev::project::${typeToken(resource)}::${name}`;
}

function configOf(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.values(definitions as Record<string, PlatformDefinition>).map((definition) => [
      `snapshots:${definition.name}`,
      JSON.stringify(
        Object.fromEntries(
          Object.entries(definition.connectionFields).flatMap(([field, { environment: variable }]) =>
            environment[variable] === undefined ? [] : [[field, environment[variable]]],
          ),
        ),
      ),
    ]),
  );
}

/** All parts of an error that the engine may show. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { reasons = [] } = error as Thrown;
  return [error.message, ...reasons.filter((reason) => reason !== error.message)].join("\n");
}

/** Properties as the state's JSON keeps them. */
function plain(properties: unknown): Properties {
  return JSON.parse(JSON.stringify(properties ?? {})) as Properties;
}
