import type { ServerResponse } from "node:http";
import { defined } from "../provider/model/defined";
import { Content } from "./archive";
import { type CheckedFaultRule, misshape } from "./faults";
import { sendContent } from "./storage";
import type { Answer, PlatformService } from "./types";

/** Whether a fault replaces or breaks the answer. */
export const replaces = (rule: CheckedFaultRule) => {
  switch (rule.fault) {
    case "slow":
    case "hold":
    case "list-lag":
    case "list-shuffle":
    case "list-pages":
    case "list-short":
    case "list-shift":
    case "join":
    case "foreign-snapshot":
    case "expire-snapshot":
    case "revoke-credentials":
    case "other-account":
    case "stall":
    case "corrupt":
    case "whole":
      return false;
    default:
      return true;
  }
};

/** Sends the answer, as modified by a fault. */
export function send(
  outgoing: ServerResponse,
  method: string,
  dateMs: number | undefined,
  headers: Record<string, string>,
  answer: Answer,
  firing: readonly CheckedFaultRule[],
  service: PlatformService<object>,
  answered: (status: number) => void,
): void {
  const fault = firing.find((rule) => replaces(rule));
  const reset = () => outgoing.socket?.resetAndDestroy();
  const write = ({ status, body, contentType, headers: own }: Answer, cut = false) => {
    outgoing.sendDate = false;
    const all = {
      ...defined({ date: dateMs === undefined ? undefined : new Date(dateMs).toUTCString() }),
      ...headers,
      ...(body === undefined && contentType === undefined ? {} : { "content-type": contentType ?? typeOf(body) }),
      ...own,
    };
    if (body instanceof Content) {
      sendContent(outgoing, body, all, firing, answered);
      return;
    }
    const bytes = toBytes(body);
    outgoing.writeHead(status, { "content-length": String(bytes.length), ...all });
    if (cut) {
      // Sends half of what content-length promised, and closes only once it has left this process.
      outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => setImmediate(() => outgoing.destroy()));
      return;
    }
    outgoing.end(method === "HEAD" ? undefined : bytes);
    answered(status);
  };

  switch (fault?.fault) {
    case "reset-before-commit":
    case "reset-after-commit":
      reset();
      return;
    case "cut":
      write(answer, true);
      return;
    case "status": {
      const own = service.refusal(fault.status);
      write({
        status: fault.status,
        body: fault.status === 204 ? undefined : fault.body === undefined ? own.body : fault.body,
        ...defined({ contentType: fault.contentType, headers: fault.headers }),
      });
      return;
    }
    case "html":
      write({ status: fault.status, body: gatewayPage, contentType: "text/html; charset=utf-8" });
      return;
    case "wrong-shape":
      write({ ...answer, body: answer.body instanceof Content ? answer.body : misshape(answer.body) });
      return;
    case "empty-body":
      write({ status: answer.status, body: "", contentType: "application/json" });
      return;
    case "redirect":
      write({ status: fault.status, headers: { location: fault.location } });
      return;
    default:
      write(answer);
  }
}

const gatewayPage =
  "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1></body></html>";

const toBytes = (body: unknown): Buffer => {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
};

const typeOf = (body: unknown) => {
  if (Buffer.isBuffer(body) || body instanceof Content) return "application/octet-stream";
  return typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
};
