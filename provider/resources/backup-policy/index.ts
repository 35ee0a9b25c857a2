import { isoText } from "../../model/clock";
import { isSnapshotsError, messageOf, SnapshotsError } from "../../model/errors";
import { formatPolicyId, parsePolicyId } from "../../model/ids";
import type { PlatformDefinition } from "../../model/platform";
import { findDefinition } from "../../platforms";
import { type Properties, UnfinishedError } from "../host";
import { requestOf, storedOwnerId } from "../request";
import { type Session, snapshotKey, targetOf, textOf, urnOf } from "../session";
import type { ResourceVerbs } from "../verbs";
import { checkPolicy } from "./check";
import { diffPolicy, dueByState, isImpaired, isStale } from "./diff";
import { policyFields } from "./fields";
import { judge, stalenessOf } from "./freshness";
import { policyTargetOf, subjectOf } from "./meaning";
import { recordsOf } from "./records";
import { createOnPlatform, deleteOnPlatform, readOnPlatform, updateOnPlatform } from "./run-by-platform";
import { markOf, policyIdOf, pruningAhead, readRun, runOnce } from "./run-by-up";

function definitionOf(properties: Properties): PlatformDefinition {
  const definition = findDefinition(properties["platform"]);
  if (definition !== undefined) return definition;
  throw new SnapshotsError(`"${String(properties["platform"])}" is no platform`, { kind: "invalid", executed: "no" });
}

function runByOf(properties: Properties) {
  return policyTargetOf(definitionOf(properties), properties)?.definition.runBy;
}

/** The id of a policy that exists in a state only. */
function ownIdOf(inputs: Properties): string {
  const definition = definitionOf(inputs);
  const { kind, id } = targetOf(definition, inputs);
  return formatPolicyId({ platform: definition.name, kind, segments: [id, markOf(urnOf(inputs))], isOwn: true });
}

/** Looks at what somebody else's schedule has made. */
async function watch(session: Session, inputs: Properties, olds: Properties): Promise<Properties> {
  const { definition, platform, scope } = session.open(
    textOf(inputs, "platform") ?? "",
    textOf(inputs, "connection"),
    urnOf(inputs),
  );
  const { snapshots, serverTimeMs } = await platform.list(targetOf(definition, inputs), scope);
  const nowMs = serverTimeMs ?? session.host.clock.now();
  return {
    ...inputs,
    runBy: "watched",
    policyId: policyIdOf(urnOf(inputs), olds),
    status: inputs["suspended"] === true ? "suspended" : "active",
    createdAt: textOf(olds, "createdAt") ?? isoText(nowMs),
    ...judge(inputs, snapshots, nowMs),
  };
}

/** The inputs among a policy's properties. */
function inputsOf(definition: PlatformDefinition, properties: Properties): Properties {
  const fields = policyFields(definition);
  return Object.fromEntries(Object.entries(properties).filter(([name]) => Object.hasOwn(fields, name)));
}

/** A state that an import has left with next to nothing, with what its id says. */
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
      `"${id}" is no id of a policy: it is written <platform>/<kind>/<ids…>, each part percent-encoded, such as ` +
        "snapshooter/job/6f7c5f07-bd49-49a5-8416-27b8de037ddc",
      { kind: "invalid", executed: "no" },
    );
  }
  if (address.isOwn) {
    throw new SnapshotsError(`"${id}" names a policy that exists in a stack's state only: nothing else can be read`, {
      kind: "invalid",
      executed: "no",
    });
  }
  // Of what is no id itself, such as a job, the platform shows the rest.
  const [first = ""] = address.segments;
  const named = definition.policyTargets[argument]?.schema.safeParse(first).success ? first : {};
  return { platform: definition.name, connection: definition.name, [argument]: named, ...olds };
}

/** The state holds the resource: what the journal kept for the case that it would not is done with. */
async function confirmStored(session: Session, urn: string | undefined, id: string, props: Properties): Promise<void> {
  if (urn === undefined) return;
  const definition = definitionOf(props);
  const isRecorded = (key: string): boolean =>
    recordsOf(props).some((record) => snapshotKey(definition, targetOf(definition, props), record.id) === key);
  // A note that stays is looked at again by the next run.
  await session.host.journal
    .confirm(urn, (made) => made.id === id || isRecorded(made.snapshotKey))
    .catch(() => undefined);
}

