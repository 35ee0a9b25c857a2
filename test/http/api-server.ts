import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Response to one request: as data, or written by hand. */
export type Reply =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | ((request: IncomingMessage, response: ServerResponse) => void);

/** Request as it arrived. */
export interface Arrived {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** Port of the client, which identifies its connection. */
  port: number | undefined;
}

/** Real HTTP server on loopback that sends the planned replies in order and repeats the last one. */
export interface ApiServer {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  plan(...replies: Reply[]): void;
  close(): Promise<void>;
}

export async function startApiServer(): Promise<ApiServer> {
  const arrived: Arrived[] = [];
  let planned: Reply[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { method = "", url = "", headers, socket } = request;
      arrived.push({ method, url, headers, body, port: socket.remotePort });
      const reply = planned.length > 1 ? planned.shift() : planned[0];
      if (reply === undefined) {
        response.writeHead(599).end();
      } else if (typeof reply === "function") {
        reply(request, response);
      } else {
        // The response has the time that a test gives it, if any.
        response.sendDate = false;
        const text =
          reply.body === undefined || typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
        response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers }).end(text);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    plan(...replies) {
      planned = replies;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Breaks the connection without an answer. */
export const reset: Reply = (request) => {
  request.socket.resetAndDestroy();
};

/** Breaks the connection in the middle of the body. */
export const cut: Reply = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
  response.write('{"count":', () => setImmediate(() => response.destroy()));
};

/** Never answers. */
export const silence: Reply = () => {};

export const gatewayPage = "<!DOCTYPE html><html><body><h1>Checking your browser</h1></body></html>";
