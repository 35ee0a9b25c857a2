import { z } from "zod";
import { type Api, callApi } from "../../http/client";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PolicyObservation } from "../../model/policy";
import type { Scope } from "../../model/scope";

/** Why an absence is not proven, and what helps. */
export interface Doubt {
  /** A clause. */
  readonly reason: string;
  /** What the user can do about it: a clause. */
  readonly remedy: string;
}

/** Whether the connection's credential sees a target. */
export type Visibility =
  | { readonly isVisible: true }
  /** `isForbidden`: the credential may not ask for it. */
  | ({ readonly isVisible: false; readonly isForbidden: boolean } & Doubt);

/**
 * One thing of a target, with the two questions that tell whether it exists. A service answers a credential of another
 * account as if nothing were there, so its word for an absence counts only where the credential sees the target.
 */
export interface Sight<Found> {
  /** What it is, for messages. */
  readonly subject: string;
  /** How the service says that it is not there: a clause. */
  readonly absence: string;
  /**
   * The thing as the service shows it; undefined where the service says that it is not there. `notFound` is thrown where
   * the service says so of the target itself.
   */
  look(scope: Scope): Promise<Found | undefined>;
  /** The target that it is of. */
  readonly target: ShownTarget;
}

/** A target as a service shows it under its id. */
export interface ShownTarget {
  readonly api: Api;
  /** The service that has it. */
  readonly service: string;
  /** What it is, for messages: `volume 3f50…`. */
  readonly name: string;
  readonly id: string;
  readonly path: string;
}

/** What looking for one thing has shown. */
export type Seen<Found> =
  | { readonly outcome: "found"; readonly found: Found }
  | { readonly outcome: "gone"; readonly proof: string }
  | ({ readonly outcome: "unproven" } & Doubt);

const shownTarget = z.object({ id: z.string() });

/** What the service's 404 for a target itself leaves open. */
function notSeen({ service, name, api }: ShownTarget): Doubt {
  return {
    reason: `the ${service} service answers 404 for ${name} itself, as it also does to another account's credential`,
    remedy: `if ${name} still exists, give the connection "${api.connection.name}" a credential that sees it`,
  };
}

/** Asks a service for a target. Answers other than the target, a 403 or the service's own 404 are errors. */
export async function askForTarget(target: ShownTarget, scope: Scope): Promise<Visibility> {
  const { api, name, id, path } = target;
  try {
    const { data } = await callApi(
      api,
      { operation: "show", target: name, method: "GET", path, expect: shownTarget },
      scope,
    );
    if (data.id === id) return { isVisible: true };
    throw new SnapshotsError(`[scp] show ${name}: the answer is about another one, ${data.id}`, {
      kind: "unexpectedAnswer",
    });
  } catch (error) {
    if (isSnapshotsError(error, "notFound")) return { isVisible: false, isForbidden: false, ...notSeen(target) };
    if (isSnapshotsError(error, "forbidden")) {
      return {
        isVisible: false,
        isForbidden: true,
        reason: `whether the credential is of the account of ${name} is not known, since it may not show it (HTTP 403)`,
        remedy: `allow the credential of the connection "${api.connection.name}" to show ${name}`,
      };
    }
    throw error;
  }
}

/**
 * Looks for one thing: `gone` only where its service says that it is not there, and the credential sees its target.
 * Throws where an answer tells neither.
 */
export async function lookFor<Found>(sight: Sight<Found>, scope: Scope): Promise<Seen<Found>> {
  const { target } = sight;
  let found: Found | undefined;
  try {
    found = await sight.look(scope);
  } catch (error) {
    if (!isSnapshotsError(error, "notFound")) throw error;
    return { outcome: "unproven", ...notSeen(target) };
  }
  if (found !== undefined) return { outcome: "found", found };
  const visibility = await askForTarget(target, scope);
  if (!visibility.isVisible) return { outcome: "unproven", reason: visibility.reason, remedy: visibility.remedy };
  return { outcome: "gone", proof: `${sight.absence}, and the ${target.service} service shows ${target.name}` };
}

/**
 * Whether a list counts as proof of what it does not show. An empty one is also the answer to another account's
 * credential: it counts only where the credential sees the target.
 */
export async function isProof(entries: readonly unknown[], target: ShownTarget, scope: Scope): Promise<boolean> {
  if (entries.length > 0) return true;
  return askForTarget(target, scope).then(
    ({ isVisible }) => isVisible,
    (error: unknown) => {
      // What keeps the target from being shown makes the list no less true, only no proof.
      if (isSnapshotsError(error)) return false;
      throw error;
    },
  );
}

/** What was seen of a policy that was not found. */
export function unlessFound(seen: Exclude<Seen<unknown>, { outcome: "found" }>): PolicyObservation {
  return seen.outcome === "gone" ? seen : { outcome: "unproven", reason: `${seen.reason}; ${seen.remedy}` };
}
