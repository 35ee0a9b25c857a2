export { create, SETTLE_MS } from "./create";
export { ownerIdFor } from "./owner-id";
export { reportAbandoned, resumeFromJournal, resumeRequest } from "./resume";
export { candidatesOf, lagEndMs, watchList } from "./search";
export type * from "./types";
export { waitUntilReady } from "./wait";
