/** Proxy for https from the machine's environment, and the variable that names it. */
export interface SystemProxy {
  readonly variable: string;
  readonly url: string;
}

/** Reads the proxy for https, with undici's order of precedence; the variables for http are the fallback. */
export function systemProxy(): SystemProxy | undefined {
  const variables = [
    process.env["https_proxy"] === undefined ? "HTTPS_PROXY" : "https_proxy",
    process.env["http_proxy"] === undefined ? "HTTP_PROXY" : "http_proxy",
  ];
  return variables.map((variable) => ({ variable, url: process.env[variable] ?? "" })).find(({ url }) => url !== "");
}

/** Error for a proxy variable that is not a URL. The value is not repeated: it may contain a password. */
export class UnusableProxyError extends Error {
  constructor({ variable }: SystemProxy) {
    super(`the environment variable ${variable} is not the URL of a proxy; write it as http://proxy.corp:3128`);
    this.name = "UnusableProxyError";
  }
}
