import { createHmac } from "node:crypto";

/** What a signature is made of. */
export interface SignedRequest {
  readonly method: string;
  /** The complete URL exactly as it is sent, with its query. */
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The kind of client, exactly as it is signed and sent. */
const CLIENT_TYPE = "Openapi";

/**
 * The headers that authenticate a request: HMAC-SHA256 over method, URL, timestamp, access key and client type, joined
 * with nothing between, in padded Base64. The body is not part of it.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/api-common
 */
export function signatureHeaders(request: SignedRequest): Record<string, string> {
  const timestamp = String(request.timestampMs);
  const message = request.method.toUpperCase() + request.url + timestamp + request.accessKey + CLIENT_TYPE;
  return {
    "scp-accesskey": request.accessKey,
    "scp-signature": createHmac("sha256", request.secretKey).update(message, "utf8").digest("base64"),
    "scp-timestamp": timestamp,
    "scp-clienttype": CLIENT_TYPE,
  };
}
