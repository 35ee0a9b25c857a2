import { createHmac } from "node:crypto";

/** Request to be signed. */
export interface SignedRequest {
  readonly method: string;
  /** The complete URL exactly as it is sent, with its query. */
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Client type, exactly as it is signed and sent. */
const CLIENT_TYPE = "Openapi";

/**
 * Returns the headers that authenticate a request: HMAC-SHA256 over method, URL, timestamp, access key and client type,
 * joined without a separator, in padded Base64. The body is not signed.
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
