import { z } from "zod";
import { type Api, type Call, callApi, type Explanation, type RawAnswer } from "../../http/client";
import { createLimiter, type Limiter } from "../../http/limiter";
import { unlessNotFound } from "../../http/not-found";
import type { Connection } from "../../model/connection";
import { SnapshotsError } from "../../model/errors";
import type { PlatformRuntime } from "../../model/platform";
import type { Scope } from "../../model/scope";
import { detailText } from "./mapping";
import { errorBody } from "./schemas";
import { signatureHeaders } from "./signature";

/** The services of the platform, each with its own address and version. */
export type Service = "virtualserver" | "backup" | "filestorage";

/**
 * Opens one service. Each attempt gets a new signature, over the exact URL that is sent.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/api-common
 */
export function openService(connection: Connection, runtime: PlatformRuntime, service: Service, limiter: Limiter): Api {
  const { fields } = connection;
  const version = fields[`${service}Version`] ?? "";
  return {
    ...runtime,
    connection,
    baseUrl: fields[`${service}Url`] ?? "",
    limiter,
    headers: (method, url) => ({
      ...signatureHeaders({
        method,
        url,
        timestampMs: runtime.clock.now(),
        accessKey: fields["accessKey"] ?? "",
        secretKey: fields["secretKey"] ?? "",
      }),
      "scp-api-version": `${service} ${version}`,
      "accept-language": "en-US",
    }),
    explain: (answer, json) => explain(answer, json, connection, service, version),
    rateLimitDelayMs: 5_000,
  };
}

/** Opens the one limiter that all services of a connection share. */
export function openLimiter(runtime: PlatformRuntime): Limiter {
  return createLimiter(runtime.clock, 0);
}

/** Throws if an object is in a region other than the connection's. */
export function refuseOtherRegion(connection: Connection, subject: string, held: string | undefined): void {
  const region = connection.fields["region"];
  if (held === undefined || held === region) return;
  throw new SnapshotsError(
    `[scp] ${subject} is in the region ${held}, and the connection "${connection.name}" is for ${region}: use one for ${held}`,
    { kind: "invalid" },
  );
}

function explain(
  answer: RawAnswer,
  json: unknown,
  connection: Connection,
  service: Service,
  version: string,
): Explanation {
  if (answer.status === 406) {
    return {
      kind: "invalid",
      message:
        `the ${service} service does not know version ${version} of its API; set another one with "pulumi config set ` +
        `--path --type string snapshots:${connection.name}.${service}Version <version>"`,
    };
  }
  const body = errorBody.safeParse(json);
  const [error] = body.data?.errors ?? [];
  if (error === undefined) {
    // A 404 without the service's error envelope comes from the gateway, which sends it when a signature is missing.
    return answer.status === 404
      ? {
          kind: "unauthorized",
          message:
            "the gateway, not the service, answers 404: the signature, the address or the region is wrong, and nothing " +
            "is said about the resource",
        }
      : {};
  }
  return {
    message: [error.title, detailText(error.detail)].filter((part) => part != null).join(": ") || undefined,
    code: error.code ?? undefined,
    requestId: error.request_id ?? undefined,
  };
}

/** Answer without a documented shape, such as that to a deletion; an answer that holds errors is not a success. */
export const accepted = z.unknown().refine((answer) => !errorBody.safeParse(answer).success, "holds errors");

/** Sends a deletion; returns false if the service itself answers 404, which does not prove that the object is gone. */
export async function callDelete(
  api: Api,
  call: Pick<Call<z.ZodType>, "operation" | "target" | "path" | "query">,
  scope: Scope,
): Promise<boolean> {
  return (await unlessNotFound(callApi(api, { ...call, method: "DELETE", expect: accepted }, scope))) !== undefined;
}
