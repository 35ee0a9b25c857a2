import type { z } from "zod";
import { isoText } from "../model/clock";
import { defined } from "../model/defined";
import { SnapshotsError } from "../model/errors";
import type { Answer, Api, Call, RawAnswer } from "./call";
import { prefixOf, statusError } from "./failures";
import { redact } from "./redact";
import { httpDateMs } from "./retry";

/** Deepest accepted nesting: recursive code must not overflow the stack. No documented answer exceeds ten levels. */
const DEEPEST_LEVEL = 64;
/** Largest difference between this machine's clock and a platform's without a warning, in milliseconds. */
const LARGEST_SKEW_MS = 5 * 60_000;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTooDeep(text: string): boolean {
  let level = 0;
  let isInText = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isInText) {
      if (character === "\\") index++;
      else if (character === '"') isInText = false;
    } else if (character === '"') {
      isInText = true;
    } else if (character === "[" || character === "{") {
      level++;
      if (level > DEEPEST_LEVEL) return true;
    } else if (character === "]" || character === "}") {
      level--;
    }
  }
  return false;
}

/** Describes both clocks if they differ too much; the server's may be anywhere between sending and receiving. */
function clockProblem(api: Api, serverTimeMs: number | undefined, sentMs: number): string | undefined {
  const nowMs = api.clock.now();
  if (serverTimeMs === undefined) return undefined;
  if (Math.max(sentMs - serverTimeMs, serverTimeMs - nowMs) <= LARGEST_SKEW_MS) return undefined;
  return (
    `this machine's clock shows ${isoText(nowMs)} and ${api.connection.platform}'s ${isoText(serverTimeMs)}: ` +
    "correct this machine's clock"
  );
}

/** Checks the answer to a request sent at `sentMs`; throws if it is not one that the call expects. */
export async function checkAnswer<Schema extends z.ZodType>(
  api: Api,
  call: Call<Schema>,
  changes: boolean,
  answer: RawAnswer,
  sentMs: number,
): Promise<Answer<z.output<Schema>>> {
  const serverTimeMs = httpDateMs(answer.headers["date"]);
  const clocks = clockProblem(api, serverTimeMs, sentMs);
  if (clocks !== undefined) await api.warn?.(`${clocks}, by which schedules and ages are computed`);
  const tooDeep = isTooDeep(answer.text);
  const json = tooDeep ? undefined : parseJson(answer.text);
  if (answer.status < 200 || answer.status > 299) {
    throw statusError(api, call, answer, json, serverTimeMs, clocks);
  }

  const checked = call.expect.safeParse(json);
  const isNotJson = json === undefined && answer.text.trim() !== "";
  if (!checked.success || isNotJson) {
    const explanation = api.explain(answer, json, call.method);
    const issue = checked.error?.issues[0];
    const what =
      answer.text.trim() === ""
        ? "an empty answer"
        : tooDeep
          ? `an answer of more than ${DEEPEST_LEVEL} levels`
          : isNotJson
            ? "an answer that is not JSON"
            : `an answer that its documents don't describe (${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")})`;
    const said = explanation.message === undefined ? "" : `: ${explanation.message}`;
    // A success status with a reason instead of a result: by the platform's own words, the change was refused.
    const isRefusal = changes && explanation.message !== undefined;
    throw new SnapshotsError(
      `${prefixOf(api, call)}: HTTP ${answer.status} with ${redact(what + said, api.connection.secrets)}`,
      {
        kind: explanation.kind ?? (isRefusal ? "invalid" : "unexpectedAnswer"),
        executed: "maybe",
        status: answer.status,
      },
    );
  }
  return {
    data: checked.data,
    status: answer.status,
    ...defined({ serverTimeMs }),
  };
}
