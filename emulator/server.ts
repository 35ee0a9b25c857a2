import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type HttpBindings, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { defined } from "../provider/model/defined";
import { type CheckedFaultRule, createFaults, type Faults } from "./faults";
import { type Change, keptHeaders } from "./memory";
import { requestOf } from "./request";
import { replaces, send } from "./send";
import type { Access, Answer, EmulatedRequest, PlatformService, RecordedRequest, Route } from "./types";

/** The running HTTP server under the emulator. */
export interface EmulatorServer {
  readonly port: number;
  readonly requests: readonly RecordedRequest[];
  readonly faults: Faults;
  /** Refuses connections, like a machine without a listener, until `accept`. */
  refuse(): void;
  accept(): Promise<void>;
  /** Breaks every open connection, drops every delayed answer, and frees the port; a second call does nothing. */
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
  /** Called when a request has ended, with an answer or without. */
  onRequest: (request: RecordedRequest) => void;
  /** Records a change and carries it out at its time. */
  carryOut: <T>(change: Change, run: () => T) => T;
}): Promise<EmulatorServer> {
  const { platforms, latencyMs, now, date, onChange, onRequest, carryOut } = options;
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
    { incoming, outgoing }: HttpBindings,
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
    outgoing.once("close", () => onRequest(recorded));
    return recorded;
  };

  const answerRequest = async (context: Context<Env>, platform: string, route: Route | undefined) => {
    const { outgoing } = context.env;
    const { service, otherAccount, access } = platforms[platform] as ServedPlatform;
    const request = await toRequest(context, route?.operation ?? "unknown");
    const { listing } = request;
    const target = route?.target?.(request);
    const isLaterPage = route?.isLaterPage?.(request) === true;
    const firing = route ? faults.fire({ platform, operation: route.operation, target, isLaterPage }) : [];
    const recorded = record(context.env, {
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
        const change = { at: now(), platform, ...defined({ target }) };
        if (rule.fault === "foreign-snapshot" && rule.when === moment) {
          carryOut({ what: "foreign", ...change }, () => service.addForeign(target));
        }
        if (rule.fault === "expire-snapshot" && rule.when === moment) {
          carryOut({ what: "expiry", ...change }, () => service.expireNewest(target));
        }
      }
    };
    const waitMs = (moment: "before" | "after") =>
      firing.reduce((sum, rule) => (rule.fault === "slow" && rule.when === moment ? sum + rule.ms : sum), 0);

    const hungUp = new Promise<void>((resolve) => outgoing.once("close", resolve));
    const continues = async (moment: "before" | "after") => {
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
    if (!(await continues("before"))) return RESPONSE_ALREADY_SENT;

    const replacement = firing.find((rule) => replaces(rule));
    happen("before");
    let answer: Answer | undefined;
    let headers: Record<string, string> = {};
    if (!replacement || commits(replacement)) {
      const refused = service.admit(request);
      if (!route?.download) headers = service.headers?.() ?? {};
      if (recorded.changes) onChange(recorded, "before");
      const served = route && access.isOtherAccount ? otherAccount.routes[service.routes.indexOf(route)] : route;
      const handle = () => served?.handle(request);
      const isKept = recorded.changes && !refused && served === route && route !== undefined;
      answer = refused ?? (isKept ? carryOut(changeOf(context, platform, request, now()), handle) : handle());
      answer ??= service.refusal(404);
      const isMade = route !== undefined && answer.status < 400 && answer.changed !== false && !request.joins;
      recorded.committed = recorded.changes && !refused && isMade;
      if (recorded.changes) onChange(recorded, "after");
    }
    happen("after");
    await late.wait(waitMs("after"));
    if (!(await continues("after"))) return RESPONSE_ALREADY_SENT;

    send(outgoing, request.method, date(), headers, answer ?? service.refusal(500), firing, service, (status) => {
      recorded.status = status;
    });
    return RESPONSE_ALREADY_SENT;
  };

  // The default router tries a faster one first, which doesn't accept these routes.
  const app = new Hono<Env>({ router: new TrieRouter() });
  for (const [platform, { service }] of Object.entries(platforms)) {
    for (const route of service.routes) {
      app.on(route.method, route.path, (context) => answerRequest(context, platform, route));
    }
    for (const prefix of service.prefixes) {
      app.all(`${prefix}/*`, (context) => answerRequest(context, platform, undefined));
    }
  }
  app.notFound((context) => {
    const recorded = record(context.env, {
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

function changeOf(context: Context<Env>, platform: string, request: EmulatedRequest, at: number): Change {
  const { incoming } = context.env;
  return {
    what: "request",
    at,
    platform,
    operation: request.operation,
    method: request.method,
    path: incoming.url ?? "/",
    params: context.req.param() as Record<string, string>,
    headers: keptHeaders(incoming.headers),
    body: request.body,
    joins: request.joins,
  };
}

async function toRequest(context: Context<Env>, operation: string): Promise<EmulatedRequest> {
  const { incoming } = context.env;
  return requestOf({
    operation,
    method: incoming.method ?? "GET",
    origin: `http://${incoming.headers.host ?? ""}`,
    path: incoming.url ?? "/",
    param: (name) => context.req.param(name) ?? "",
    header: (name) => context.req.header(name),
    body: asksForChange(incoming.method ?? "GET") ? await context.req.text() : "",
  });
}

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

/** Creates waits that the closing server cancels: they then never end, and no answer is sent. */
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
