import { isSnapshotsError, messageOf, SnapshotsError } from "../../model/errors";
import { parsePolicyId } from "../../model/ids";
import type { PlatformDefinition } from "../../model/platform";
import type { RunBy } from "../../model/policy";
import { findDefinition } from "../../platforms";
import { type Properties, UnfinishedError } from "../host";
import { requestOf, storedOwnerId } from "../request";
import { type Session, snapshotKey, targetOf, urnOf } from "../session";
import type { ResourceVerbs } from "../verbs";
import { runByPlatform } from "./by-platform";
import { runByUp } from "./by-up";
import { checkPolicy } from "./check";
import { creationAhead, diffPolicy, dueByState, isImpaired, isStale } from "./diff";
import { stalenessOf } from "./freshness";
import { definitionOf, policyInputsOf, policyTargetOf, subjectOf } from "./meaning";
import { recordsOf } from "./records";
import type { PolicyRunner } from "./runner";
import { watched } from "./watched";

/** Completes the nearly empty state that an import starts with, from the resource id. */
function withId(id: string, olds: Properties): Properties {
  if (olds["platform"] !== undefined) return olds;
  const address = parsePolicyId(id);
  const definition = findDefinition(address?.platform);
  const [argument] =
    Object.entries(definition?.policyTargets ?? {}).find(
      ([, { kind, runBy }]) => kind === address?.kind && (runBy !== "platform") === address.isOwn,
    ) ?? [];
  if (address === undefined || definition === undefined || argument === undefined) {
    throw new SnapshotsError(
      `"${id}" is not the id of a policy: it is written <platform>/<kind>/<ids…>, each part percent-encoded`,
      { kind: "invalid" },
    );
  }
  if (address.isOwn) {
    throw new SnapshotsError(`"${id}" names a policy that exists in a stack's state only: nothing else can be read`, {
      kind: "invalid",
    });
  }
  // The platform supplies the rest of an argument that is more than an id, such as a job.
  const [first = ""] = address.segments;
  const named = definition.policyTargets[argument]?.schema.safeParse(first).success ? first : {};
  return { platform: definition.name, connection: definition.name, [argument]: named, ...olds };
}

/** Removes the journal entries kept in case a resource did not reach the state, now that it has. */
async function confirmStored(session: Session, urn: string | undefined, id: string, props: Properties): Promise<void> {
  if (urn === undefined) return;
  const definition = definitionOf(props);
  const isRecorded = (key: string): boolean =>
    recordsOf(props).some((record) => snapshotKey(definition, targetOf(definition, props), record.id) === key);
  // The next run checks again any entry that remains.
  await session.host.journal
    .confirm(urn, (made) => made.id === id || isRecorded(made.snapshotKey))
    .catch(() => undefined);
}

/** Settles the journal entries of a deleted policy, after a warning for each request whose outcome is unknown. */
async function settleDeleted(session: Session, id: string, props: Properties): Promise<void> {
  const urn = urnOf(props);
  if (urn === undefined) return;
  await confirmStored(session, urn, id, props);
  const { journal, warn } = session.host;
  const tell = (requestedAt: string): Promise<void> =>
    warn(
      urn,
      `the outcome of the request of ${requestedAt} is unknown; if it created a policy, that exists and is not in any stack`,
    );
  const requestedAt = requestOf(props)?.requestedAt;
  if (requestedAt !== undefined) await tell(requestedAt);
  try {
    const entry = await journal.find(urn, storedOwnerId(props));
    if (entry === undefined || entry.made !== undefined) return;
    if (entry.request.requestedAt !== requestedAt) await tell(entry.request.requestedAt);
    await journal.settle(urn, entry.ownerId);
  } catch (error) {
    await warn(urn, `the journal of this machine still holds a request that has ended: ${messageOf(error)}`);
  }
}

