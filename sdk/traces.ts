const sdkFolder = require.resolve("@pulumi/pulumi/package.json").slice(0, -"package.json".length);

/** Whether a frame is neither Node.js's nor the SDK's, and so tells a user where something is declared. */
function isOfProgram(frame: NodeJS.CallSite): boolean {
  const file = frame.getFileName();
  return file != null && !file.startsWith("node:") && !file.startsWith(sdkFolder);
}

/** Prepares the trace of a resource with the frames of the program, and with the places of those in between. */
function programTrace(error: Error, frames: NodeJS.CallSite[], prepare: NonNullable<typeof Error.prepareStackTrace>) {
  const shown = frames.slice(0, frames.findLastIndex(isOfProgram) + 1);
  const [head, ...lines] = String(prepare(error, shown.filter(isOfProgram))).split("\n");
  return [head, ...shown.map((frame) => (isOfProgram(frame) ? lines.shift() : "    at SDK"))].join("\n");
}

/**
 * Spares what a resource's constructor spends on stack traces, until the returned function is called.
 *
 * The SDK keeps a trace with every promise, to name those that never resolve, and makes four promises for each property
 * of a resource. Under the SDK's own source maps each trace costs a quarter of a millisecond, which is most of what a
 * program spends on a resource. Into the state it writes the trace of the resource itself: of Node.js's own frames and
 * those of the SDK nothing is left there, since the engine writes the whole state after every step. All other traces,
 * above all those of errors, stay as they are.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/debuggable.ts and `../resource.ts`
 */
export function spareTraces(): () => void {
  const prepare = Error.prepareStackTrace;
  // Without source maps a trace costs next to nothing; and whoever looks for promises that never resolve needs them.
  if (prepare === undefined || process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return () => {};
  Error.prepareStackTrace = (error, frames) => {
    const asking = frames[0]?.getFunctionName();
    if (asking === "debuggablePromise") return "";
    // Named by its class in some versions of Node.js.
    return asking?.endsWith("callsites") ? programTrace(error, frames, prepare) : prepare(error, frames);
  };
  return () => {
    Error.prepareStackTrace = prepare;
  };
}
