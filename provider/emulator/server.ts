import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type HttpBindings, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { Content } from "./archive";
import { type CheckedFaultRule, createFaults, type Faults, misshape } from "./faults";
import { sendContent } from "./storage";
import type { Access, Answer, EmulatedRequest, Listing, PlatformService, RecordedRequest, Route } from "./types";

/** The running HTTP server under the emulator. */
export interface EmulatorServer {
  readonly port: number;
  readonly requests: readonly RecordedRequest[];
  readonly faults: Faults;
  /** Takes no connection any more, as a machine on which nobody listens, until `accept`. */
  refuse(): void;
  accept(): Promise<void>;
  /** Breaks every open connection, forgets every late answer, and frees the port; again: nothing. */
  close(): Promise<void>;
}

/** One platform as it is served. */
export interface ServedPlatform {
  readonly service: PlatformService<object>;
  /** The same platform as another account sees it. */
  readonly otherAccount: PlatformService<object>;
  readonly access: Access;
}

/** Serves platforms on one loopback port. */
export async function startServer(options: {
  platforms: Readonly<Record<string, ServedPlatform>>;
  port: number;
  latencyMs: number;
  now: () => number;
  date: () => number | undefined;
  onChange: (request: RecordedRequest, moment: "before" | "after") => void;
}): Promise<EmulatorServer> {
  const { platforms, latencyMs, now, date, onChange } = options;
  const requests: RecordedRequest[] = [];
  const late = createLateness();
  const faults = createFaults(
    new Map(
      Object.entries(platforms).map(([platform, { service }]) => [
        platform,
        new Map(
          service.routes.map((route) => [
            route.operation,
            {
              lists: route.lists === true,
              counts: route.counts === true,
              pages: route.isLaterPage !== undefined,
              takes: route.takes === true,
              downloads: route.download === true,
            },
          ]),
        ),
      ]),
    ),
  );

  const record = (
    incoming: IncomingMessage,
    known: Pick<RecordedRequest, "platform" | "operation" | "query" | "target" | "isLaterPage" | "changes" | "faults">,
  ) => {
    const recorded: RecordedRequest = {
      ...known,
      method: incoming.method ?? "GET",
      path: (incoming.url ?? "/").split("?", 1)[0] as string,
      at: now(),
      headerNames: Object.keys(incoming.headers),
      userAgent: incoming.headers["user-agent"],
      status: undefined,
      committed: false,
    };
    requests.push(recorded);
    return recorded;
  };

  const answerRequest = async (context: Context<Env>, platform: string, route: Route | undefined) => {
    const { incoming, outgoing } = context.env;
    const { service, otherAccount, access } = platforms[platform] as ServedPlatform;
    const request = await toRequest(context, route?.operation ?? "unknown");
    const { listing } = request;
    const target = route?.target?.(request);
    const isLaterPage = route?.isLaterPage?.(request) === true;
    const firing = route ? faults.fire({ platform, operation: route.operation, target, isLaterPage }) : [];
    const recorded = record(incoming, {
      platform,
      operation: request.operation,
      query: route?.download ? "" : request.rawQuery,
      target,
      isLaterPage,
      changes: route ? route.changes === true : asksForChange(request.method),
      faults: firing.map((rule) => rule.fault),
    });

    const happen = (moment: "before" | "after") => {
      for (const rule of firing) {
        if (rule.fault === "foreign-snapshot" && rule.when === moment) service.addForeign(target);
        if (rule.fault === "expire-snapshot" && rule.when === moment) service.expireNewest(target);
      }
    };
    const waitMs = (moment: "before" | "after") =>
      firing.reduce((sum, rule) => (rule.fault === "slow" && rule.when === moment ? sum + rule.ms : sum), 0);

    const hungUp = new Promise<void>((resolve) => outgoing.once("close", resolve));
    const goesOn = async (moment: "before" | "after") => {
      const holds = firing.filter((rule) => rule.fault === "hold" && rule.when === moment);
      const ended = await Promise.all(holds.map((rule) => faults.hold(rule, hungUp)));
      return !ended.includes(false);
    };

    for (const rule of firing) {
      if (rule.fault === "list-lag") listing.lagMs = rule.ms;
      if (rule.fault === "list-shuffle") listing.shuffled = true;
      if (rule.fault === "list-pages") Object.assign(listing, { pageSize: rule.size, isBare: rule.bare });
      if (rule.fault === "list-short") listing.withheld = rule.entry;
      if (rule.fault === "list-shift") listing.isShifted = true;
      if (rule.fault === "join") request.joins = true;
      if (rule.fault === "revoke-credentials") access.revoked = true;
      if (rule.fault === "other-account") access.isOtherAccount = true;
    }
    await late.wait(latencyMs + waitMs("before"));
    if (!(await goesOn("before"))) return RESPONSE_ALREADY_SENT;

    const replacement = firing.find((rule) => replaces(rule));
    happen("before");
    let answer: Answer | undefined;
    let headers: Record<string, string> = {};
    if (!replacement || commits(replacement)) {
      const refused = service.admit(request);
      if (!route?.download) headers = service.headers?.() ?? {};
      if (recorded.changes) onChange(recorded, "before");
      const served = route && access.isOtherAccount ? otherAccount.routes[service.routes.indexOf(route)] : route;
      answer = refused ?? served?.handle(request) ?? service.refusal(404);
      const isMade = route !== undefined && answer.status < 400 && answer.changed !== false && !request.joins;
      recorded.committed = recorded.changes && !refused && isMade;
      if (recorded.changes) onChange(recorded, "after");
    }
    happen("after");
    await late.wait(waitMs("after"));
    if (!(await goesOn("after"))) return RESPONSE_ALREADY_SENT;

    send(outgoing, request.method, date(), headers, answer ?? service.refusal(500), firing, service, (status) => {
      recorded.status = status;
    });
    return RESPONSE_ALREADY_SENT;
  };

  const app = new Hono<Env>();
  for (const [platform, { service }] of Object.entries(platforms)) {
    for (const route of service.routes) {
      app.on(route.method, route.path, (context) => answerRequest(context, platform, route));
    }
    for (const prefix of service.prefixes) {
      app.all(`${prefix}/*`, (context) => answerRequest(context, platform, undefined));
    }
  }
  app.notFound((context) => {
    const { incoming } = context.env;
    const recorded = record(incoming, {
      platform: "none",
      operation: "unknown",
      query: "",
      target: undefined,
      isLaterPage: false,
      changes: asksForChange(context.req.method),
      faults: [],
    });
    recorded.status = 404;
    return context.text("Not Found", 404);
  });

  const server = serve({
    fetch: app.fetch as (request: Request, env: unknown) => Response | Promise<Response>,
    hostname: "127.0.0.1",
    port: options.port,
    overrideGlobalObjects: false,
  }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  const address = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;

  return {
    port: address.port,
    requests,
    faults,
    refuse() {
      server.close();
      server.closeIdleConnections();
    },
    accept: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(address.port, "127.0.0.1", () => resolve());
      }),
    close() {
      closed ??= new Promise((resolve) => {
        late.cancel();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

type Env = { Bindings: HttpBindings };

const asksForChange = (method: string) => !["GET", "HEAD"].includes(method);

async function toRequest(context: Context<Env>, operation: string): Promise<EmulatedRequest> {
  const { incoming } = context.env;
  const rawUrl = incoming.url ?? "/";
  const rawQuery = rawUrl.includes("?") ? rawUrl.slice(rawUrl.indexOf("?") + 1) : "";
  const body = await context.req.text();
  return {
    operation,
    method: incoming.method ?? "GET",
    url: `http://${incoming.headers.host ?? ""}${rawUrl}`,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    param: (name) => context.req.param(name) ?? "",
    header: (name) => context.req.header(name),
    body,
    json() {
      try {
        return JSON.parse(body);
      } catch {
        return undefined;
      }
    },
    listing: {
      lagMs: 0,
      shuffled: false,
      pageSize: Number.POSITIVE_INFINITY,
      isBare: false,
      withheld: undefined,
      isShifted: false,
    } satisfies Listing,
    joins: false,
  };
}

const replaces = (rule: CheckedFaultRule) => {
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

const commits = (rule: CheckedFaultRule) => {
  switch (rule.fault) {
    case "reset-before-commit":
      return false;
    case "status":
    case "html":
    case "redirect":
      return rule.commit;
    default:
      return true;
  }
};

/** Writes the answer, or what a fault makes of it. */
function send(
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
      ...(dateMs === undefined ? {} : { date: new Date(dateMs).toUTCString() }),
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
      // Half of what content-length promised, and the end only once it has left this process.
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
        ...(fault.contentType === undefined ? {} : { contentType: fault.contentType }),
        ...(fault.headers === undefined ? {} : { headers: fault.headers }),
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

/** Waits that end at once, without an answer, when the server closes. */
function createLateness() {
  const waiting = new Set<NodeJS.Timeout>();
  return {
    wait(ms: number): Promise<void> {
      if (ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(timer);
          resolve();
        }, ms);
        waiting.add(timer);
      });
    },
    cancel() {
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
}
