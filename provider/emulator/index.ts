import type { FaultRule, Faults } from "./faults";
import { emulatedPlatforms } from "./platforms";
import { type ServedPlatform, startServer } from "./server";
import type { Access, Credentials, PlatformContext, PlatformDefinition, RecordedRequest } from "./types";

export { type ActiveFault, type FaultRule, type Faults, faultRuleSchema, parseFaults } from "./faults";
export type { Access, Credentials, RecordedRequest } from "./types";

type Platforms = typeof emulatedPlatforms;

/** The name of a platform that the emulator serves. */
export type EmulatedPlatform = keyof Platforms;

type States = {
  readonly [Name in EmulatedPlatform]: ReturnType<Platforms[Name]["start"]>["state"] & { readonly access: Access };
};

type Seeds = { readonly [Name in EmulatedPlatform]: Platforms[Name]["seed"] };

/** The fixed ids of the data that every emulator starts with, by platform. */
export const seed: Seeds = Object.fromEntries(
  Object.entries(emulatedPlatforms).map(([name, definition]) => [name, definition.seed]),
) as unknown as Seeds;

/** How an emulator is started. */
export interface EmulatorOptions {
  /** The port on 127.0.0.1; 0, the default: any free one. */
  port?: number;
  /** How late every answer comes, in milliseconds of real time. Default 0. */
  latencyMs?: number;
  /** Fault rules in force from the start. */
  faults?: readonly FaultRule[];
  /** The platforms' clock, in milliseconds since 1970. Default: the machine's. */
  now?: () => number;
  /** The clock of the platforms' storage, which dates the snapshots. Default: `now`. */
  storageNow?: () => number;
  /** The clock behind the `Date` of every answer; undefined: the answer has none. Default: `now`. */
  date?: () => number | undefined;
  /** Called right before and right after a request that asks for a change is carried out, or refused. */
  onChange?: (request: RecordedRequest, moment: "before" | "after") => void;
  /** Credentials other than the invented ones, by platform and field of its connection. */
  credentials?: Partial<Record<EmulatedPlatform, Credentials>>;
}

/**
 * The platforms' APIs, served from memory on one loopback port, with invented data.
 * Each platform's handle (`emulator.virtus`, …) reads and changes what it holds.
 */
export type Emulator = States & {
  /** The server's address, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The environment variables that point every default connection at the emulator. */
  readonly environment: Readonly<Record<string, string>>;
  /** The platforms' clock, in milliseconds since 1970. */
  now(): number;
  /** Every request that arrived, in order; grows while the emulator runs. */
  readonly requests: readonly RecordedRequest[];
  readonly faults: Faults;
  /** Takes no connection any more, as a machine on which nobody listens, until `accept`. */
  refuse(): void;
  accept(): Promise<void>;
  /** Breaks every open connection and frees the port. */
  close(): Promise<void>;
};

/** Starts an emulator; rejects where the port is taken or a fault rule could never fire. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const now = options.now ?? Date.now;
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

  const server = await startServer({
    platforms,
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    now,
    date: options.date ?? now,
    onChange: options.onChange ?? (() => {}),
  });
  url = `http://127.0.0.1:${server.port}`;
  try {
    for (const rule of options.faults ?? []) server.faults.add(rule);
  } catch (error) {
    await server.close();
    throw error;
  }

  const states = Object.fromEntries(
    Object.entries(platforms).map(([name, { service, access }]) => [name, Object.assign(service.state, { access })]),
  ) as unknown as States;
  const environment: Record<string, string> = {};
  for (const [name, definition] of Object.entries(emulatedPlatforms)) {
    Object.assign(environment, definition.environment(url, platforms[name]?.access.credentials ?? {}));
  }
  const { port, requests, faults, refuse, accept, close } = server;
  return { ...states, url, port, environment, now, requests, faults, refuse, accept, close };
}
