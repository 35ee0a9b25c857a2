import {
  CONFIG_NAMESPACE,
  type ConnectionSources,
  definitions,
  type Host,
  type Journal,
  type PlatformDefinition,
  resolveConnection,
  Session,
  systemClock,
} from "../../provider";
import { tell, UsageError } from "./output";
import { stackConfig } from "./pulumi";
import type { ConnectionOptions } from "./verb";

/** A connection that a verb needs. */
export interface Wanted {
  readonly platform: string;
  /** Default: the platform's default connection, which has the platform's name. */
  readonly connection?: string | undefined;
}

/** One entry of `pulumi config --json`, which has an object both parsed and as text. */
interface ConfigEntry {
  readonly value?: unknown;
  readonly objectValue?: unknown;
  readonly secret?: unknown;
}

/** Parses the output of `pulumi config --json` into the connections by name. */
function parseConfig(text: string): ReadonlyMap<string, ConfigEntry> {
  const prefix = `${CONFIG_NAMESPACE}:`;
  const all = JSON.parse(text) as Record<string, ConfigEntry>;
  return new Map(
    Object.entries(all).flatMap(([key, entry]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), entry] as const] : [],
    ),
  );
}

function definitionOf(platform: string): PlatformDefinition {
  return definitions[platform as keyof typeof definitions];
}

/** Removes the fields that the environment sets from an object of stack config: the environment has precedence. */
function withoutSet(connection: string, value: unknown): unknown {
  const fields = definitionOf(connection)?.connectionFields;
  if (fields === undefined || typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !process.env[fields[name]?.environment ?? ""]));
}

function sourcesOf(config: ReadonlyMap<string, ConfigEntry>): ConnectionSources {
  return {
    config(connection) {
      const entry = config.get(connection);
      return withoutSet(connection, entry?.objectValue ?? entry?.value);
    },
    isSecret: (connection) => config.get(connection)?.secret === true,
    environment: process.env,
    // Just read from the config, not stored by the last up.
    isCurrent: true,
  };
}

function problemsOf(wanted: readonly Wanted[], sources: ConnectionSources): string[] {
  return wanted.flatMap(({ platform, connection = platform }) => {
    const resolved = resolveConnection(platform, definitionOf(platform).connectionFields, connection, sources);
    return "problems" in resolved ? resolved.problems : [];
  });
}

/** Sources of a verb's connections, and the connections found in the stack's config if it was read. */
export interface Connections {
  readonly sources: ConnectionSources;
  readonly inConfig: readonly Wanted[];
}

/**
 * Reads connections: from the environment alone if it has all that is wanted, else from the stack's config, where the
 * environment has precedence.
 */
export async function readConnections(options: ConnectionOptions, wanted: readonly Wanted[]): Promise<Connections> {
  const { connection, stack, cwd } = options;
  const environmentOnly = sourcesOf(new Map());
  if (stack === undefined) {
    if (cwd !== undefined) throw new UsageError("--cwd needs --stack: it says where the stack's program is");
    if (connection !== undefined && definitionOf(connection) === undefined) {
      throw new UsageError(
        `--connection ${connection} needs --stack: the environment fills the platforms' default connections only`,
      );
    }
    return { sources: environmentOnly, inConfig: [] };
  }
  if (wanted.length > 0 && problemsOf(wanted, environmentOnly).length === 0) {
    return { sources: environmentOnly, inConfig: [] };
  }
  const config = parseConfig(await stackConfig({ stack, cwd }));
  const sources = sourcesOf(config);
  const inConfig = [...config].flatMap(([name, { objectValue }]) => {
    const given = (objectValue as { platform?: unknown } | undefined)?.platform;
    const platform = definitionOf(name)?.name ?? definitionOf(String(given))?.name;
    return platform === undefined ? [] : [{ platform, connection: name }];
  });
  return { sources, inConfig };
}

/** Returns everything that is wrong with connections, with the ways to fix it. */
export function connectionProblems(
  wanted: readonly Wanted[],
  sources: ConnectionSources,
  { stack }: ConnectionOptions,
): string[] {
  const hint = stack === undefined ? "; or name a stack whose config has it with --stack" : "";
  return [...new Set(problemsOf(wanted, sources))].map((problem) => problem + hint);
}

/** Throws if a connection can't be used. */
function checkConnections(...of: Parameters<typeof connectionProblems>): void {
  const problems = connectionProblems(...of);
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** Whether the environment has a platform's credential, or a part of it. */
export function isInEnvironment({ connectionFields }: PlatformDefinition): boolean {
  return Object.values(connectionFields).some(({ secret, environment }) => secret && process.env[environment]);
}

function unused(): never {
  throw new Error("this command only reads");
}

/** The journal of a command that changes nothing. */
const noJournal: Journal = { find: unused, others: unused, note: unused, settle: unused, confirm: unused };

/** Opens a session outside the engine: messages go to stderr, each warning once. Without a journal it only reads. */
export function sessionOn(connections: ConnectionSources, journal: Journal = noJournal): Session {
  const warned = new Set<string>();
  const host: Host = {
    clock: systemClock,
    random: Math.random,
    connections,
    journal,
    async warn(_urn, message) {
      if (!warned.has(message)) tell(`warning: ${message}`);
      warned.add(message);
    },
    inform: async (_urn, message) => tell(message),
    announce: (_urn, message) => tell(message),
  };
  return new Session(host);
}

/** Opens a session for a verb; throws if one of the wanted connections can't be used. */
export async function openSession(
  options: ConnectionOptions,
  wanted: readonly Wanted[],
  journal?: Journal,
): Promise<Session> {
  const { sources } = await readConnections(options, wanted);
  checkConnections(wanted, sources, options);
  return sessionOn(sources, journal);
}
