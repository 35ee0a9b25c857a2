import type { FaultRule, Faults } from "./faults";
import { type Change, openMemory } from "./memory";
import { emulatedPlatforms } from "./platforms";
import { requestOf } from "./request";
import { type ServedPlatform, startServer } from "./server";
import type { Access, Credentials, PlatformContext, PlatformDefinition, RecordedRequest } from "./types";

export { type ActiveFault, type FaultRule, type Faults, faultRuleSchema, parseFaults } from "./faults";
export type { Access, Credentials, RecordedRequest } from "./types";

/** Target that can be snapshotted on an emulated platform. */
export interface EmulatedTarget {
  readonly platform: EmulatedPlatform;
  /** Its kind, as in resource ids. */
  readonly kind: string;
  readonly id: string;
}

type Platforms = typeof emulatedPlatforms;

/** The name of a platform that the emulator serves. */
export type EmulatedPlatform = keyof Platforms;

type States = {
  readonly [Name in EmulatedPlatform]: ReturnType<Platforms[Name]["start"]>["state"] & { readonly access: Access };
};

type Seeds = { readonly [Name in EmulatedPlatform]: Platforms[Name]["seed"] };

/** The fixed ids of the data that every emulator starts with, by platform. */
export const seed: Seeds = Object.fromEntries<unknown>(
  Object.entries(emulatedPlatforms).map(([name, definition]) => [name, definition.seed]),
) as Seeds;

/** Options of an emulator. */
export interface EmulatorOptions {
  /** Port on 127.0.0.1. Default 0: any free one. */
  port?: number;
  /** Delay of every answer, in milliseconds of real time. Default 0. */
  latencyMs?: number;
  /** Fault rules that are active from the start. */
  faults?: readonly FaultRule[];
  /** The platforms' clock, in milliseconds since 1970. Default: the machine's. */
  now?: () => number;
  /** The clock of the platforms' storage, which dates the snapshots. Default: `now`. */
  storageNow?: () => number;
  /** Clock of the `Date` header of every answer; undefined: no such header. Default: `now`. */
  date?: () => number | undefined;
  /** Folder that keeps the platforms' data between starts. Default: none; the data ends with the emulator. */
  data?: string;
  /** Called when a request has ended, with an answer or without. */
  onRequest?: (request: RecordedRequest) => void;
  /** Called right before and right after a request that asks for a change is carried out, or refused. */
  onChange?: (request: RecordedRequest, moment: "before" | "after") => void;
  /** Credentials other than the invented ones, by platform and field of its connection. */
  credentials?: Partial<Record<EmulatedPlatform, Credentials>>;
}

/**
 * The platforms' APIs, served from memory on one loopback port, with invented data.
 * Each platform's handle (`emulator.virtus`, …) reads and changes its data.
 */
export type Emulator = States & {
  /** The server's address, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The environment variables that point every default connection at the emulator. */
  readonly environment: Readonly<Record<string, string>>;
  /** The platforms' clock, in milliseconds since 1970. */
  now(): number;
  /** Targets that can currently be snapshotted. */
  targets(): readonly EmulatedTarget[];
  /** Every request that arrived, in order; grows while the emulator runs. */
  readonly requests: readonly RecordedRequest[];
  readonly faults: Faults;
  /** Refuses connections, like a machine without a listener, until `accept`. */
  refuse(): void;
  accept(): Promise<void>;
  /** Breaks every open connection and frees the port. */
  close(): Promise<void>;
};

/** Starts an emulator; rejects if the port is taken or a fault rule could never fire. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = options.now ?? Date.now;
  // The clock stops while a change is carried out, so that replaying the change gives the same result.
  let moment: number | undefined;
  const now = () => moment ?? clock();
  const memory = options.data === undefined ? undefined : openMemory(options.data);
  let url = "";
  const platforms: Record<string, ServedPlatform> = {};
  for (const [name, platform] of Object.entries(emulatedPlatforms)) {
    const definition: PlatformDefinition<object, unknown> = platform;
    const credentials = { ...definition.credentials, ...options.credentials?.[name as EmulatedPlatform] };
    const access: Access = { credentials, revoked: false, isOtherAccount: false };
    const context: PlatformContext = {
      access,
      now,
      storageNow: options.storageNow ?? now,
      isEmpty: false,
      url: () => url,
    };
    platforms[name] = {
      service: definition.start(context),
      otherAccount: definition.start({ ...context, isEmpty: true }),
      access,
    };
  }

  const at = <T>({ at: instant }: Change, run: () => T): T => {
    moment = instant;
    try {
      return run();
    } finally {
      moment = undefined;
    }
  };
  for (const change of memory?.changes ?? []) at(change, () => repeat(platforms[change.platform], change));

  const server = await startServer({
    platforms,
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    now,
    date: options.date ?? now,
    onChange: options.onChange ?? (() => {}),
    onRequest: options.onRequest ?? (() => {}),
    carryOut(change, run) {
      memory?.add(change);
      return at(change, run);
    },
  });
  url = `http://127.0.0.1:${server.port}`;
  try {
    for (const rule of options.faults ?? []) server.faults.add(rule);
  } catch (error) {
    await server.close();
    throw error;
  }

  const states = Object.fromEntries<unknown>(
    Object.entries(platforms).map(([name, { service, access }]) => [name, Object.assign(service.state, { access })]),
  ) as States;
  const environment: Record<string, string> = {};
  for (const [name, definition] of Object.entries(emulatedPlatforms)) {
    Object.assign(environment, definition.environment(url, platforms[name]?.access.credentials ?? {}));
  }
  const targets = () =>
    Object.entries(platforms).flatMap(([platform, { service }]) =>
      service.targets().map((target) => ({ platform: platform as EmulatedPlatform, ...target })),
    );
  const { port, requests, faults, refuse, accept, close } = server;
  return { ...states, url, port, environment, now, targets, requests, faults, refuse, accept, close };
}

/** Replays a change that was recorded by an earlier start of the emulator. */
function repeat(platform: ServedPlatform | undefined, change: Change): void {
  if (platform === undefined) return;
  const { service } = platform;
  if (change.what === "foreign") service.addForeign(change.target);
  else if (change.what === "expiry") service.expireNewest(change.target);
  else {
    const { operation, method, path, params, headers, body, joins } = change;
    const request = requestOf({
      operation,
      method,
      origin: "",
      path,
      param: (name) => params[name] ?? "",
      header: (name) => headers[name.toLowerCase()],
      body,
      joins,
    });
    service.routes.find((route) => route.operation === operation)?.handle(request);
  }
}
