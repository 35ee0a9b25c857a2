import type * as pulumi from "@pulumi/pulumi";
import { systemClock } from "../http/system-clock";
import { CONFIG_NAMESPACE, type ConnectionSources } from "../model/connection";
import { defined } from "../model/defined";
import { messageOf } from "../model/errors";
import type { JsonValue } from "../model/snapshot";
import { type Host, type Properties, UnfinishedError } from "../resources/host";
import { Session, urnOf } from "../resources/session";
import type { ResourceVerbs } from "../resources/verbs";
import { type EngineLog, engineLog } from "./engine-log";
import { fileHolders } from "./holders";
import { fileJournal } from "./journal";
import { isProviderProcess, type Watchdog, watchProcess } from "./watchdog";

/** Reduces properties to plain data: a value that JSON can't hold would fail the call after the snapshot was taken. */
function toPlain(properties: Properties): Record<string, JsonValue> {
  return JSON.parse(JSON.stringify(properties)) as Record<string, JsonValue>;
}

// Loaded with the first call: a run needs only the code of the resources in its stack.
const loadSnapshot = () => require("../resources/snapshot") as typeof import("../resources/snapshot");
const loadRestore = () => require("../resources/restore") as typeof import("../resources/restore");
const loadBackupPolicy = () => require("../resources/backup-policy") as typeof import("../resources/backup-policy");

const resources: Record<string, (session: Session) => ResourceVerbs> = {
  Snapshot: (session) => loadSnapshot().snapshotResource(session),
  BackupPolicy: (session) => loadBackupPolicy().backupPolicyResource(session),
  Restore: (session) => loadRestore().restoreResource(session),
};

/** Ends this process when its engine has exited; undefined if the process does not belong to an engine. */
let watchdog: Watchdog | undefined;

/** Dependencies that a process supplies to its resources; stack config comes from the engine. */
type Surroundings = Omit<Host, "connections"> & { readonly environment: ConnectionSources["environment"] };

/** Returns the surroundings of this process: the machine's clock, the engine's log, the user's Pulumi home. */
function thisProcess(): Surroundings {
  const engine = process.argv[2];
  const log: EngineLog = engineLog(engine);
  const journal = fileJournal(process.env);
  if (engine !== undefined && isProviderProcess(process.argv)) watchdog = watchProcess({ engine, journal });
  return {
    clock: systemClock,
    random: Math.random,
    environment: process.env,
    journal: watchdog?.journal ?? journal,
    holders: fileHolders(process.env),
    ...(watchdog === undefined ? {} : { stopped: watchdog.stopped }),
    beforeChange: async () => watchdog?.beforeChange(),
    warn: log.warn,
    inform: log.inform,
    announce: log.announce,
  };
}

/** Session of a process, shared by all its resources so that they share limits, queues and connections. */
interface Shared {
  configure(config: pulumi.dynamic.Config): void;
  /** Records that a program runs, in a preview or in an up. */
  programAsks(isPreview: boolean): void;
  session(): Session;
}

function sharedIn(surroundings: () => Surroundings): Shared {
  let config: pulumi.dynamic.Config | undefined;
  let session: Session | undefined;
  let hasProgram = false;
  return {
    configure(given) {
      config = given;
    },
    programAsks(isPreview) {
      hasProgram = true;
      this.session().isPreview = isPreview;
    },
    session() {
      if (session === undefined) {
        const { environment, ...host } = surroundings();
        const connections = {
          config: (connection: string) => config?.get(`${CONFIG_NAMESPACE}:${connection}`),
          environment,
          // When no program runs, the engine passes the config that the last up stored.
          get isCurrent() {
            return hasProgram;
          },
        };
        session = new Session({ ...host, connections });
      }
      return session;
    },
  };
}

/** Replaces an error's stack: for a failed read or delete the engine's host prints `error: stack` to the user. */
function withoutStack(error: unknown, consequence: string): Error {
  const clean = new Error(messageOf(error));
  clean.name = "";
  clean.stack = consequence;
  return clean;
}

