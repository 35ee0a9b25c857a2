import { isSnapshotsError } from "../model/errors";

/** What a call answers; undefined where the platform says that there is no such thing, which alone proves no absence. */
export async function unlessNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isSnapshotsError(error, "notFound")) return undefined;
    throw error;
  }
}
