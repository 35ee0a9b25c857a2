/**
 * Spares the stack traces of the promises that a resource's constructor makes, until the returned function is called.
 *
 * The SDK keeps a stack trace with every promise, to name those that never resolve, and makes four promises for each
 * property of a resource. Under the SDK's own source maps each trace costs a quarter of a millisecond, which is most of
 * what a program spends on a resource. All other traces, above all those of errors, stay as they are.
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/debuggable.ts
 */
export function sparePromiseTraces(): () => void {
  const prepare = Error.prepareStackTrace;
  // Without source maps a trace costs next to nothing; and whoever looks for promises that never resolve needs them.
  if (prepare === undefined || process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return () => {};
  Error.prepareStackTrace = (error, frames) =>
    frames[0]?.getFunctionName() === "debuggablePromise" ? "" : prepare(error, frames);
  return () => {
    Error.prepareStackTrace = prepare;
  };
}
