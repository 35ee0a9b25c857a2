import * as pulumi from "@pulumi/pulumi";
import type { CONFIG_NAMESPACE, ConnectionSources, PlatformName } from "../provider";
import { core } from "./core";

const NAMESPACE: typeof CONFIG_NAMESPACE = "snapshots";

// Exported by @pulumi/pulumi, but missing from its declarations.
const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** Reads connections from the stack's config and the environment of the running program. */
export function readConnections(): ConnectionSources {
  return {
    config: (connection) => pulumi.runtime.getConfig(`${NAMESPACE}:${connection}`),
    isSecret: (connection) => runtime.isConfigSecret(`${NAMESPACE}:${connection}`),
    environment: process.env,
    isCurrent: true,
  };
}

/** Throws if a credential of the connection is stored in plain text, which only the program can detect. */
export function refusePlainCredentials(platform: string | undefined, connection: unknown): void {
  const name = typeof connection === "string" ? connection : platform;
  const sources = readConnections();
  if (name === undefined || sources.config(name) === undefined || sources.isSecret?.(name)) return;
  const { definitions, plainCredentialProblems } = core();
  const definition = Object.hasOwn(definitions, platform ?? "") ? definitions[platform as PlatformName] : undefined;
  if (definition === undefined) return;
  const problems = plainCredentialProblems(definition.name, definition.connectionFields, name, sources);
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
}
