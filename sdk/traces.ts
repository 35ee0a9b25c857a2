const sdkFolder = require.resolve("@pulumi/pulumi/package.json").slice(0, -"package.json".length);

/** Whether a frame belongs to neither Node.js nor the SDK, and so shows a user where something is declared. */
function isOfProgram(frame: NodeJS.CallSite): boolean {
  const file = frame.getFileName();
  return file != null && !file.startsWith("node:") && !file.startsWith(sdkFolder);
}

/** Formats the trace of a resource: the program's frames, and a placeholder for each frame between them. */
function programTrace(error: Error, frames: NodeJS.CallSite[], prepare: NonNullable<typeof Error.prepareStackTrace>) {
  const shown = frames.slice(0, frames.findLastIndex(isOfProgram) + 1);
  const [head, ...lines] = String(prepare(error, shown.filter(isOfProgram))).split("\n");
  return [head, ...shown.map((frame) => (isOfProgram(frame) ? lines.shift() : "    at SDK"))].join("\n");
}

/**
 * Reduces the stack traces that a resource's constructor creates, until the returned function is called.
 *
 * The SDK stores a trace with every promise, to name those that never resolve, and creates four promises for each
 * property of a resource. With the SDK's own source maps each trace costs a quarter of a millisecond, which is most of
 * the time that a program spends on a resource. The SDK also writes the trace of the resource itself to the state;
 * frames of Node.js and of the SDK are left out of it, since the engine writes the whole state after every step. All
 * other traces, above all those of errors, stay unchanged.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/debuggable.ts and `../resource.ts`
 */
export function spareTraces(): () => void {
  const prepare = Error.prepareStackTrace;
  // Traces are cheap without source maps, and needed for debugging promises that never resolve.
  if (prepare === undefined || process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return () => {};
  Error.prepareStackTrace = (error, frames) => {
    const asking = frames[0]?.getFunctionName();
    if (asking === "debuggablePromise") return "";
    // Some versions of Node.js prefix the name with its class.
    return asking?.endsWith("callsites") ? programTrace(error, frames, prepare) : prepare(error, frames);
  };
  return () => {
    Error.prepareStackTrace = prepare;
  };
}
