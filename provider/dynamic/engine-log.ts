import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";

/** The connection to the engine. */
export type GrpcChannel = Grpc.ChannelInterface;

// Loaded when the engine is first spoken to: loading the provider is to cost next to nothing.
const grpcStubs = () =>
  require("@pulumi/pulumi/proto/engine_grpc_pb") as typeof import("@pulumi/pulumi/proto/engine_grpc_pb");
const messages = () => require("@pulumi/pulumi/proto/engine_pb") as typeof import("@pulumi/pulumi/proto/engine_pb");

/** How long a line may take to reach the engine before it goes to stderr. */
const DELIVERY_MS = 2_000;

/** gRPC as the installed @pulumi/pulumi has it: under pnpm it is not ours to require by name. */
function grpcOfPulumi(): typeof Grpc {
  return createRequire(require.resolve("@pulumi/pulumi/package.json"))("@grpc/grpc-js") as typeof Grpc;
}

/** Connects to the engine at `address`, the last argument that it gives to the dynamic provider's process. */
export function connectToEngine(address: string): EngineClient {
  // The engine is on this machine: a proxy that the environment names for other hosts can't reach it.
  const { EngineClient } = grpcStubs();
  return new EngineClient(address, grpcOfPulumi().credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
}

/** The engine's names for how much a line matters. */
type Severity = "INFO" | "WARNING";

/** The engine's log, whose messages appear on a resource's own row. */
export interface EngineLog {
  warn(urn: string | undefined, message: string): Promise<void>;
  inform(urn: string | undefined, message: string): Promise<void>;
  /** Shown in the row's status while it lasts, not kept. */
  announce(urn: string | undefined, message: string): void;
}

/**
 * The log of the engine at `address`. A line that can't be delivered within 2 s goes to stderr, which the engine shows on
 * the stack's row: a warning is never lost. Once a line was late, no call waits for the next ones until one arrives.
 */
export function engineLog(address: string | undefined): EngineLog {
  let client: EngineClient | undefined;
  let isLate = false;

  function send(severity: Severity, urn: string | undefined, message: string, isEphemeral: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (address === undefined) {
        reject(new Error("no engine"));
        return;
      }
      client ??= connectToEngine(address);
      const { LogRequest, LogSeverity } = messages();
      const line = new LogRequest();
      line.setSeverity(LogSeverity[severity]);
      line.setMessage(message);
      line.setUrn(urn ?? "");
      line.setStreamid(0);
      line.setEphemeral(isEphemeral);
      const deadline = Date.now() + DELIVERY_MS;
      const metadata = new (grpcOfPulumi().Metadata)();
      client.log(line, metadata, { deadline }, (error) => (error ? reject(error) : resolve()));
    });
  }

  async function deliver(severity: Severity, urn: string | undefined, message: string): Promise<void> {
    const delivered = send(severity, urn, message, false).then(
      () => {
        isLate = false;
      },
      () => {
        isLate = true;
        console.error(severity === "WARNING" ? `warning: ${message}` : message);
      },
    );
    if (!isLate) await delivered;
  }

  return {
    warn: (urn, message) => deliver("WARNING", urn, message),
    inform: (urn, message) => deliver("INFO", urn, message),
    announce(urn, message) {
      send("INFO", urn, message, true).catch(() => {
        console.error(message);
      });
    },
  };
}
