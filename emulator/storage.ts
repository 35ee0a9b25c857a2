import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import type { Content } from "./archive";
import type { CheckedFaultRule } from "./faults";

/** Range of bytes that a request asks for; undefined if the content has none of them. */
function partOf(content: Content, range: string | undefined): { start: number; end: number } | undefined {
  const { sizeBytes } = content;
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  if (first === undefined) return { start: 0, end: sizeBytes };
  const start = Number(first);
  const end = last === undefined || last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  return start < end ? { start, end } : undefined;
}

/** Yields the bytes with one bit flipped, in the middle of the whole content. */
function* corrupted(content: Content, start: number, end: number): Generator<Buffer> {
  const middle = Math.floor(content.sizeBytes / 2);
  let at = start;
  for (const chunk of content.chunks(start, end)) {
    const hit = middle >= at && middle < at + chunk.length;
    const bytes = hit ? Buffer.from(chunk) : chunk;
    if (hit) bytes[middle - at] = (bytes[middle - at] ?? 0) ^ 1;
    yield bytes;
    at += chunk.length;
  }
}

/**
 * Answers a download like an object store: a part on request, unless the content no longer matches `If-Range`.
 * Source: https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export function sendContent(
  outgoing: ServerResponse,
  content: Content,
  headers: Readonly<Record<string, string>>,
  faults: readonly CheckedFaultRule[],
  answered: (status: number) => void,
): void {
  const { method, headers: asked } = outgoing.req;
  const has = (fault: CheckedFaultRule["fault"]): boolean => faults.some((rule) => rule.fault === fault);
  const isOther = asked["if-range"] !== undefined && asked["if-range"] !== content.etag;
  const isWhole = asked.range === undefined || isOther || has("whole");
  const part = partOf(content, isWhole ? undefined : asked.range);
  if (part === undefined) {
    outgoing.writeHead(416, { ...headers, "content-range": `bytes */${content.sizeBytes}` }).end();
    answered(416);
    return;
  }
  const { start, end } = part;
  const status = isWhole ? 200 : 206;
  outgoing.writeHead(status, {
    ...headers,
    etag: content.etag,
    "content-length": String(end - start),
    ...(has("whole") ? {} : { "accept-ranges": "bytes" }),
    ...(isWhole ? {} : { "content-range": `bytes ${start}-${end - 1}/${content.sizeBytes}` }),
  });
  if (method === "HEAD") {
    outgoing.end();
    answered(status);
    return;
  }
  const breaks = has("cut") || has("stall");
  const last = breaks ? start + Math.floor((end - start) / 2) : end;
  const chunks = has("corrupt") ? corrupted(content, start, last) : content.chunks(start, last);
  if (!breaks) {
    outgoing.once("finish", () => answered(status));
    pipeline(Readable.from(chunks), outgoing, () => undefined);
    return;
  }
  const source = Readable.from(chunks);
  outgoing.once("close", () => source.destroy());
  source.once("end", () => {
    // Closes only once the sent bytes have left this process; a stalled connection stays open.
    if (has("cut")) outgoing.write("", () => setImmediate(() => outgoing.destroy()));
  });
  source.pipe(outgoing, { end: false });
}
