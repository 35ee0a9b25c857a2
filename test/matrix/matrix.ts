import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { ProviderCode } from "./engine-stack";
import { type Circumstances, type Fault, faults } from "./faults";
import { type MatrixCase, type Outcome, play, type Request, requestsOf, type Stage } from "./matrix-case";
import { policySteps } from "./policy-steps";
import { restoreSteps } from "./restore-steps";
import type { ShardOrder } from "./shard";
import { type Step, snapshotSteps } from "./steps";
import { type MatrixTarget, targets } from "./targets";

/** Case with its outcome. */
export type Played = MatrixCase & { readonly outcome: Outcome };

/** Filter for targets, steps and faults: those whose name contains the text; all if it is omitted. */
export interface Meant {
  readonly target?: string;
  readonly step?: string;
  readonly fault?: string;
}

/** Case by its names, with its outcome. */
interface Shown {
  readonly target: string;
  readonly step: string;
  readonly request: Request;
  readonly fault: string;
  readonly outcome: Outcome;
}

const steps: readonly Step[] = [...snapshotSteps, ...policySteps, ...restoreSteps];

/** One process for each of the two cores that the matrix is designed for. */
const SHARDS = 2;
/** Number of cases that a process plays in parallel. */
const SIDE_BY_SIDE = 12;

/** Unique name of a case. */
export function nameOf({ target, step, request, fault }: MatrixCase): string {
  return `${target.title} | ${step.name} | ${request.operation} ${request.nth + 1} | ${fault.name}`;
}

/** Requests of a step that get faults: the first and the last of each operation. */
function meantBy(requests: readonly Request[], step: Step, target: MatrixTarget): Request[] {
  const last = new Map(requests.map(({ operation, nth }) => [operation, nth]));
  const taken = requests.findIndex(({ operation }) => operation === target.create);
  return requests.filter(({ operation, nth, index }) => {
    // Requests before the wait belong to the create.
    if (step.startsAfterCreate && index <= taken) return false;
    return nth === 0 || nth === last.get(operation);
  });
}

/** Whether a request can get a fault that happens to some requests only. */
function isMeantFor({ on }: Fault, { operation, nth, changes, isLaterPage }: Request, target: MatrixTarget): boolean {
  const isList = /^list-(?!backup-schedules)/.test(operation);
  switch (on) {
    case "lists":
      return isList;
    case "counted lists":
      return isList && ["scp", "snapshooter"].includes(target.platform);
    case "later pages":
      return isLaterPage;
    case "changes":
      return changes;
    case "creates":
      // A restore creates nothing that a response could name.
      return operation === target.create && nth === 0 && target.resource !== "Restore";
    case "deletes":
      return operation === target.delete;
    default:
      return true;
  }
}

function canHappen(fault: Fault, request: Request, target: MatrixTarget, step: Step, first: Request): boolean {
  if (step.isNarrow && !fault.isBasic) return false;
  if (!step.isNarrow && fault.isStanding && fault.under === undefined) return false;
  if (fault.under?.appliesTo?.(target) === false) return false;
  if (fault.isStanding && request !== first) return false;
  if (fault.isDouble) return step.isFresh === true && request.operation === target.create && request.nth === 0;
  if (fault.needsNext && target.isUnseen && request.operation === target.create) return false;
  if (fault.isOfApi && request.operation === "download") return false;
  if (fault.isOfSnapshots && target.runBy === "platform") return false;
  if (fault.isRepeated && target.resource === "BackupPolicy" && !request.changes) return false;
  // A fault that lasts for the rest of the run begins with the first request of its kind.
  if (fault.lasting && fault.on !== "lists" && request.nth > 0) return false;
  return isMeantFor(fault, request, target);
}

/** Groups faults by the conditions that decide which pages a step requests. */
function byPages(all: readonly Fault[]): Map<Circumstances | undefined, Fault[]> {
  const groups = new Map<Circumstances | undefined, Fault[]>();
  for (const fault of all) {
    const pages = fault.on === "later pages" ? fault.under : undefined;
    groups.set(pages, [...(groups.get(pages) ?? []), fault]);
  }
  return groups;
}

