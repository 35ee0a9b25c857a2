import { isoText } from "../../model/clock";
import type { Properties } from "../host";
import { type Session, sharing, textOf, urnOf } from "../session";
import { judge } from "./freshness";
import { policyInputsOf } from "./meaning";
import { ownIdOf, policyIdOf } from "./policy-id";
import type { PolicyRunner } from "./runner";

/** Policies that only watch that somebody else's backups appear. */
export function watched(session: Session): PolicyRunner {
  async function look(inputs: Properties, olds: Properties): Promise<Properties> {
    const urn = urnOf(inputs);
    const { platform, scope, target } = session.openFor(inputs);
    const { snapshots, serverTimeMs } = await platform.list(target, sharing(scope));
    const nowMs = serverTimeMs ?? session.host.clock.now();
    return {
      ...inputs,
      runBy: "watched",
      policyId: policyIdOf(urn, olds),
      status: inputs["suspended"] === true ? "suspended" : "active",
      createdAt: textOf(olds, "createdAt") ?? isoText(nowMs),
      ...judge(inputs, snapshots, nowMs),
    };
  }

  return {
    create: async (inputs) => ({ id: ownIdOf(inputs), outs: await look(inputs, {}) }),
    read: (_id, props) => look(policyInputsOf(props), props),
    update: (_id, olds, news) => look(news, olds),
    delete: async () => ({ what: "every backup (the policy only watched)", needsPerson: false }),
    ahead: async () => [],
  };
}
