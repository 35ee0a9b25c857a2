/** The proxy that the machine's environment names for https, by which variable. */
export interface SystemProxy {
  readonly variable: string;
  readonly url: string;
}

/** Reads the proxy for https; the variables rank as undici ranks them, and the one for http stands in for a missing one. */
export function systemProxy(): SystemProxy | undefined {
  const variables = [
    process.env["https_proxy"] === undefined ? "HTTPS_PROXY" : "https_proxy",
    process.env["http_proxy"] === undefined ? "HTTP_PROXY" : "http_proxy",
  ];
  return variables.map((variable) => ({ variable, url: process.env[variable] ?? "" })).find(({ url }) => url !== "");
}

/** The environment names a proxy by something that is not a URL. The value is not repeated: it may hold a password. */
export class UnusableProxyError extends Error {
  constructor({ variable }: SystemProxy) {
    super(`the environment variable ${variable} is not the URL of a proxy; write it as http://proxy.corp:3128`);
    this.name = "UnusableProxyError";
  }
}
