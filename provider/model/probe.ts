import type { Scope } from "./scope";

/** What a connection is examined for. */
export type CheckName = "reach" | "credential" | "plan" | "clock" | "version";

/** What an answer settles beside that the platform can be reached, and what its clock shows. */
export type Settled = Exclude<CheckName, "reach" | "clock">;

/** What one answer has shown. */
export interface ProbeAnswer {
  /** The platform's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs?: number | undefined;
  /** What is to be said of each thing that the answer settles. */
  readonly settled: Readonly<Partial<Record<Settled, string>>>;
  /** What does not work though the platform has answered, with what to do. */
  readonly problems?: Readonly<Partial<Record<Settled, string>>>;
}

/** One question to a platform that needs no target. */
export interface Probe {
  /** Errors by kind, as of any other call. */
  ask(scope: Scope): Promise<ProbeAnswer>;
}

/** What a platform can be asked without a target, to see whether a connection works. */
export interface Probes {
  readonly questions: readonly Probe[];
  /** What nothing in the API tells, as sentences. */
  readonly unknowable: Readonly<Partial<Record<Settled, string>>>;
}
