import { isoText } from "../model/clock";
import { resolveConnection } from "../model/connection";
import { isSnapshotsError, type SnapshotsError } from "../model/errors";
import type { PlatformDefinition } from "../model/platform";
import type { CheckName, ProbeAnswer } from "../model/probe";
import type { Session } from "./session";

/** Longest time for one question. */
const QUESTION_MS = 20_000;
/** Largest accepted difference between this machine's clock and a platform's. */
const LARGEST_SKEW_MS = 5 * 60_000;

const names: readonly CheckName[] = ["reach", "credential", "plan", "clock", "version"];

/** Result of one check of a connection. */
export interface Check {
  readonly name: CheckName;
  readonly ok: boolean;
  /** Finding, and what to do if it is a problem. */
  readonly message: string;
}

/** Collects the findings of all questions; a check that failed once stays failed. */
class Findings {
  private readonly found = new Map<CheckName, Check>();

  add(name: CheckName, ok: boolean, message: string): void {
    const before = this.found.get(name);
    if (before?.ok && ok && before.message !== message) {
      this.found.set(name, { name, ok, message: `${before.message}; ${message}` });
    } else if (before === undefined || (before.ok && !ok)) {
      this.found.set(name, { name, ok, message });
    }
  }

  isGood(name: CheckName): boolean {
    return this.found.get(name)?.ok === true;
  }

  list(missing: (name: CheckName) => Omit<Check, "name">): Check[] {
    return names.map((name) => this.found.get(name) ?? { name, ...missing(name) });
  }
}

function noteClock(findings: Findings, { title }: PlatformDefinition, serverTimeMs: number, nowMs: number): void {
  const apartMs = Math.abs(nowMs - serverTimeMs);
  const both = `this machine's clock shows ${isoText(nowMs)} and ${title}'s ${isoText(serverTimeMs)}`;
  // A Date header has whole seconds, and the response takes time to arrive.
  if (apartMs <= LARGEST_SKEW_MS) findings.add("clock", true, `${Math.round(apartMs / 1000)} s apart`);
  else findings.add("clock", false, `${both}: correct this machine's clock`);
}

/** Assigns an error to the check that it concerns, by its kind. */
function noteError(findings: Findings, error: SnapshotsError, title: string): void {
  const { kind, status, message } = error;
  if (status === undefined) {
    findings.add("reach", false, `${message}; check the address, the network and the proxy`);
    return;
  }
  if (kind === "unavailable" || kind === "unexpectedAnswer") {
    findings.add("reach", false, message);
    return;
  }
  findings.add("reach", true, `${title} answers`);
  if (kind === "unauthorized") findings.add("credential", false, message);
  else if (kind === "forbidden" || kind === "quota") findings.add("plan", false, message);
  else if (status === 406) findings.add("version", false, message);
  else findings.add("credential", false, `not known: ${message}`);
}

function noteAnswer(findings: Findings, definition: PlatformDefinition, answer: ProbeAnswer, nowMs: number): void {
  findings.add("reach", true, `${definition.title} answers`);
  if (answer.serverTimeMs !== undefined) noteClock(findings, definition, answer.serverTimeMs, nowMs);
  for (const [name, message] of Object.entries(answer.settled)) findings.add(name as CheckName, true, message);
  for (const [name, message] of Object.entries(answer.problems ?? {})) findings.add(name as CheckName, false, message);
}

/**
 * Examines one connection: whether its platform can be reached, accepts the credential, has snapshots on this plan, has
 * the same time, and supports the API version. Sends only requests that change nothing; needs no target.
 */
export async function examine(
  session: Session,
  definition: PlatformDefinition,
  connection: string = definition.name,
): Promise<Check[]> {
  const findings = new Findings();
  const { clock, connections } = session.host;
  const resolved = resolveConnection(definition.name, definition.connectionFields, connection, connections);
  if ("problems" in resolved) {
    findings.add("credential", false, resolved.problems.join("; "));
    return findings.list(() => ({ ok: false, message: "not checked: the connection is not complete" }));
  }
  const { platform } = session.open(definition.name, connection, undefined);
  for (const question of platform.probes.questions) {
    try {
      const answer = await question.ask(session.scope(undefined, QUESTION_MS));
      noteAnswer(findings, definition, answer, clock.now());
    } catch (error) {
      if (!isSnapshotsError(error)) throw error;
      noteError(findings, error, definition.title);
    }
  }
  const { unknowable } = platform.probes;
  return findings.list((name) => {
    const why = name === "reach" || name === "clock" ? undefined : unknowable[name];
    if (why !== undefined) return { ok: true, message: `can't be checked: ${why}` };
    if (name === "clock" && findings.isGood("reach"))
      return { ok: true, message: "can't be checked: no answer had a Date" };
    return { ok: false, message: "not checked: an earlier check failed" };
  });
}
