import { nearestOf } from "./nearest";

/** Definition of one field of a connection. */
export interface ConnectionField {
  /** Purpose of the field, for documentation and error messages. */
  readonly description: string;
  /** Environment variable that sets it on a platform's default connection. */
  readonly environment: string;
  /** True for a credential: refused if stored in plain text, never shown. */
  readonly secret?: true;
  /** True for an address: `https`, or `http` on a loopback host; without trailing slash. */
  readonly url?: true;
  /** True if the connection can't be used without it. */
  readonly required?: true;
  /** Default value; `{field}` stands for another field's value. */
  readonly default?: string;
  /** Field that must come from the same source: half of a new pair doesn't match half of an old one. */
  readonly pairedWith?: string;
}

/** The fields of a platform's connections, by name. */
export type ConnectionFields = Readonly<Record<string, ConnectionField>>;

/** A resolved connection: a named set of credentials and addresses for a platform. */
export interface Connection {
  readonly name: string;
  readonly platform: string;
  /** Fields that are set or have a default. */
  readonly fields: Readonly<Record<string, string>>;
  /** Values that must never be shown. */
  readonly secrets: readonly string[];
  /**
   * Whether a credential may be the one stored by the last `up`, which `refresh` and `destroy` read from stack config.
   * Read only when a platform refuses it: in one process, the program of an `up` may run after a refresh.
   */
  readonly fromConfig: boolean;
}

/** Sources of connections: stack config first, then the environment for fields that it leaves out. */
export interface ConnectionSources {
  /** Returns the value of `snapshots:<connection>` in stack config: an object, its JSON text, or undefined. */
  config(connection: string): unknown;
  /** Whether stack config keeps `snapshots:<connection>` encrypted; left out if that can't be determined. */
  isSecret?(connection: string): boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether stack config was read just now, so that it can't be one stored by an earlier `up`. */
  readonly isCurrent?: boolean;
}

/** A resolved connection, or all problems with it, each a sentence with its remedy. */
export type ResolvedConnection = { readonly connection: Connection } | { readonly problems: readonly string[] };

/** Stack config namespace of connections. */
export const CONFIG_NAMESPACE = "snapshots";

/** Whether a host is a loopback address of this machine, for which plain `http` is accepted. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function isLoopbackUrl(text: string | undefined): boolean {
  return text !== undefined && URL.canParse(text) && isLoopbackHost(new URL(text).hostname);
}

function urlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return "is not a URL";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return "must be an address and a path only, without user, query or fragment";
  }
  if (url.protocol === "https:") return undefined;
  if (url.protocol === "http:" && isLoopbackHost(url.hostname)) return undefined;
  if (url.protocol === "http:") return "must be https: plain http is accepted for a loopback address only";
  return "must be https";
}

/** Returns an address that is safe to show: its user or query, or the whole text, may hold a credential by mistake. */
function shownUrl(text: string): string {
  if (!URL.canParse(text)) return "…";
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}

