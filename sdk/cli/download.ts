import { stat } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { type ByteSink, type Downloaded, problemOf, type SnapshotFileSource, type SnapshotFiles } from "../../provider";
import { idArgument } from "./arguments";
import { type FetchedFile, fetchTo, filesOf } from "./fetch";
import { defaultName, namesInFolder } from "./file-names";
import { interruptible } from "./interrupt";
import { bytesText, printJson, printTable, tell, UsageError } from "./output";
import { openPart, type PartFile } from "./part-file";
import { openSession } from "./session";
import { type ConnectionOptions, verb, withConnection } from "./verb";

interface Options extends ConnectionOptions {
  readonly output?: string;
  readonly force?: true;
  readonly json?: true;
}

/** A file of a snapshot and its local path. */
interface Planned {
  readonly file: SnapshotFileSource;
  readonly target: string;
}

async function kindOf(file: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(file)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Assigns a local path to each file: a name of its own in a folder, or the requested path. */
async function planOf({ resourceId, files }: SnapshotFiles, output: string | undefined): Promise<Planned[]> {
  const isFolder = output !== undefined && (/[/\\]$/.test(output) || (await kindOf(output)) === "folder");
  const [first] = files;
  if (first === undefined) return [];
  if (files.length === 1) {
    const target = output !== undefined && !isFolder ? output : undefined;
    if (target !== undefined) return [{ file: first, target }];
    return [{ file: first, target: path.join(output ?? "", defaultName(resourceId, first.storedAs)) }];
  }
  const folder = output ?? defaultName(resourceId);
  const names = namesInFolder(files.map(({ name }) => name ?? ""));
  return files.map((file, index) => ({ file, target: path.join(folder, names[index] ?? "") }));
}

async function refuseExisting(planned: readonly Planned[], isForced: boolean): Promise<void> {
  for (const { target } of planned) {
    const kind = await kindOf(target);
    if (kind === "folder") throw new Error(`${target} is a folder`);
    if (kind === "file" && !isForced) throw new Error(`${target} exists; use --force to replace it`);
  }
}

/** Downloads one file; nothing is kept of a broken archive. */
async function fetchFile(snapshot: SnapshotFiles, { file, target }: Planned, isQuiet: boolean): Promise<FetchedFile> {
  let part: PartFile = await openPart(target, snapshot.resourceId, file.name);
  const title = path.basename(target);
  const leave = async (): Promise<void> => {
    await part.keep().catch(() => undefined);
    tell(`the bytes so far are kept in ${target}.part; run the same command to resume`);
  };
  return interruptible(async (signal) => {
    const fetched = async (): Promise<Downloaded> => fetchTo(file, part, { title, held: part.held, signal, isQuiet });
    let result = await fetched();
    const isDoubtful = part.held !== undefined && !part.isNoted;
    if (isDoubtful && (result.archive.kind === "unknown" || result.archive.problem !== undefined)) {
      tell(`${target}.part belongs to another download; starting over`);
      await part.discard();
      part = await openPart(target, snapshot.resourceId, file.name);
      result = await fetched();
    }
    const problem = problemOf(snapshot, result);
    if (problem !== undefined) {
      await part.discard();
      throw new Error(`${file.source.subject}: ${problem}; nothing was kept`);
    }
    await part.finish();
    return { path: target, bytes: result.bytes, sha256: result.sha256, archive: result.archive.kind };
  }, leave);
}

/** Returns a sink that writes to stdout at the reader's pace. */
function stdoutSink(): ByteSink {
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

async function fetchToStdout(snapshot: SnapshotFiles, file: SnapshotFileSource): Promise<void> {
  const { resourceId } = snapshot;
  const result = await interruptible(
    (signal) => fetchTo(file, stdoutSink(), { title: resourceId, signal, isQuiet: false }),
    async () => undefined,
  );
  const problem = problemOf(snapshot, result);
  if (problem !== undefined) throw new Error(`${file.source.subject}: ${problem}`);
  tell(`${resourceId}: ${bytesText(result.bytes)}, SHA-256 ${result.sha256}, ${result.archive.kind}`);
}

/** `pulumi-snapshots download`: downloads a snapshot's bytes to a file and checks them on the way. */
export function downloadCommand(): Command {
  return withConnection(
    verb("download", "Download a snapshot and check it on the way; an interrupted download is resumed", [
      "pulumi-snapshots download discloud/app/1745338954955/20241207-190711",
      "pulumi-snapshots download virtus/database/7c4de81f90b24a6a8d35e2b1f06a9c57/latest -o backups/",
      "pulumi-snapshots download discloud/app/1745338954955/latest -o - | restic backup --stdin",
    ]),
  )
    .argument("<id>", "a Snapshot's resource id, or a target's with /latest for its newest usable one")
    .option("-o, --output <path>", "a file, a folder, or - for stdout; default: a name derived from the id")
    .option("--force", "overwrite existing files")
    .action(async (id: string, options: Options) => {
      const { definition, query } = idArgument(id);
      const { output } = options;
      if (output === "-" && options.json) throw new UsageError("--json and -o - both write to stdout; use one of them");
      const session = await openSession(options, [{ platform: definition.name, connection: options.connection }]);
      const snapshot = await filesOf(session, query, options);
      const [first, ...others] = snapshot.files;
      if (first === undefined) throw new Error(`${snapshot.resourceId} has no files`);
      if (output === "-") {
        if (others.length > 0) {
          throw new UsageError(`${snapshot.resourceId} has ${others.length + 1} files: stdout takes one, -o a folder`);
        }
        await fetchToStdout(snapshot, first);
        return;
      }
      const planned = await planOf(snapshot, output);
      await refuseExisting(planned, options.force === true);
      const files: FetchedFile[] = [];
      for (const one of planned) files.push(await fetchFile(snapshot, one, options.json === true));
      if (options.json) {
        printJson({ resourceId: snapshot.resourceId, files });
        return;
      }
      const rows = files.map((file) => [
        { text: file.path },
        { text: bytesText(file.bytes) },
        { text: file.archive },
        { text: file.sha256 },
      ]);
      printTable(["FILE", "SIZE", "ARCHIVE", "SHA-256"], rows);
    });
}
