import { subscribe } from "node:diagnostics_channel";
import { connect } from "node:net";
import type { Journal } from "../creation";
import { SnapshotsError } from "../model/errors";
import { connectToEngine, type GrpcChannel } from "./engine-log";
import { ANSWER_WITHIN_MS } from "./journal";

/** The engine kills a provider five seconds after it has asked it to end. */
const SIGNAL_GRACE_MS = 4_500;
const NEXT_LOOK_MS = 1_000;
/** gRPC's name for a channel that can't connect: https://grpc.github.io/grpc/core/md_doc_connectivity-semantics-and-api.html */
const TRANSIENT_FAILURE = 3;
/** The engine's call to a provider at the first Ctrl-C. */
const CANCEL_PATH = "/pulumirpc.ResourceProvider/Cancel";

/** Ends a provider whose engine is no longer there to record what it does, once what it has begun is in the journal. */
export interface Watchdog {
  /** Called right before a request that changes anything leaves; throws when nobody would record what it does. */
  beforeChange(): Promise<void>;
  /** The journal, seen from here: a request that it has noted is waited for until it notes what came of it. */
  readonly journal: Journal;
  /** The engine's call for a resource has ended, and nothing more will be noted for it. */
  ended(urn: string | undefined): void;
  /** Aborts when the engine asks its providers to stop, at the first Ctrl-C; what has been sent is still waited for. */
  readonly stopped: AbortSignal;
  /** Ends the process as if the engine were gone, within so many milliseconds. */
  stop(withinMs: number): void;
}

/** What a watchdog takes from outside. */
export interface WatchdogOptions {
  /** `host:port`, the engine's. Only a refused connection to it counts as its end. */
  readonly engine: string;
  readonly journal: Journal;
  /** Ends the process. */
  end(): void;
}

/** Whether this process is the dynamic provider's, which exists for the engine alone: no other may be ended. */
export function isProviderProcess(argv: readonly string[]): boolean {
  return /[\\/]dynamic-provider([\\/]|$)/.test(argv[1] ?? "") && /^[^:]+:\d+$/.test(argv[2] ?? "");
}

/** A watchdog that also ends the process when it is told to by a signal, and lets it write to an engine that is gone. */
export function watchProcess(options: Omit<WatchdogOptions, "end">): Watchdog {
  // Unheard, a broken pipe is an uncaught error, which Pulumi's own handler writes to that same pipe, without an end.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const watchdog = watchEngine({ ...options, end: () => process.exit() });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => watchdog.stop(SIGNAL_GRACE_MS));
  return watchdog;
}

/** Watches the engine. Nothing of it keeps the process alive. */
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
        // Where the answer named no snapshot, all that is known of it is recorded with the answer.
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
 * Aborts when the engine calls Cancel. The host of dynamic providers answers that call itself and passes it on to nobody;
 * Node.js tells of each call that arrives, from 24.2 on (https://nodejs.org/api/diagnostics_channel.html#http2).
 */
function cancellation(): AbortSignal {
  const cancelled = new AbortController();
  subscribe("http2.server.stream.start", (message) => {
    const { headers } = message as { readonly headers?: Readonly<Record<string, unknown>> };
    if (headers?.[":path"] === CANCEL_PATH) cancelled.abort();
  });
  return cancelled.signal;
}

/** Asks whether the engine is there whenever its channel fails; a channel that is merely idle is connected again. */
function watchChannel(channel: GrpcChannel, isEngineThere: () => Promise<boolean>): void {
  const look = async (): Promise<void> => {
    const state = channel.getConnectivityState(true);
    if (state !== TRANSIENT_FAILURE) channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, look);
    else if (await isEngineThere()) setTimeout(look, NEXT_LOOK_MS).unref();
  };
  void look();
}

/** Whether nobody listens at an address any more; any other failure to connect proves nothing. */
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