function parseConfigObject(value: unknown): Record<string, unknown> | undefined {
  if (value === undefined || value === null) return {};
  let parsed = value;
  if (typeof value === "string") {
    try {
      parsed = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
    ? (parsed as Record<string, unknown>)
    : undefined;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function rawValue(
  field: ConnectionField,
  fromConfig: unknown,
  fromEnvironment: string | undefined,
): string | undefined {
  if (isSet(fromConfig)) return String(fromConfig);
  return isSet(fromEnvironment) ? fromEnvironment : field.default;
}

function setCommandFor(fields: ConnectionFields, connection: string, field: string): string {
  const secret = fields[field]?.secret ? "--secret " : "";
  return `"pulumi config set --path ${secret}${CONFIG_NAMESPACE}:${connection}.${field} <value>"`;
}

/**
 * Reports the credentials that stack config holds in plain text, each as a sentence with the command that fixes it.
 * Empty if the sources can't determine it, or if all addresses of the connection are loopback.
 */
export function plainCredentialProblems(
  platform: string,
  fields: ConnectionFields,
  name: string,
  sources: ConnectionSources,
): string[] {
  const config = parseConfigObject(sources.config(name)) ?? {};
  const stored = Object.keys(fields).filter((field) => fields[field]?.secret && isSet(config[field]));
  if (stored.length === 0 || sources.isSecret === undefined || sources.isSecret(name)) return [];
  const isLoopback = Object.entries(fields)
    .filter(([, field]) => field.url)
    .every(([fieldName, field]) =>
      isLoopbackUrl(
        rawValue(field, config[fieldName], name === platform ? sources.environment[field.environment] : undefined),
      ),
    );
  if (isLoopback) return [];
  return stored.map(
    (field) =>
      `connection "${name}": the field ${field} is stored in plain text; store it encrypted with ` +
      setCommandFor(fields, name, field),
  );
}

/**
 * Resolves the connection `name` of `platform` from stack config and, for the platform's default connection (the one
 * with its name), from the environment. Every problem names the connection, the field and the ways to set it.
 */
export function resolveConnection(
  platform: string,
  fields: ConnectionFields,
  name: string,
  sources: ConnectionSources,
): ResolvedConnection {
  const isDefault = name === platform;
  const title = `connection "${name}"`;
  const configKey = `${CONFIG_NAMESPACE}:${name}`;
  const config = parseConfigObject(sources.config(name));
  if (config === undefined) {
    const example = Object.keys(fields).find((field) => fields[field]?.required) ?? Object.keys(fields)[0] ?? "";
    return {
      problems: [
        `${title}: stack config ${configKey} must be an object with fields, and is a single value; remove it with ` +
          `"pulumi config rm ${configKey}" and set each field, as in ${setCommandFor(fields, name, example)}`,
      ],
    };
  }
  const setCommand = (field: string): string => setCommandFor(fields, name, field);
  const waysToSet = (field: string): string =>
    isDefault
      ? `set it with ${setCommand(field)} or in the environment as ${fields[field]?.environment}`
      : `set it with ${setCommand(field)}`;

  const problems: string[] = [];
  const { platform: configPlatform, ...configFields } = config;
  if (configPlatform !== undefined && configPlatform !== platform) {
    // Its fields are another platform's: checking them against this one's would not help.
    return {
      problems: [`${title} is for the platform "${String(configPlatform)}" and can't be used for "${platform}"`],
    };
  }
  if (configPlatform === undefined && !isDefault) {
    problems.push(
      `${title}: the field platform is missing; set it with ` +
        `"pulumi config set --path ${configKey}.platform ${platform}"`,
    );
  }
  for (const field of Object.keys(configFields)) {
    if (!Object.hasOwn(fields, field)) {
      const meant = nearestOf(field, Object.keys(fields));
      const known = meant === undefined ? `it knows ${Object.keys(fields).join(", ")}.` : `did you mean "${meant}"?`;
      problems.push(
        `${title}: unknown field "${field}"; ${known} ` +
          `Remove it with "pulumi config rm --path ${configKey}.${field}"`,
      );
    }
  }

  const isStray = (field: string): boolean => {
    const value = sources.config(`${name}.${field}`);
    return isSet(value) && typeof value !== "object";
  };
  for (const field of Object.keys(fields)) {
    if (isSet(configFields[field]) || !isStray(field)) continue;
    problems.push(
      `${title}: stack config has a key "${configKey}.${field}", which was set without --path and is not a field of the ` +
        `connection; remove it with "pulumi config rm ${configKey}.${field}" and use ${setCommand(field)}`,
    );
  }

  const values: Record<string, string> = {};
  let fromConfigSecret = false;
  for (const [field, definition] of Object.entries(fields)) {
    const fromConfig = configFields[field];
    const fromEnvironment = isDefault ? sources.environment[definition.environment] : undefined;
    let value = rawValue(definition, fromConfig, fromEnvironment);
    if (isSet(fromConfig)) {
      // "pulumi config set --path" stores digits as a number; above 2^53 the last digits are already lost.
      if (typeof fromConfig !== "string" && !Number.isSafeInteger(fromConfig)) {
        problems.push(
          `${title}: the field ${field} must be text; set it with ` +
            `"pulumi config set --path --type string ${configKey}.${field} <value>"`,
        );
        continue;
      }
      if (definition.secret) fromConfigSecret = true;
    }
    if (value === undefined) {
      if (definition.required && !isStray(field))
        problems.push(`${title}: the field ${field} is missing; ${waysToSet(field)}`);
      continue;
    }
    if (!isSet(fromConfig) && !isSet(fromEnvironment)) {
      value = value.replace(/\{(\w+)\}/g, (_, other: string) => values[other] ?? "");
    }
    if (definition.url) {
      const problem = urlProblem(value);
      if (problem !== undefined) {
        problems.push(`${title}: the field ${field} ("${shownUrl(value)}") ${problem}; ${waysToSet(field)}`);
        continue;
      }
      value = value.replace(/\/+$/, "");
    }
    if (definition.secret && !/^[\x21-\x7e]+$/.test(value)) {
      problems.push(
        `${title}: the field ${field} holds white space or characters that no header can carry; ${waysToSet(field)}`,
      );
      continue;
    }
    values[field] = value;
  }

  for (const [field, { pairedWith }] of Object.entries(fields)) {
    if (pairedWith === undefined || values[field] === undefined || values[pairedWith] === undefined) continue;
    if (isSet(configFields[field]) === isSet(configFields[pairedWith])) continue;
    problems.push(
      `${title}: the fields ${field} and ${pairedWith} must come from one source; ${waysToSet(field)}, and the other ` +
        "in the same place",
    );
  }
  problems.push(...plainCredentialProblems(platform, fields, name, sources));
  if (problems.length > 0) return { problems };
  return {
    connection: {
      name,
      platform,
      fields: values,
      secrets: Object.keys(values)
        .filter((field) => fields[field]?.secret)
        .map((field) => values[field] ?? ""),
      get fromConfig() {
        return fromConfigSecret && sources.isCurrent !== true;
      },
    },
  };
}