/** Makes an error for which the engine stores id and properties, shows only the reasons, and has the next up resume. */
function initializationError(error: UnfinishedError, id: string, given: Properties): Error {
  return Object.assign(new Error(error.reason), {
    id,
    properties: toPlain({ ...error.properties, ...pick(given, "__provider") }),
    reasons: [error.reason],
  });
}

function pick(properties: Properties, name: string): Properties {
  const value = properties[name];
  return value === undefined ? {} : { [name]: value };
}

/**
 * Inputs that the resource classes add, since the engine's check does not include them: whether the program runs in a
 * preview, and the time at which it declared a resource that waits for no other, in milliseconds since 1970. They are
 * removed here, so that they never reach a state or plan.
 */
interface Marks {
  readonly __preview?: unknown;
  readonly __declaredMs?: unknown;
}

const here = sharedIn(thisProcess);

/**
 * Returns the provider of a resource. Every user's state contains a text that calls it:
 * `exports.handler = () => require("pulumi-snapshots/runtime").provider("Snapshot");`. That text runs on refresh and
 * delete for as long as the state exists, so the name of this function, its argument and the package's `./runtime`
 * export never change.
 */
export function provider(resourceName: string): pulumi.dynamic.ResourceProvider {
  return providerIn(here, resourceName);
}

/**
 * Opens the providers with the given surroundings instead of this process's own.
 *
 * @internal
 */
export function openRuntime(surroundings: Surroundings): (resourceName: string) => pulumi.dynamic.ResourceProvider {
  const shared = sharedIn(() => surroundings);
  return (resourceName) => providerIn(shared, resourceName);
}

function providerIn(shared: Shared, resourceName: string): pulumi.dynamic.ResourceProvider {
  const open = Object.hasOwn(resources, resourceName) ? resources[resourceName] : undefined;
  if (open === undefined) {
    throw new Error(
      `this version of pulumi-snapshots has no resource "${resourceName}": install the version that the program uses`,
    );
  }
  let opened: ResourceVerbs | undefined;
  const verbs = (): ResourceVerbs => {
    opened ??= open(shared.session());
    return opened;
  };
  return {
    // Parallel creates race with this call: no await may come before the config is stored.
    async configure(request) {
      shared.configure(request.config);
    },
    async check(olds: Properties | undefined, { __preview, __declaredMs, ...news }: Properties & Marks) {
      shared.programAsks(__preview === true);
      const urn = urnOf(news);
      if (urn !== undefined && typeof __declaredMs === "number") shared.session().declared.set(urn, __declaredMs);
      const { inputs, failures } = verbs().check(olds ?? {}, news);
      return { inputs: toPlain(inputs), failures: [...failures] };
    },
    async diff(id, olds: Properties, news: Properties) {
      const { changes, replaces } = verbs().diff(id, olds, news);
      return {
        ...defined({ changes }),
        ...(replaces === undefined ? {} : { replaces: [...replaces] }),
      };
    },
    async create(inputs: Properties) {
      try {
        const { id, outs } = await verbs().create(inputs);
        return { id, outs: toPlain(outs) };
      } catch (error) {
        throw error instanceof UnfinishedError ? initializationError(error, error.id, inputs) : error;
      } finally {
        watchdog?.ended(urnOf(inputs));
      }
    },
    async read(id, props: Properties) {
      try {
        const read = await verbs().read(id, props ?? {});
        return read === undefined ? {} : { id: read.id, props: toPlain(read.props), inputs: toPlain(read.inputs) };
      } catch (error) {
        const isFirst = props?.["platform"] === undefined;
        throw withoutStack(error, isFirst ? "nothing was read" : "the state of the resource is unchanged");
      }
    },
    async update(id, olds: Properties, news: Properties) {
      try {
        return { outs: toPlain(await verbs().update(id, olds, news)) };
      } catch (error) {
        throw error instanceof UnfinishedError ? initializationError(error, id, news) : error;
      } finally {
        watchdog?.ended(urnOf(news));
      }
    },
    async delete(id, props: Properties) {
      try {
        await verbs().delete(id, props);
      } catch (error) {
        throw withoutStack(error, "the state of the resource is unchanged");
      }
    },
  };
}
