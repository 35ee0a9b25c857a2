import * as pulumi from "@pulumi/pulumi";
import type { Host, JsonValue, Properties, Session } from "../provider";
import type { InputsOf } from "./arguments";
import { readConnections } from "./connections";
import { core } from "./core";
import type { OfAll, OfOne, Platform } from "./platforms";
import type { SnapshotStatus } from "./snapshot";

/** Target of a snapshot, named by the argument that its platform has for it. */
export type SnapshotTarget = OfOne<"target">;

/** Arguments of {@link getSnapshots}; `limit` is the maximum number of snapshots returned (default: all). */
export type GetSnapshotsArgs = (SnapshotTarget | OfOne<"account">) & { limit?: number };

/** Arguments of {@link getSnapshot}; `id` is the platform's own id, or `"latest"` for the newest usable one. */
export type GetSnapshotArgs = SnapshotTarget & { id: string };

/**
 * Arguments of {@link getDownloadLink}; `id` is the platform's own id, or `"latest"` for the newest usable one.
 * Samsung Cloud Platform offers no download links.
 */
export type GetDownloadLinkArgs = Extract<SnapshotTarget, { platform: OfOne<"downloads"> }> & { id: string };

/** A snapshot as functions return it: its resource id and the outputs of a Snapshot. */
export interface SnapshotResult extends OfAll<"snapshotResult"> {
  /** The id that `Snapshot.get` takes. */
  id: string;
  /** The platform of the snapshot. */
  platform: Platform;
  /** The connection that was used. */
  connection: string;
  /** The platform's own id. */
  snapshotId: string;
  /** Status of the snapshot, as far as it is known. */
  status: SnapshotStatus;
  /** The platform's own word for the status, where it has one. */
  platformStatus?: string;
  /** Time at which it was taken, ISO-8601 UTC; absent where it isn't reliably known (Discloud gives no time zone). */
  createdAt?: string;
  /** Size in bytes, where the API reports bytes. */
  sizeBytes?: number;
  /** Size as text, as the API reports it. */
  sizeText?: string;
}

/** A link to a snapshot's bytes. Anyone who has it can download them: keep it out of logs and plain outputs. */
export interface DownloadLinkResult {
  /** The link, a bearer secret. */
  url: string;
  /** Time at which the link expires, ISO-8601 UTC, where the platform reports it. */
  expiresAt?: string;
  /** SnapShooter: the links by file name; `url` is the first. A name is data: it may contain slashes and dots. */
  files?: Record<string, string>;
}

// One session for all functions of a program, so that they share a platform's rate limits.
let shared: Session | undefined;

function programSession(): Session {
  if (shared !== undefined) return shared;
  const unused = (): never => {
    throw new Error("a function only reads");
  };
  const host: Host = {
    clock: core().systemClock,
    random: Math.random,
    connections: readConnections(),
    journal: { find: unused, others: unused, note: unused, settle: unused, confirm: unused },
    warn: async (_urn, message) => pulumi.log.warn(message),
    inform: async (_urn, message) => pulumi.log.info(message),
    announce: (_urn, message) => void pulumi.log.info(message, undefined, undefined, true),
  };
  const { Session } = core();
  shared = new Session(host);
  return shared;
}

function plain(args: object): Properties {
  return args as Record<string, JsonValue>;
}

/** Sends a program's request to a platform. An error ends the program with its reason, without a stack trace. */
async function ask<Answer>(name: string, request: (session: Session) => Promise<Answer>): Promise<Answer> {
  try {
    return await request(programSession());
  } catch (error) {
    if (!(error instanceof core().SnapshotsError)) throw error;
    throw new pulumi.RunError(`${name}: ${error.message}`, { cause: error });
  }
}

/**
 * Lists the snapshots of one target, or of the whole account where the API can (Discloud): all pages, newest first.
 * Fails with the platform's reason; a response that can't be interpreted is an error, never an empty list.
 */
export async function getSnapshots(args: GetSnapshotsArgs): Promise<SnapshotResult[]> {
  const items = await ask("getSnapshots", (session) => core().listSnapshots(session, plain(args)));
  return items as unknown as SnapshotResult[];
}

/** {@link getSnapshots} for arguments that are outputs. */
export function getSnapshotsOutput(args: pulumi.Input<InputsOf<GetSnapshotsArgs>>): pulumi.Output<SnapshotResult[]> {
  return pulumi.output(args).apply((known) => getSnapshots(known as GetSnapshotsArgs));
}

/** Returns one snapshot by the platform's own id, or the newest usable one for `latest`. A missing one is an error. */
export async function getSnapshot(args: GetSnapshotArgs): Promise<SnapshotResult> {
  const item = await ask("getSnapshot", (session) => core().showSnapshot(session, plain(args)));
  return item as unknown as SnapshotResult;
}

/** {@link getSnapshot} for arguments that are outputs. */
export function getSnapshotOutput(args: pulumi.Input<InputsOf<GetSnapshotArgs>>): pulumi.Output<SnapshotResult> {
  return pulumi.output(args).apply((known) => getSnapshot(known as GetSnapshotArgs));
}

/** Returns a new download link to one snapshot's bytes. The link is a bearer secret and is not stored anywhere. */
export function getDownloadLink(args: GetDownloadLinkArgs): Promise<DownloadLinkResult> {
  return ask("getDownloadLink", (session) => core().linkToSnapshot(session, plain(args)));
}

/**
 * {@link getDownloadLink} for arguments that are outputs; the result is secret. As a stack output it loses a file named
 * `__proto__`, which the engine's maps can't hold.
 */
export function getDownloadLinkOutput(
  args: pulumi.Input<InputsOf<GetDownloadLinkArgs>>,
): pulumi.Output<DownloadLinkResult> {
  // The arguments are made secret, not the result: the result would be copied and lose a file named `__proto__`.
  return pulumi.secret(args).apply((known) => getDownloadLink(known as GetDownloadLinkArgs));
}
