import { type Clock, isoText } from "../model/clock";
import { messageOf } from "../model/errors";
import type { Scope } from "../model/scope";
import type { JsonValue } from "../model/snapshot";
import { type ByteSink, downloadBytes } from "./download";
import { type FilesRequest, openFiles, problemOf } from "./files";
import type { Host } from "./host";
import type { Verdict } from "./verification";

/** Interval between progress messages of a download. */
const REPORT_MS = 10_000;

/** Snapshot to verify. */
export interface Verifiable extends Omit<FilesRequest, "scope"> {
  /** The platform's list of its files, if it consists of files. */
  readonly shown: JsonValue | undefined;
}

/**
 * Streams the bytes of a snapshot once and checks them, within the scope's time; never throws. A download that can't be
 * completed proves nothing, and a snapshot that seems broken is downloaded a second time before it counts as broken.
 */
export async function verify(
  subject: Verifiable,
  host: Pick<Host, "clock" | "random">,
  scope: Scope,
): Promise<Verdict> {
  const leftMs = scope.deadlineMs - host.clock.now();
  if (leftMs <= 0) return unproven("no time was left for its download: customTimeouts allow more");
  const signal = host.clock.timeout(leftMs);
  try {
    const first = await checkBytes(subject, host, scope, signal);
    return first.outcome === "broken" ? await checkBytes(subject, host, scope, signal) : first;
  } catch (error) {
    return unproven(signal.aborted ? "its download was not over in time: customTimeouts allow more" : messageOf(error));
  }
}

function unproven(because: string): Verdict {
  return { outcome: "unproven", because };
}

async function checkBytes(
  { shown, ...subject }: Verifiable,
  { clock, random }: Pick<Host, "clock" | "random">,
  scope: Scope,
  signal: AbortSignal,
): Promise<Verdict> {
  const opened = await openFiles({ ...subject, scope: () => scope });
  const known = Array.isArray(shown) ? shown.length : 0;
  if (opened.files.length < known) {
    return unproven(`the platform shows ${known} files and gives links to ${opened.files.length}`);
  }
  const report = reporter(scope, clock, subject.reference.snapshotId);
  let verifiedBytes = 0;
  let sha256: string | undefined;
  const files: [string, string][] = [];
  for (const { name, source } of opened.files) {
    const before = verifiedBytes;
    const onProgress = (bytes: number): void => report(before + bytes);
    const downloaded = await downloadBytes(source, nowhere, { clock, random, signal, onProgress });
    const problem = problemOf(opened, downloaded);
    if (problem !== undefined) {
      return { outcome: "broken", because: name === undefined ? problem : `file ${JSON.stringify(name)}: ${problem}` };
    }
    verifiedBytes += downloaded.bytes;
    if (name === undefined) sha256 = downloaded.sha256;
    else files.push([name, downloaded.sha256]);
  }
  if (verifiedBytes === 0) return { outcome: "broken", because: "it holds no bytes" };
  return {
    outcome: "intact",
    verifiedAt: isoText(clock.now()),
    verifiedBytes,
    ...(sha256 === undefined ? { files: Object.fromEntries(files) } : { sha256 }),
  };
}

const nowhere: ByteSink = { write: async () => undefined, restart: async () => undefined };

/** Reports the progress of a download every few seconds. */
function reporter({ announce }: Scope, clock: Clock, snapshotId: string): (bytes: number) => void {
  let saidMs = clock.now();
  return (bytes) => {
    if (clock.now() - saidMs < REPORT_MS) return;
    saidMs = clock.now();
    announce(`verifying snapshot "${snapshotId}": ${Math.floor(bytes / 1_000_000)} MB so far`);
  };
}
