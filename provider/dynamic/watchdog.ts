import { subscribe } from "node:diagnostics_channel";
import { connect } from "node:net";
import type { Journal } from "../creation";
import { SnapshotsError } from "../model/errors";
import { connectToEngine, type GrpcChannel } from "./engine-log";
import { ANSWER_WITHIN_MS } from "./journal";

/** Time to end after a signal, in milliseconds: the engine kills a provider five seconds after asking it to end. */
const SIGNAL_GRACE_MS = 4_500;
const NEXT_LOOK_MS = 1_000;
/**
 * State of a gRPC channel that can't connect.
 * Source: https://grpc.github.io/grpc/core/md_doc_connectivity-semantics-and-api.html
 */
const TRANSIENT_FAILURE = 3;
/** The engine's call to a provider at the first Ctrl-C. */
const CANCEL_PATH = "/pulumirpc.ResourceProvider/Cancel";

/** Ends a provider whose engine has exited, once the results of all requests in flight are in the journal. */
export interface Watchdog {
  /** Called right before a request that changes anything; throws if the engine has exited: nothing would record it. */
  beforeChange(): Promise<void>;
  /** The journal, wrapped: the process waits for the result of every request recorded through it. */
  readonly journal: Journal;
  /** Called when the engine's call for a resource has ended: nothing more will be recorded for it. */
  ended(urn: string | undefined): void;
  /** Aborts when the engine asks its providers to stop, at the first Ctrl-C; requests in flight are still awaited. */
  readonly stopped: AbortSignal;
  /** Ends the process as if the engine had exited, within `withinMs` milliseconds. */
  stop(withinMs: number): void;
}

/** Dependencies of a watchdog. */
export interface WatchdogOptions {
  /** `host:port` of the engine. Only a refused connection counts as the engine's end. */
  readonly engine: string;
  readonly journal: Journal;
  /** Ends the process. */
  end(): void;
}

/** Whether arguments are those of a dynamic provider's process: it exists for the engine alone, so it may be ended. */
export function isProviderProcess(argv: readonly string[]): boolean {
  return /[\\/]dynamic-provider([\\/]|$)/.test(argv[1] ?? "") && /^[^:]+:\d+$/.test(argv[2] ?? "");
}

/** Starts a watchdog that also ends the process on a signal, and lets it write to an engine that has exited. */
export function watchProcess(options: Omit<WatchdogOptions, "end">): Watchdog {
  // Without a listener, a broken pipe is an uncaught error, which Pulumi's handler writes to the same pipe, forever.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const watchdog = watchEngine({ ...options, end: () => process.exit() });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => watchdog.stop(SIGNAL_GRACE_MS));
  return watchdog;
}

/** Watches the engine without keeping the process alive. */
export function watchEngine({ engine, journal, end }: WatchdogOptions): Watchdog {
  const unrecorded = new Set<string>();
  let isStopping = false;

  function stop(withinMs: number): void {
    if (isStopping) return;
    isStopping = true;
    if (unrecorded.size === 0) end();
    else setTimeout(end, withinMs).unref();
  }

  function recorded(urn: string): void {
    if (unrecorded.delete(urn) && isStopping && unrecorded.size === 0) end();
  }

  async function isEngineThere(): Promise<boolean> {
    const isRefused = await refusesConnections(engine);
    if (isRefused) stop(ANSWER_WITHIN_MS);
    return !isRefused;
  }

  watchChannel(connectToEngine(engine).getChannel(), isEngineThere);

  return {
    stop,
    stopped: cancellation(),
    async beforeChange() {
      if (!isStopping && (await isEngineThere())) return;
      throw new SnapshotsError("not sent: pulumi has been stopped, and nothing would record what this request does", {
        kind: "invalid",
      });
    },
    journal: {
      ...journal,
      async note(entry) {
        // If the answer named no snapshot, an entry with the answer already records everything that is known.
        const isRecord = entry.made !== undefined || entry.request.answer !== undefined;
        if (!isRecord) unrecorded.add(entry.urn);
        await journal.note(entry);
        if (isRecord) recorded(entry.urn);
      },
      async settle(urn, ownerId) {
        await journal.settle(urn, ownerId);
        recorded(urn);
      },
    },
    ended(urn) {
      if (urn !== undefined) recorded(urn);
    },
  };
}

/**
 * Returns a signal that aborts when the engine calls Cancel. The host of dynamic providers answers that call without
 * passing it on, but Node.js 24.2 or newer publishes each incoming call
 * (https://nodejs.org/api/diagnostics_channel.html#http2).
 */
function cancellation(): AbortSignal {
  const cancelled = new AbortController();
  subscribe("http2.server.stream.start", (message) => {
    const { headers } = message as { readonly headers?: Readonly<Record<string, unknown>> };
    if (headers?.[":path"] === CANCEL_PATH) cancelled.abort();
  });
  return cancelled.signal;
}

/** Checks whether the engine is there whenever its channel fails; an idle channel is reconnected. */
function watchChannel(channel: GrpcChannel, isEngineThere: () => Promise<boolean>): void {
  const look = async (): Promise<void> => {
    const state = channel.getConnectivityState(true);
    if (state !== TRANSIENT_FAILURE) channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, look);
    else if (await isEngineThere()) setTimeout(look, NEXT_LOOK_MS).unref();
  };
  void look();
}

/** Whether an address refuses connections: nothing listens there. Any other failure to connect proves nothing. */
function refusesConnections(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(":");
  return new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    socket.unref();
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
