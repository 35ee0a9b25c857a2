import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProviderCode } from "./engine-stack";
import { type Fault, faults } from "./faults";
import { type MatrixCase, type Outcome, play, type Request, requestsOf, type Stage } from "./matrix-case";
import { type Step, steps } from "./steps";
import { type MatrixTarget, targets } from "./targets";

/** A case with what it has shown. */
export type Played = MatrixCase & { readonly outcome: Outcome };

/** How many cases are played side by side. */
const SIDE_BY_SIDE = 12;

/** What names a case: no two have the same. */
export function nameOf({ target, step, request, fault }: MatrixCase): string {
  return `${target.title} | ${step.name} | ${request.operation} ${request.nth + 1} | ${fault.name}`;
}

/** The requests of a step that get faults: of many looks the first and the last. */
function meantBy(requests: readonly Request[], step: Step, target: MatrixTarget): Request[] {
  const last = new Map(requests.map(({ operation, nth }) => [operation, nth]));
  const taken = requests.findIndex(({ operation }) => operation === target.create);
  return requests.filter(({ operation, nth, index }) => {
    // What comes before the wait is the create's.
    if (step.startsAfterCreate && index <= taken) return false;
    return nth === 0 || nth === last.get(operation);
  });
}

function canHappen(fault: Fault, request: Request, target: MatrixTarget, step: Step): boolean {
  if (fault.isDouble) return step.isFresh === true && request.operation === target.create && request.nth === 0;
  // What goes on for the rest of the run begins with the first request of its kind.
  if (fault.lasting && fault.on !== "lists" && request.nth > 0) return false;
  if (fault.on === "lists") return /^list-/.test(request.operation);
  return fault.on !== "changes" || request.changes;
}

/** Every case: each fault that can happen to each request of each step, on each target that has the step. */
async function casesOf(stage: Stage, isMeant: (given: MatrixCase) => boolean): Promise<MatrixCase[]> {
  const cases: MatrixCase[] = [];
  for (const target of targets) {
    for (const step of steps.filter(({ appliesTo }) => appliesTo(target))) {
      for (const request of meantBy(await requestsOf(stage, target, step), step, target)) {
        for (const fault of faults.filter((one) => canHappen(one, request, target, step))) {
          cases.push({ target, step, request, fault });
        }
      }
    }
  }
  return cases.filter(isMeant);
}

/** Plays the cases that are meant, side by side. */
export async function playMatrix(
  code: ProviderCode,
  isMeant: (given: MatrixCase) => boolean = () => true,
): Promise<Played[]> {
  let strayed = 0;
  const elsewhere = createServer((_request, response) => {
    strayed += 1;
    response.end("{}");
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const folder = await mkdtemp(join(tmpdir(), "pulumi-snapshots-matrix-"));
  // Nobody reads the stacks of the many thousand errors, which take longer than all the rest.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const stage: Stage = {
      code,
      folder,
      elsewhere: `http://localhost:${(elsewhere.address() as AddressInfo).port}/snapshot`,
    };
    const cases = await casesOf(stage, isMeant);
    const played = new Map<MatrixCase, Outcome>();
    const queue = [...cases];
    const work = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const before = strayed;
        const outcome = await play(stage, next);
        const leaks = strayed > before ? [...outcome.leaks, "a request went to another origin"] : outcome.leaks;
        played.set(next, { ...outcome, leaks });
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    return [...played].map(([given, outcome]) => ({ ...given, outcome }));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    elsewhere.close();
    await rm(folder, { recursive: true });
  }
}