/** The BackupPolicy resource of one provider process. */
export function backupPolicyResource(session: Session): ResourceVerbs {
  const nowMs = (): number => session.host.clock.now();
  const runners: Readonly<Record<RunBy, PolicyRunner>> = {
    platform: runByPlatform(session),
    up: runByUp(session),
    watched: watched(session),
  };

  function runnerOf(properties: Properties): PolicyRunner {
    const runBy = policyTargetOf(definitionOf(properties), properties)?.definition.runBy;
    if (runBy !== undefined) return runners[runBy];
    throw new SnapshotsError(`[${definitionOf(properties).name}] nothing says what the policy is for`, {
      kind: "invalid",
    });
  }

  /** Records a run due in this process: a Snapshot of the same target may adopt before or after it. */
  function noteAhead(inputs: Properties): void {
    const urn = urnOf(inputs);
    const definition = definitionOf(inputs);
    const target = policyTargetOf(definition, inputs);
    const id = target === undefined ? undefined : inputs[target.argument];
    if (urn === undefined || target?.definition.runBy !== "up" || typeof id !== "string") return;
    if (inputs["suspended"] === true) return;
    session.recordPolicyAhead(urn, definition, { argument: target.argument, kind: target.definition.kind, id });
  }

  async function warnOfStatus(definition: PlatformDefinition, outs: Properties): Promise<void> {
    const word = String(outs["platformStatus"] ?? outs["status"]);
    const sentence = `it may not run: its status on ${definition.title} is "${word}"`;
    if (session.isNew(urnOf(outs), sentence)) await session.host.warn(urnOf(outs), sentence);
  }

  async function warnOfStaleness(outs: Properties): Promise<void> {
    const what = JSON.stringify([outs["lastSnapshotId"] ?? "", outs["lastSnapshotAt"] ?? "", outs["maxAge"] ?? ""]);
    const reason = stalenessOf(subjectOf(definitionOf(outs), outs), outs);
    if (session.isNew(urnOf(outs), what)) await session.host.warn(urnOf(outs), reason);
  }

  /** Warns or fails on a stale backup, depending on `onStale`; either way the state records what was done. */
  async function reportStaleness(id: string, outs: Properties): Promise<Properties> {
    if (outs["fresh"] !== false) return outs;
    if (outs["onStale"] === "fail") {
      throw new UnfinishedError(id, outs, stalenessOf(subjectOf(definitionOf(outs), outs), outs));
    }
    await warnOfStaleness(outs);
    return outs;
  }

  /** Keeps a policy whose target was not found: that does not prove that its backups no longer exist. */
  async function unseen(props: Properties, error: unknown): Promise<Properties> {
    if (!isSnapshotsError(error, "notFound") || props["runBy"] === "platform") throw error;
    await session.host.warn(
      urnOf(props),
      `the backups of ${subjectOf(definitionOf(props), props)} can't be read: ${error.message}. That does not prove that they no ` +
        "longer exist, so the policy stays in the state; if you know that they don't, take the policy out of the program",
    );
    const isEvaluated = props["maxAge"] !== undefined && props["suspended"] !== true;
    return { ...props, status: "unknown", ...(isEvaluated ? { fresh: false } : {}) };
  }

  return {
    check(olds, news) {
      const { inputs, failures, warnings } = checkPolicy(olds, news, session.host.connections, nowMs());
      const urn = urnOf(news);
      const isNew = Object.keys(olds).length === 0;
      // An up repeats the warnings of its preview, which may not have been read.
      for (const warning of warnings) void session.host.warn(urn, warning);
      if (isNew && failures.length === 0) {
        session.announceAhead(urn, creationAhead(inputs, nowMs()));
        noteAhead(inputs);
      }
      return { inputs, failures };
    },

    diff(id, olds, news) {
      const known = withId(id, olds);
      session.recordStored(urnOf(news), known);
      void confirmStored(session, urnOf(news), id, known);
      const diff = diffPolicy(known, news, nowMs());
      if (diff.changes === false || (diff.replaces ?? []).length > 0) return diff;
      const definition = definitionOf(news);
      const due = dueByState(definition, known, news, nowMs());
      if (due.length > 0) noteAhead(news);
      const tell = async (): Promise<void> => {
        for (const sentence of due) session.announceAhead(urnOf(news), sentence);
        const ahead = session.isPreview ? await runnerOf(news).ahead(known, news) : [];
        for (const sentence of ahead) session.announceAhead(urnOf(news), sentence);
        if (isImpaired(known)) await warnOfStatus(definition, known);
        if (isStale(known, news)) await warnOfStaleness({ ...known, ...news });
      };
      void tell();
      return diff;
    },

    async create(inputs) {
      const { id, outs } = await runnerOf(inputs).create(inputs);
      return { id, outs: await reportStaleness(id, outs) };
    },

    async read(id, stored) {
      const props = withId(id, stored);
      const isFirst = stored["platform"] === undefined;
      await confirmStored(session, urnOf(props), id, props);
      const outs = await runnerOf(props)
        .read(id, props, isFirst)
        .catch((error: unknown) => unseen(props, error));
      if (outs === undefined && isFirst) {
        throw new SnapshotsError(`[${definitionOf(props).name}] there is no policy ${id}`, { kind: "notFound" });
      }
      return outs === undefined ? undefined : { id, props: outs, inputs: policyInputsOf(outs) };
    },

    async update(id, olds, news) {
      return reportStaleness(id, await runnerOf(news).update(id, olds, news));
    },

    async delete(id, stored) {
      const props = withId(id, stored);
      const stays = await runnerOf(props).delete(id, props);
      if (stays !== undefined) {
        const { warn, inform } = session.host;
        const tell = stays.needsPerson ? warn : inform;
        await tell(urnOf(props), `kept on ${definitionOf(props).title}: ${stays.what}`);
      }
      await settleDeleted(session, id, props);
    },
  };
}
