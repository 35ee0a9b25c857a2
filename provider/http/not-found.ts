import { isSnapshotsError } from "../model/errors";

/** Resolves to a call's answer, or undefined on `notFound`, which alone is not a proof of absence. */
export async function unlessNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isSnapshotsError(error, "notFound")) return undefined;
    throw error;
  }
}
