import {
  type ArchiveKind,
  type ByteSink,
  type Downloaded,
  defined,
  downloadBytes,
  filesOfSnapshot,
  type Held,
  type Properties,
  type Session,
  type SnapshotFileSource,
  type SnapshotFiles,
  systemClock,
} from "../../provider";
import { tell } from "./output";
import { progressBar } from "./progress";

/** One file of a snapshot as `--json` shows it. */
export interface FetchedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly archive: ArchiveKind;
}

/** Looks up the files of a snapshot, using the connection from the options. */
export function filesOf(
  session: Session,
  query: Properties,
  { connection }: { readonly connection?: string },
): Promise<SnapshotFiles> {
  return filesOfSnapshot(session, { ...query, ...defined({ connection }) });
}

/** Downloads one file's bytes to a sink, with a progress bar on a terminal. */
export async function fetchTo(
  { source }: SnapshotFileSource,
  sink: ByteSink,
  options: {
    readonly title: string;
    readonly held?: Held | undefined;
    readonly signal: AbortSignal;
    readonly isQuiet: boolean;
  },
): Promise<Downloaded> {
  const bar = progressBar(options.title, !options.isQuiet);
  options.signal.addEventListener("abort", () => bar.stop(), { once: true });
  try {
    return await downloadBytes(source, sink, {
      clock: systemClock,
      random: Math.random,
      held: options.held,
      signal: options.signal,
      onProgress: (bytes, totalBytes) => bar.update(bytes, totalBytes),
      onRetry: tell,
    });
  } finally {
    bar.stop();
  }
}
