import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";

/** The connection to the engine. */
export type GrpcChannel = Grpc.ChannelInterface;

// Loaded with the first call to the engine, so that loading the provider costs next to nothing.
const grpcStubs = () =>
  require("@pulumi/pulumi/proto/engine_grpc_pb") as typeof import("@pulumi/pulumi/proto/engine_grpc_pb");
const messages = () => require("@pulumi/pulumi/proto/engine_pb") as typeof import("@pulumi/pulumi/proto/engine_pb");

/** How long a line may take to reach the engine before it goes to stderr. */
const DELIVERY_MS = 2_000;

/** Loads gRPC from the installed @pulumi/pulumi: under pnpm this package can't require it by name. */
function grpcOfPulumi(): typeof Grpc {
  return createRequire(require.resolve("@pulumi/pulumi/package.json"))("@grpc/grpc-js") as typeof Grpc;
}

/** Connects to the engine at `address`, the last argument that the engine passes to the dynamic provider's process. */
export function connectToEngine(address: string): EngineClient {
  // The engine runs on this machine: a proxy from the environment can't reach it.
  const { EngineClient } = grpcStubs();
  return new EngineClient(address, grpcOfPulumi().credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
}

/** Severity of a line, by the engine's names. */
type Severity = "INFO" | "WARNING";

/** The engine's log, whose messages appear on a resource's own row. */
export interface EngineLog {
  warn(urn: string | undefined, message: string): Promise<void>;
  inform(urn: string | undefined, message: string): Promise<void>;
  /** Shows a message in the row's status only while it applies; it is not kept. */
  announce(urn: string | undefined, message: string): void;
}

/**
 * Opens the log of the engine at `address`. A line that can't be delivered within 2 s goes to stderr, which the engine
 * shows on the stack's row: a warning is never lost. After a late line, no call waits for delivery until one arrives.
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