/** Every case: each fault that can happen to each request of each step, on each target that has the step. */
async function casesOf(stage: Stage, meant: Meant): Promise<MatrixCase[]> {
  const cases: MatrixCase[] = [];
  const isMeant = (name: string, text = "") => name.includes(text);
  for (const target of targets) {
    if (!isMeant(target.title, meant.target)) continue;
    for (const step of steps.filter((one) => one.appliesTo(target) && isMeant(one.name, meant.step))) {
      for (const [under, alike] of byPages(faults.filter(({ name }) => isMeant(name, meant.fault)))) {
        if (under?.appliesTo?.(target) === false) continue;
        const requests = meantBy(await requestsOf(stage, target, step, under), step, target);
        for (const request of requests) {
          for (const fault of alike.filter((one) => canHappen(one, request, target, step, requests[0] ?? request))) {
            cases.push({ target, step, request, fault });
          }
        }
      }
    }
  }
  return cases;
}

/** Plays one process's share of the cases in parallel. */
export async function playShard(
  code: ProviderCode,
  { shard, shards, meant, folder }: Omit<ShardOrder, "result">,
): Promise<Shown[]> {
  let strayed = 0;
  const elsewhere = createServer((_request, response) => {
    strayed += 1;
    response.end("{}");
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  // Nobody reads the stack traces of the many thousand errors, which take longer than everything else.
  Error.stackTraceLimit = 0;
  try {
    let port = process.pid * 613;
    const stage: Stage = {
      code,
      folder,
      // Below the ports that systems assign automatically.
      nextPort() {
        port += 1;
        return 10_000 + (port % 20_000);
      },
      elsewhere: `http://localhost:${(elsewhere.address() as AddressInfo).port}/snapshot`,
    };
    const queue = (await casesOf(stage, meant)).filter((_one, index) => index % shards === shard);
    const shown: Shown[] = [];
    const work = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const before = strayed;
        const outcome = await play(stage, next);
        const leaks = strayed > before ? [...outcome.leaks, "a request went to another origin"] : outcome.leaks;
        const { target, step, request, fault } = next;
        shown.push({
          target: target.title,
          step: step.name,
          request,
          fault: fault.name,
          outcome: { ...outcome, leaks },
        });
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    return shown;
  } finally {
    elsewhere.close();
  }
}

/** Plays the selected cases on a copy of the code in `folder`, with a process for each core. */
export async function playMatrix(folder: string, meant: Meant = {}): Promise<Played[]> {
  const shares = await Promise.all(
    Array.from({ length: SHARDS }, async (_none, shard) => {
      const homes = join(folder, `homes-${shard}`);
      mkdirSync(homes);
      const result = join(folder, `shown-${shard}.json`);
      const order: ShardOrder = { shard, shards: SHARDS, meant, folder: homes, result };
      const script = join(folder, "test", "matrix", "shard.js");
      const child = spawn(process.execPath, [script, JSON.stringify(order)], {
        stdio: ["ignore", "inherit", "inherit"],
      });
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("exit", resolve);
      });
      if (code !== 0) throw new Error(`a process of the matrix ended with ${code}`);
      return JSON.parse(readFileSync(result, "utf8")) as Shown[];
    }),
  );
  const byName = <Item>(items: readonly Item[], nameIn: (item: Item) => string, name: string): Item => {
    const item = items.find((one) => nameIn(one) === name);
    if (item === undefined) throw new Error(`the matrix has no ${name}`);
    return item;
  };
  return shares.flat().map(({ target, step, request, fault, outcome }) => ({
    target: byName(targets, ({ title }) => title, target),
    step: byName(steps, ({ name }) => name, step),
    request,
    fault: byName(faults, ({ name }) => name, fault),
    outcome,
  }));
}
