/** The values of a platform's credentials, by the names of the connection's fields. */
export type Credentials = Readonly<Record<string, string>>;

/** Settings that decide whether a platform accepts a request. They may be changed while the emulator runs. */
export interface Access {
  /** Credentials that are currently accepted. */
  credentials: Credentials;
  /** `true`: every API request is answered as if its credentials were wrong. */
  revoked: boolean;
  /** `true`: the credentials belong to another account, which has none of the targets. */
  isOtherAccount: boolean;
}

/** Form of the list in one answer; only faults whose names begin with `list-` change it. */
export interface Listing {
  /** Age of the list that is shown, in milliseconds; 0: the current list. */
  lagMs: number;
  /** `true`: not in the platform's own order. */
  shuffled: boolean;
  /** Maximum number of entries on a page, whatever was requested. */
  pageSize: number;
  /** `true`: without the members that count the entries or lead to the next page. */
  isBare: boolean;
  /** Entry that is counted but left out. */
  withheld: "first" | "last" | undefined;
  /** `true`: an entry of an earlier page has been deleted since that page was answered. */
  isShifted: boolean;
}

/** One HTTP request as a platform's emulator sees it. */
export interface EmulatedRequest {
  readonly operation: string;
  readonly method: string;
  /** The complete URL as requested: scheme, host, path and query, byte for byte. */
  readonly url: string;
  /** The query string byte for byte, without `?`. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** Decoded path parameters; an absent one is the empty string. */
  param(name: string): string;
  /** A header's value, if it was sent. */
  header(name: string): string | undefined;
  /** The body as text, empty without one. */
  readonly body: string;
  /** The body parsed as JSON; `undefined` if it isn't JSON. */
  json(): unknown;
  readonly listing: Listing;
  /** `true`: this request creates nothing, and its answer names the newest existing snapshot or policy. */
  joins: boolean;
}

/** One HTTP answer. A body that is neither a string nor bytes is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** Default: `application/json` for JSON, `text/plain` for a string, `application/octet-stream` for bytes. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `false`: the requested change was not made, although the status is not an error. */
  readonly changed?: boolean;
}

/** One operation of a platform's API, as data. */
export interface Route {
  /** The operation's name, as fault rules and recorded requests use it. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path from the server's root, in Hono's notation. */
  readonly path: string;
  /** The operation asks the platform to change something. */
  readonly changes?: true;
  /** The operation answers a list of snapshots: the faults `list-lag` and `list-shuffle` apply. */
  readonly lists?: true;
  /** The list says how many entries it has: the fault `list-short` applies. */
  readonly counts?: true;
  /** The operation takes a snapshot or creates a policy, and its answer names it: the fault `join` applies. */
  readonly takes?: true;
  /** A download: signed by its query, so no credentials are checked and its query is never recorded. */
  readonly download?: true;
  /** Id of the target that a request is about, if any. */
  target?(request: EmulatedRequest): string | undefined;
  /** Whether a request asks for a page after the first one; left out for a list without pages. */
  isLaterPage?(request: EmulatedRequest): boolean;
  handle(request: EmulatedRequest): Answer;
}

/** Environment of a platform's emulator. */
export interface PlatformContext {
  readonly access: Access;
  /** The platform's clock, in milliseconds since 1970. */
  now(): number;
  /** The clock of the platform's storage, which dates the snapshots. */
  storageNow(): number;
  /** The account has no targets. */
  readonly isEmpty: boolean;
  /** The server's address without a trailing slash, for links. */
  url(): string;
}

/** One platform, running. */
export interface PlatformService<State extends object> {
  /** State that tests read and change. */
  readonly state: State;
  readonly routes: readonly Route[];
  /** Path prefixes of its API: the platform refuses any path under them that has no route. */
  readonly prefixes: readonly string[];
  /** Refuses a request before its operation runs (credentials, rate limit), or accepts it. */
  admit(request: EmulatedRequest): Answer | undefined;
  /** Headers of every answer of the API; called once per request, after `admit`. */
  headers?(): Record<string, string>;
  /** Targets that can be snapshotted, or backed up by a policy; kinds as in resource ids. */
  targets(): { readonly kind: string; readonly id: string }[];
  /** Error answer in this platform's form. */
  refusal(status: number): Answer;
  /** Takes a snapshot of a target (default: the first one) on behalf of somebody else. */
  addForeign(target?: string): void;
  /** Expires the newest usable snapshot of a target (default: the first one). */
  expireNewest(target?: string): void;
}

/** One platform in the registry. */
export interface PlatformDefinition<State extends object, Seed> {
  /** Credentials that are accepted by default. */
  readonly credentials: Credentials;
  /** Fixed ids of the initial data. */
  readonly seed: Seed;
  /** The environment variables that point the platform's default connection at the emulator. */
  environment(url: string, credentials: Credentials): Record<string, string>;
  start(context: PlatformContext): PlatformService<State>;
}

/** One request that reached the emulator, in order of arrival. */
export interface RecordedRequest {
  /** The platform's name, `none` for a path outside every platform's API. */
  readonly platform: string;
  /** The operation's name, `unknown` for a path or method that the API doesn't have. */
  readonly operation: string;
  readonly method: string;
  /** The path, without its query. */
  readonly path: string;
  /** The query without `?`; always empty for downloads, whose query is a secret. */
  readonly query: string;
  /** Target that the request is about, if any. */
  readonly target: string | undefined;
  /** Time of arrival, by the emulator's clock. */
  readonly at: number;
  /** The request asks for a page of a list after the first one. */
  readonly isLaterPage: boolean;
  /** The request asks the platform to change something, whatever its outcome. */
  readonly changes: boolean;
  /** Names of the request's headers, in lower case; their values are never recorded. */
  readonly headerNames: readonly string[];
  readonly userAgent: string | undefined;
  /** Status of the answer; `undefined` until there is one, and forever if the connection was broken. */
  status: number | undefined;
  /** The change was made, whether or not its answer arrived. */
  committed: boolean;
  /** Faults that fired on the request. */
  faults: readonly string[];
}