/** Settles what the journal holds of a policy that is gone; a request whose end is not known is told before. */
async function settleDeleted(session: Session, id: string, props: Properties): Promise<void> {
  const urn = urnOf(props);
  if (urn === undefined) return;
  await confirmStored(session, urn, id, props);
  const { journal, warn } = session.host;
  const tell = (requestedAt: string): Promise<void> =>
    warn(
      urn,
      `the end of the request of ${requestedAt} was never seen; if it has made anything, that exists and is in no state`,
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

/** The BackupPolicy resource in one process. */
export function backupPolicyResource(session: Session): ResourceVerbs {
  const nowMs = (): number => session.host.clock.now();
  const told = new Set<string>();

  /** Refresh, preview and up of one process compare the same policy: what has been said is not said again. */
  function isNew(urn: string | undefined, what: string): boolean {
    const key = `${urn} ${what}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  }

  async function informOnce(urn: string | undefined, sentence: string): Promise<void> {
    if (isNew(urn, sentence)) await session.host.inform(urn, sentence);
  }

  async function warnOfStatus(definition: PlatformDefinition, outs: Properties): Promise<void> {
    const word = String(outs["platformStatus"] ?? outs["status"]);
    const sentence = `it may not run: its status on ${definition.title} is "${word}"`;
    if (isNew(urnOf(outs), sentence)) await session.host.warn(urnOf(outs), sentence);
  }

  async function warnOfStaleness(outs: Properties): Promise<void> {
    const what = JSON.stringify([outs["lastSnapshotId"] ?? "", outs["lastSnapshotAt"] ?? "", outs["maxAge"] ?? ""]);
    const reason = stalenessOf(subjectOf(definitionOf(outs), outs), outs);
    if (isNew(urnOf(outs), what)) await session.host.warn(urnOf(outs), reason);
  }

  /** Warns of a stale backup, or fails for it, as `onStale` says; what was done goes into the state either way. */
  async function judged(id: string, outs: Properties): Promise<Properties> {
    if (outs["fresh"] !== false) return outs;
    if (outs["onStale"] === "fail") {
      throw new UnfinishedError(id, outs, stalenessOf(subjectOf(definitionOf(outs), outs), outs));
    }
    await warnOfStaleness(outs);
    return outs;
  }

  return {
    check(olds, news) {
      const { inputs, failures, warnings } = checkPolicy(olds, news, session.host.connections, nowMs());
      for (const warning of warnings) void session.host.warn(urnOf(news), warning);
      return { inputs, failures };
    },

    diff(id, olds, news) {
      const known = withId(id, olds);
      session.noteHeld(urnOf(news), known);
      void confirmStored(session, urnOf(news), id, known);
      const diff = diffPolicy(known, news, nowMs());
      if (diff.changes === false || (diff.replaces ?? []).length > 0) return diff;
      const definition = definitionOf(news);
      const due = dueByState(definition, known, news, nowMs());
      const tell = async (): Promise<void> => {
        for (const sentence of due) await informOnce(urnOf(news), sentence);
        for (const sentence of await pruningAhead(session, known, news, nowMs()))
          await informOnce(urnOf(news), sentence);
        if (isImpaired(known)) await warnOfStatus(definition, known);
        if (isStale(known, news)) await warnOfStaleness({ ...known, ...news });
      };
      void tell();
      return diff;
    },

    async create(inputs) {
      const runBy = runByOf(inputs);
      if (runBy === "platform") {
        const { id, outs } = await createOnPlatform(session, inputs);
        return { id, outs: await judged(id, outs) };
      }
      const id = ownIdOf(inputs);
      const outs = runBy === "up" ? await runOnce(session, id, inputs, {}) : await watch(session, inputs, {});
      return { id, outs: await judged(id, outs) };
    },

    async read(id, stored) {
      const props = withId(id, stored);
      const definition = definitionOf(props);
      const runBy = runByOf(props);
      await confirmStored(session, urnOf(props), id, props);
      if (runBy === "platform") {
        const outs = await readOnPlatform(session, id, props, stored["platform"] === undefined);
        if (outs === undefined && stored["platform"] === undefined) {
          throw new SnapshotsError(`[${definition.name}] there is no policy ${id}`, { kind: "notFound" });
        }
        return outs === undefined ? undefined : { id, props: outs, inputs: inputsOf(definition, outs) };
      }
      try {
        const outs =
          runBy === "up" ? await readRun(session, props) : await watch(session, inputsOf(definition, props), props);
        return { id, props: outs, inputs: inputsOf(definition, outs) };
      } catch (error) {
        if (!isSnapshotsError(error, "notFound")) throw error;
        await session.host.warn(
          urnOf(props),
          `what ${subjectOf(definition, props)} has can't be seen: ${error.message}. That proves nothing gone, and the ` +
            "policy stays in the state; if you know that it is gone, take the policy out of the program",
        );
        const isJudged = props["maxAge"] !== undefined && props["suspended"] !== true;
        const outs = { ...props, status: "unknown", ...(isJudged ? { fresh: false } : {}) };
        return { id, props: outs, inputs: inputsOf(definition, outs) };
      }
    },

    async update(id, olds, news) {
      const runBy = runByOf(news);
      const outs =
        runBy === "platform"
          ? await updateOnPlatform(session, id, news, olds)
          : runBy === "up"
            ? await runOnce(session, id, news, olds)
            : await watch(session, news, olds);
      return judged(id, outs);
    },

    async delete(id, stored) {
      const props = withId(id, stored);
      if (runByOf(props) === "platform") {
        await deleteOnPlatform(session, id, props);
      } else {
        const count = recordsOf(props).filter(({ status }) => status !== "failed").length;
        const those = count === 1 ? "the 1 snapshot that it holds stays" : `the ${count} snapshots that it holds stay`;
        const held = count === 0 ? "it holds no snapshots" : those;
        const what = runByOf(props) === "up" ? held : "it only watched, and every backup stays";
        await session.host.warn(urnOf(props), `forgotten: ${what} on ${definitionOf(props).title}`);
      }
      await settleDeleted(session, id, props);
    },
  };
}
