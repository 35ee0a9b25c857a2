import { readdir, readFile } from "node:fs/promises";

function missing<Instead>(error: unknown, instead: Instead): Instead {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return instead;
  throw error;
}

/** Returns the names of a folder's JSON files; empty if the folder does not exist. */
export async function jsonFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => missing(error, []));
  return names.filter((name) => name.endsWith(".json"));
}

/** Returns a file's text; undefined if the file does not exist. */
export function textOfFile(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: unknown) => missing(error, undefined));
}
