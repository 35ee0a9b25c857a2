/** The values of a platform's credentials, by the names of the connection's fields. */
export type Credentials = Readonly<Record<string, string>>;

/** What decides whether a platform lets a request in. Both members may be changed while the emulator runs. */
export interface Access {
  /** The credentials that are accepted now. */
  credentials: Credentials;
  /** `true`: every API request is answered as if its credentials were wrong. */
  revoked: boolean;
  /** `true`: the credentials belong to another account, which has none of the targets. */
  isOtherAccount: boolean;
}

/** How this one answer shows a list: changed only by the faults whose names begin with `list-`. */
export interface Listing {
  /** The list as it stood that many milliseconds ago; 0: as it stands. */
  lagMs: number;
  /** `true`: in another order than the platform's own. */
  shuffled: boolean;
  /** Highest number of entries on a page, whatever was asked for. */
  pageSize: number;
  /** `true`: without the members that count the entries or lead to the next page. */
  isBare: boolean;
  /** The entry that is counted and left out. */
  withheld: "first" | "last" | undefined;
  /** `true`: an entry of an earlier page has been deleted since that page was answered. */
  isShifted: boolean;
}

/** One HTTP request as a platform's emulator sees it. */
export interface EmulatedRequest {
  readonly operation: string;
  readonly method: string;
  /** The complete URL as it was asked for: scheme, host, path and query, byte for byte. */
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
  /** The body read as JSON, `undefined` where it isn't. */
  json(): unknown;
  readonly listing: Listing;
  /** `true`: nothing is taken for this request, and the answer names the newest one that exists. */
  joins: boolean;
}

/** One HTTP answer. A body that is neither a string nor bytes is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** Default: `application/json` for JSON, `text/plain` for a string, `application/octet-stream` for bytes. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `false`: a change that was asked for was not made, though the status is no error. */
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
  /** The id of the target that a request is about, if it is about one. */
  target?(request: EmulatedRequest): string | undefined;
  /** Whether a request asks for a page after the first one; left out where a list has no pages. */
  isLaterPage?(request: EmulatedRequest): boolean;
  handle(request: EmulatedRequest): Answer;
}

/** What a platform's emulator is given. */
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
  /** What tests read and change. */
  readonly state: State;
  readonly routes: readonly Route[];
  /** Where its API begins: a path under one of these without a route is the platform's to refuse. */
  readonly prefixes: readonly string[];
  /** Refuses a request before its operation runs (credentials, rate limit), or lets it in. */
  admit(request: EmulatedRequest): Answer | undefined;
  /** Headers of every answer of the API, asked for once per request and after `admit`. */
  headers?(): Record<string, string>;
  /** What can be snapshotted, or backed up by a policy: kinds as in resource ids. */
  targets(): { readonly kind: string; readonly id: string }[];
  /** An error as this platform words it. */
  refusal(status: number): Answer;
  /** Somebody else takes a snapshot of a target (default: the first one). */
  addForeign(target?: string): void;
  /** The newest usable snapshot of a target (default: the first one) expires. */
  expireNewest(target?: string): void;
}

/** One platform, as the registry holds it. */
export interface PlatformDefinition<State extends object, Seed> {
  /** The credentials accepted unless told otherwise. */
  readonly credentials: Credentials;
  /** The fixed ids of the data that is there at the start. */
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
  /** The target that the request is about, if it is about one. */
  readonly target: string | undefined;
  /** When it arrived, by the emulator's clock. */
  readonly at: number;
  /** The request asks for a page of a list after the first one. */
  readonly isLaterPage: boolean;
  /** The request asks the platform to change something, whatever became of it. */
  readonly changes: boolean;
  /** The names of the request's headers, in lower case: what was sent along, never its value. */
  readonly headerNames: readonly string[];
  readonly userAgent: string | undefined;
  /** The status of the answer; `undefined` while there is none, and for ever where the connection was broken. */
  status: number | undefined;
  /** The change was made, whether or not its answer arrived. */
  committed: boolean;
  /** The faults that fired on it. */
  faults: readonly string[];
}
