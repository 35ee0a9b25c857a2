import { isoText } from "../model/clock";
import { defined } from "../model/defined";
import { isSnapshotsError, messageOf, SnapshotsError } from "../model/errors";
import { until } from "../model/scope";
import { candidatesOf, inDoubt, inWords, lagEndMs, watchList } from "./search";
import type { CreateRequest, Listing, Outcome, Run, Sent } from "./types";
import { settle, waitUntilReady } from "./wait";

/** How long the list is watched for an item that should appear soon or may never have been created, in milliseconds. */
export const SETTLE_MS = 30_000;

/**
 * Sends the one create request, finds out what it created, and waits until that is ready. `before` is the list right
 * before the request. Throws if certainly nothing was created.
 */
export async function create<Item>(asked: Run<Item>, before: Listing<Item>): Promise<Outcome<Item>> {
  const { what, clock, scope } = asked;
  const { title, noun, describe } = what;
  const platformTime = (): string => isoText(clock.now() + before.aheadMs);
  let request: CreateRequest = {
    requestedAt: platformTime(),
    known: before.items.map((item) => describe(item).key),
    knownComplete: before.complete,
    ...defined({ labels: what.labels }),
  };
  let leftMs: number | undefined;
  let sent: Sent<Item>;
  try {
    sent = await what.send({
      ...scope,
      // A request may wait for its turn, or be refused for now and sent again: the last time it is sent counts.
      beforeChange: async () => {
        leftMs ??= clock.now();
        request = { ...request, requestedAt: platformTime() };
        await recordRequest(asked, request);
        await scope.beforeChange?.();
      },
    });
  } catch (error) {
    if (isSnapshotsError(error) && error.executed === "no") {
      await settle(asked);
      throw error;
    }
    return findUnanswered(asked, { ...request, endedAt: platformTime() }, error);
  }
  // The time that the request waited in our own queue doesn't count.
  const run = until(asked, Math.max(scope.deadlineMs, (leftMs ?? clock.now()) + what.timeoutMs));
  request = { ...request, endedAt: platformTime() };

  const named = sent.item ?? sent.unlisted;
  if (named !== undefined && request.known.includes(describe(named).key)) return refuseExisting(run, request, named);
  if (sent.item !== undefined) return waitUntilReady(run, { item: sent.item, request, isInferred: false });

  const { serverTimeMs, hints } = sent;
  // An item that only the answer names counts only if the list before the request could have shown it.
  const unlisted =
    sent.unlisted !== undefined && what.isComparable(sent.unlisted, before.items) ? sent.unlisted : undefined;
  request = {
    ...request,
    answer: defined({ serverTimeMs, hints }),
  };
  // From here on something has been created: a journal failure must not turn the outcome into an unknown one.
  await recordRequest(run, request).catch(() => undefined);
  // An answer that names the item is enough when the list lags; otherwise only the list can show the item. An item to
  // verify must be listed, since its bytes are found through the list.
  const patienceMs = unlisted === undefined || what.prove !== undefined ? Number.POSITIVE_INFINITY : SETTLE_MS;
  const search = await watchList(run, request, Math.min(run.scope.deadlineMs, clock.now() + patienceMs));
  if (search.outcome === "found")
    return waitUntilReady(run, { item: search.item, request, isInferred: unlisted === undefined });
  if (unlisted !== undefined) return waitUntilReady(run, { item: unlisted, request, isInferred: false });
  if (search.outcome === "undecided") return { ...search, outcome: "unknown", request };
  return {
    outcome: "unknown",
    request,
    reason:
      `${title}: the platform accepted the ${noun} at ${request.requestedAt}, and its list does not show it yet` +
      `${inDoubt(run, search.doubtful)}. The request is recorded: run pulumi up again, which looks for the ${noun} first ` +
      "and does not request another",
  };
}

async function recordRequest(run: Run<unknown>, request: CreateRequest): Promise<void> {
  const { urn, ownerId, requestHash, title, noun } = run.what;
  if (urn === undefined) return;
  await run.journal.note({ urn, ownerId, requestHash, request }).catch((error: unknown) => {
    throw new SnapshotsError(
      `${title}: no ${noun} is requested, since the request can't be recorded on this machine: ${messageOf(error)}`,
      { kind: "invalid", cause: error },
    );
  });
}

/** Refuses an item that was listed before the request: it can't be the request's result, and may belong to anyone. */
async function refuseExisting<Item>(run: Run<Item>, request: CreateRequest, named: Item): Promise<never> {
  const { title, noun, remedy } = run.what;
  const fresh = await candidatesOf(run, request).catch(() => []);
  await settle(run);
  const appeared =
    fresh.length === 0 ? "" : ` Since the request these have appeared, and may be its result: ${inWords(run, fresh)}.`;
  throw new SnapshotsError(
    `${title}: the answer names ${noun} ${inWords(run, [named])}, which existed before the request, so no new one is known ` +
      `to exist.${appeared} To keep an existing one, ${remedy(fresh[0] ?? named)}; else run pulumi up again`,
    { kind: "unexpectedAnswer", executed: "no" },
  );
}

/** Looks for the result of a request whose answer was lost: only the list can show whether something was created. */
async function findUnanswered<Item>(run: Run<Item>, request: CreateRequest, lost: unknown): Promise<Outcome<Item>> {
  const { clock, scope, what } = run;
  // Recorded with its end: a later run must not wait for an answer that is no longer in flight.
  await recordRequest(run, request).catch(() => undefined);
  // After a stated refusal, or with a list that never lags, one look is enough.
  const patienceMs = isSnapshotsError(lost, "invalid") ? 0 : Math.min(SETTLE_MS, what.listLagMs);
  const search = await watchList(run, request, Math.min(scope.deadlineMs, clock.now() + patienceMs));
  if (search.outcome === "found") {
    return waitUntilReady(run, { item: search.item, request, isInferred: !what.describe(search.item).bearsOwner });
  }
  if (search.outcome === "undecided") return { ...search, outcome: "unknown", request };
  return {
    outcome: "unknown",
    request,
    reason:
      `${messageOf(lost)}. Whether a ${what.noun} was created is not known yet, and the list shows none so far` +
      `${inDoubt(run, search.doubtful)}. The request is recorded: run pulumi up again, which looks for the ${what.noun} first and requests another only after none can appear ` +
      `(after ${isoText(lagEndMs(run, request))})`,
    cause: lost,
  };
}
