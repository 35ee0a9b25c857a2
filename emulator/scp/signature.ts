import { createHmac } from "node:crypto";
import type { Credentials } from "../types";

/** Headers without which a request never reaches a service. */
const required = ["scp-accesskey", "scp-signature", "scp-timestamp", "scp-clienttype"] as const;

/** Request whose signature is checked. */
export interface SignedRequest {
  readonly method: string;
  /** The complete URL as it was received: scheme, host, path and query, byte for byte. */
  readonly url: string;
  header(name: string): string | undefined;
}

/**
 * Checks a request's signature: Base64 of HMAC-SHA256, keyed by the secret key, over method, URL, timestamp, access
 * key and client type, joined without a separator. The body isn't signed.
 * https://docs.e.samsungsdscloud.com/en/apireference/api-common/
 */
export function checkSignature(request: SignedRequest, credentials: Credentials): "missing" | "wrong" | "right" {
  const [accessKey, signature, timestamp, clientType] = required.map((name) => request.header(name));
  if (!accessKey || !signature || !timestamp || !clientType) return "missing";
  const message = `${request.method.toUpperCase()}${request.url}${timestamp}${accessKey}${clientType}`;
  const expected = createHmac("sha256", credentials["secretKey"] ?? "")
    .update(message)
    .digest("base64");
  const right =
    signature === expected &&
    accessKey === credentials["accessKey"] &&
    clientType === "Openapi" &&
    /^\d{13}$/.test(timestamp); // milliseconds; assumed: integers of 13 digits only
  return right ? "right" : "wrong";
}
