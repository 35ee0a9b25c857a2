import { readdir, readFile } from "node:fs/promises";

function missing<Instead>(error: unknown, instead: Instead): Instead {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return instead;
  throw error;
}

/** The names of a folder's JSON files; none where there is no folder. */
export async function jsonFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => missing(error, []));
  return names.filter((name) => name.endsWith(".json"));
}

/** A file's text; undefined where there is no file. */
export function textOfFile(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: unknown) => missing(error, undefined));
}
