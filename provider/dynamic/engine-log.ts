import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** The connection to the engine. */
export type GrpcChannel = Grpc.ChannelInterface;

/** Connects to the engine at `address`, the last argument that it gives to the dynamic provider's process. */
export function connectToEngine(address: string): EngineClient {
  // gRPC as the installed @pulumi/pulumi has it: under pnpm it is not ours to require by name.
  const requireAsPulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const grpc = requireAsPulumi("@grpc/grpc-js") as typeof Grpc;
  return new EngineClient(address, grpc.credentials.createInsecure());
}

/** The engine's log, whose messages appear on a resource's own row. */
export interface EngineLog {
  warn(urn: string | undefined, message: string): Promise<void>;
  inform(urn: string | undefined, message: string): Promise<void>;
  /** Shown in the row's status while it lasts, not kept. */
  announce(urn: string | undefined, message: string): void;
}

/**
 * The log of the engine at `address`. A line that can't be delivered goes to stderr, which the engine shows on the stack's
 * row: a warning is never lost.
 */
export function engineLog(address: string | undefined): EngineLog {
  let client: EngineClient | undefined;

  function send(severity: LogSeverity, urn: string | undefined, message: string, isEphemeral: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (address === undefined) {
        reject(new Error("no engine"));
        return;
      }
      client ??= connectToEngine(address);
      const line = new LogRequest();
      line.setSeverity(severity);
      line.setMessage(message);
      line.setUrn(urn ?? "");
      line.setStreamid(0);
      line.setEphemeral(isEphemeral);
      client.log(line, (error) => (error ? reject(error) : resolve()));
    });
  }

  return {
    async warn(urn, message) {
      await send(LogSeverity.WARNING, urn, message, false).catch(() => {
        console.error(`warning: ${message}`);
      });
    },
    async inform(urn, message) {
      await send(LogSeverity.INFO, urn, message, false).catch(() => {
        console.error(message);
      });
    },
    announce(urn, message) {
      send(LogSeverity.INFO, urn, message, true).catch(() => {
        console.error(message);
      });
    },
  };
}
