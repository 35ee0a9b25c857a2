import { request } from "node:http";

/** Result of a request: a response, or the connection's failure. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The body as bytes. */
  bytes: Buffer;
  /** Parses the body as JSON; throws if it isn't. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into without a schema
  json(): any;
  /** Error code if the connection broke, before or within the response. */
  broken: string | undefined;
}

/** Sends one request on its own connection, without any retry. Never rejects. */
export function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Reply> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let headers: Record<string, string> = {};
    const done = (broken?: string) => {
      const bytes = Buffer.concat(chunks);
      const text = bytes.toString();
      resolve({ status, headers, text, bytes, json: () => JSON.parse(text), broken });
    };
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const outgoing = request(
      url,
      {
        method: options.method ?? "GET",
        agent: false,
        headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...options.headers },
      },
      (answer) => {
        status = answer.statusCode ?? 0;
        headers = answer.headers as Record<string, string>;
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => done());
        answer.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
      },
    );
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      if (status === 0) done(error.code ?? error.message);
    });
    outgoing.end(body);
  });
}

/** The request headers that the emulator accepts by default. */
export function signedIn(environment: Readonly<Record<string, string>>) {
  return {
    discloud: { "api-token": environment["DISCLOUD_TOKEN"] ?? "" },
    virtus: { authorization: environment["VIRTUS_API_KEY"] ?? "" },
    dscloud: { authorization: environment["DSCLOUD_API_KEY"] ?? "" },
    snapshooter: { authorization: `Bearer ${environment["SNAPSHOOTER_TOKEN"] ?? ""}` },
  };
}
