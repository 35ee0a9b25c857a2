import * as pulumi from "@pulumi/pulumi";
import { CONFIG_NAMESPACE, type ConnectionSources, definitions, plainCredentialProblems } from "../provider";

/** The connections as a program sees them. */
export interface ProgramConnections extends ConnectionSources {
  /** Throws when a credential of the connection is stored in plain text, which only a program can see. */
  refusePlainCredentials(platform: string | undefined, connection: string | undefined): void;
}

// Exported by @pulumi/pulumi, and left out of its declarations.
const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** Reads connections from the stack's config and the environment of the running program. */
export function readConnections(): ProgramConnections {
  const sources: ConnectionSources = {
    config: (connection) => pulumi.runtime.getConfig(`${CONFIG_NAMESPACE}:${connection}`),
    isSecret: (connection) => runtime.isConfigSecret(`${CONFIG_NAMESPACE}:${connection}`),
    environment: process.env,
  };
  return {
    ...sources,
    refusePlainCredentials(platform, connection) {
      const definition = Object.values(definitions).find(({ name }) => name === platform);
      if (definition === undefined) return;
      const problems = plainCredentialProblems(
        definition.name,
        definition.connectionFields,
        typeof connection === "string" ? connection : definition.name,
        sources,
      );
      if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
    },
  };
}
