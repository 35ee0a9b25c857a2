import type { Command } from "commander";
import {
  defined,
  fileJournal,
  instantOf,
  previewRestore,
  type Restorable,
  type RestoreHooks,
  type RestoreQuery,
  type RestoreResult,
  restorable,
  restoreSnapshot,
  type Session,
  systemClock,
  targetInWords,
} from "../../provider";
import { idArgument } from "./arguments";
import { ask, canAsk } from "./confirm";
import { interruptible } from "./interrupt";
import { ageText, printJson, printTable, tell, UsageError } from "./output";
import { openSession } from "./session";
import { type ConnectionOptions, verb, withConnection } from "./verb";

interface Options extends ConnectionOptions {
  readonly confirm?: string;
  readonly files?: readonly string[];
  readonly again?: string;
  readonly json?: true;
}

/** Interval at which an unchanged status is reported again, in milliseconds. */
const STILL_MS = 60_000;
/** How long Ctrl-C waits for a recorded request to be withdrawn before it is sent, in milliseconds. */
const KEEP_BACK_MS = 1_000;

/** Phase of a restore, which determines the message at Ctrl-C. */
type Phase = "looking" | "sent" | "watching";

/** Shows what would be overwritten and asks for the target's id; resolves to the confirmed query. */
async function confirmed(
  session: Session,
  { target }: Restorable,
  query: Omit<RestoreQuery, "confirm">,
  signal: AbortSignal,
): Promise<RestoreQuery> {
  const { resourceId, overwrites, warnings, requestedAt } = await previewRestore(session, query);
  // An earlier run sent the request: only its outcome is looked up, so nothing needs confirming.
  if (requestedAt !== undefined) return { ...query, resourceId, confirm: target.id };
  for (const warning of warnings) await session.host.warn(undefined, warning);
  tell(`${resourceId} overwrites ${overwrites}. This can't be undone.`);
  const typed = await ask(`Type the id of the ${target.kind} to restore it: `, signal);
  if (typed === target.id) return { ...query, resourceId, confirm: target.id };
  throw new Error(`nothing was restored: ${typed === "" ? "nothing was typed" : `"${typed}" is not ${target.id}`}`);
}

/** Returns hooks that report the progress of a restore on stderr. */
function progressOf({ definition, target }: Restorable, enter: (phase: Phase) => void): RestoreHooks {
  const startMs = systemClock.now();
  const subject = targetInWords(definition, target);
  let isSent = false;
  let said: { readonly word: string; readonly atMs: number } | undefined;
  return {
    sending() {
      isSent = true;
      enter("sent");
      tell(`requesting the restore of ${subject}`);
    },
    watching() {
      enter("watching");
      tell(
        isSent
          ? `${definition.title} accepted the restore`
          : "an earlier run requested this restore, and its outcome is unknown: looking for the outcome, without another request",
      );
    },
    seen(word) {
      const nowMs = systemClock.now();
      const isSame = said?.word === word;
      if (isSame && nowMs - (said?.atMs ?? 0) < STILL_MS) return;
      said = { word, atMs: nowMs };
      tell(`the state of ${subject} is ${isSame ? "still " : ""}"${word}" (${ageText(nowMs - startMs)})`);
    },
  };
}

/** Returns a sentence about the state in which Ctrl-C leaves the restore. */
function leftBehind({ definition, target }: Restorable, phase: Phase): string {
  if (phase === "looking")
    return `nothing was requested: ${targetInWords(definition, target)} on ${definition.title} is unchanged`;
  const sent = phase === "sent" ? "its answer was not seen" : "it continues on the platform";
  return `the restore has been sent, and ${sent}. Run the same command again, which looks for its outcome and does not request another`;
}

async function restoreOnce(
  session: Session,
  what: Restorable,
  given: Omit<RestoreQuery, "confirm">,
  { confirm, json }: Options,
): Promise<void> {
  let phase: Phase = "looking";
  let stopped: AbortSignal | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const deliver = async (result: RestoreResult): Promise<void> => {
    const { resourceId, status, startedAt } = result;
    if (json) printJson({ resourceId, status, startedAt });
    else printTable(["SNAPSHOT", "STATUS", "STARTED"], [[resourceId, status, startedAt].map((text) => ({ text }))]);
    if (status === "accepted") tell(`check the data of ${targetInWords(what.definition, what.target)}: ${what.shows}`);
  };
  await interruptible(
    async (signal) => {
      stopped = signal;
      const query = confirm === undefined ? await confirmed(session, what, given, signal) : { ...given, confirm };
      const enter = (next: Phase): void => {
        phase = next;
      };
      const prepared = (overwrites: string, resourceId: string): void => {
        if (confirm !== undefined) tell(`${resourceId} overwrites ${overwrites}`);
      };
      const result = restoreSnapshot(session, query, { ...progressOf(what, enter), signal, prepared, deliver });
      running = result.catch(() => undefined);
      await result;
    },
    async () => {
      if (!stopped?.aborted) return;
      // A request that is recorded but not yet sent is held back and its journal entry removed.
      if (phase === "looking") await Promise.race([running, systemClock.sleep(KEEP_BACK_MS)]);
      tell(leftBehind(what, phase));
    },
  );
}

/** `pulumi-snapshots restore`: restores a snapshot over its target, once. */
export function restoreCommand(): Command {
  return withConnection(
    verb("restore", "Restore a snapshot, once: it overwrites the target's data", [
      "pulumi-snapshots restore scp/volume/3f500f00-ed80-4566-a057-e31760226f9a/latest",
      "pulumi-snapshots restore snapshooter/job/6f7c5f07-bd49-49a5-8416-27b8de037ddc/latest \\\n" +
        "      --confirm 6f7c5f07-bd49-49a5-8416-27b8de037ddc",
    ]),
  )
    .argument("<id>", "a Snapshot's resource id, or a target's with /latest for its newest usable one")
    .option(
      "--confirm <target id>",
      "the id of the target that is overwritten; if left out, you are asked for it on a terminal",
    )
    .option("--files <ids...>", "SnapShooter: the ids of the files to restore; left out, all of them")
    .option(
      "--again <instant>",
      "restore once more: the outcome of the request of this instant is unknown, and you have seen that it restored nothing",
    )
    .action(async (id: string, options: Options) => {
      const { definition } = idArgument(id);
      const { confirm, connection, files, again } = options;
      const what = restorable(id);
      if (files !== undefined && !what.takesFiles) {
        throw new UsageError(`--files: ${definition.title} restores a whole ${what.target.kind} only; leave it out`);
      }
      if (again !== undefined && instantOf(again) === undefined) {
        throw new UsageError(`--again: "${again}" is not an instant with a zone, such as 2026-11-21T04:00:00Z`);
      }
      if (confirm === undefined && !canAsk()) {
        throw new Error(
          `--confirm is missing: a restore overwrites ${targetInWords(definition, what.target)} on ${definition.title}; ` +
            `add --confirm ${what.target.id}`,
        );
      }
      const wanted = [{ platform: definition.name, connection }];
      const session = await openSession(options, wanted, fileJournal(process.env));
      const query = {
        resourceId: id,
        ...defined({ connection, files, again }),
      };
      await restoreOnce(session, what, query, options);
    });
}
