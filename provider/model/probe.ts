import type { Scope } from "./scope";

/** Name of a check of a connection. */
export type CheckName = "reach" | "credential" | "plan" | "clock" | "version";

/** Checks that an answer can settle besides reachability and the clock. */
export type Settled = Exclude<CheckName, "reach" | "clock">;

/** Findings from one answer. */
export interface ProbeAnswer {
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number | undefined;
  /** Message for each check that the answer settles. */
  readonly settled: Readonly<Partial<Record<Settled, string>>>;
  /** Problems despite an answer, each with its remedy. */
  readonly problems?: Readonly<Partial<Record<Settled, string>>>;
}

/** One request to a platform that needs no target. */
export interface Probe {
  /** Sends the request; errors by kind, as for any other call. */
  ask(scope: Scope): Promise<ProbeAnswer>;
}

/** Requests to a platform that need no target, to check whether a connection works. */
export interface Probes {
  readonly questions: readonly Probe[];
  /** Checks that the API can't answer, with the reason as a sentence. */
  readonly unknowable: Readonly<Partial<Record<Settled, string>>>;
}
