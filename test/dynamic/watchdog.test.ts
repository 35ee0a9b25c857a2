import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { ResourceProviderClient, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Journal, JournalEntry } from "../../provider/creation";
import { isProviderProcess, type Watchdog, watchEngine } from "../../provider/dynamic/watchdog";

let engine: grpc.Server;
/** Server at the engine's address, in front of the engine. */
let door: Server;
const sockets = new Set<Socket>();
let address: string;
let connections: number;
let watchdog: Watched;

/** Watchdog with the number of times that it has ended its process. */
interface Watched extends Watchdog {
  readonly ends: number;
}

function keep(socket: Socket): void {
  sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function cutConnections(): void {
  for (const socket of sockets) socket.destroy();
}

function die(): void {
  door.close();
  cutConnections();
}

function watch(at: string): Watched {
  const journal: Journal = {
    find: async () => undefined,
    others: async () => [],
    note: async () => undefined,
    settle: async () => undefined,
    confirm: async () => undefined,
  };
  const count = { ends: 0 };
  return Object.assign(count, watchEngine({ engine: at, journal, end: () => count.ends++ }));
}

beforeEach(async () => {
  engine = new grpc.Server();
  engine.addService(EngineService as unknown as grpc.ServiceDefinition, {});
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = grpc.ServerCredentials.createInsecure();
    engine.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  connections = 0;
  door = createServer((outside) => {
    connections++;
    const inside = connect(port, "127.0.0.1");
    keep(outside);
    keep(inside);
    outside.pipe(inside).pipe(outside);
  });
  address = await listen(door);
  watchdog = watch(address);
});
afterEach(() => {
  die();
  engine.forceShutdown();
});

const request = { requestedAt: "2026-11-21T03:00:00.000Z", known: [], knownComplete: true };
const asked: JournalEntry = { urn: "a", requestHash: "w", request };
const made: JournalEntry = { ...asked, made: { id: "discloud/app/1/2", snapshotKey: "k" } };
const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const isRefused = () =>
  watchdog.beforeChange().then(
    () => false,
    () => true,
  );

describe("while the engine is there", () => {
  it("lets requests leave and ends nothing, however its connection goes", async () => {
    expect(await isRefused()).toBe(false);
    await watchdog.journal.note(asked);
    await watchdog.journal.note(made);
    watchdog.ended("a");
    // A server may close an idle connection and keep listening.
    for (let cut = 0; cut < 3; cut++) {
      const before = connections;
      cutConnections();
      await until(() => connections > before);
    }
    expect(await isRefused()).toBe(false);
    expect(watchdog.ends).toBe(0);
  });

  it("does not take one that is slow to answer for one that is gone", async () => {
    const mute = createServer((socket) => {
      connections++;
      keep(socket);
    });
    const busy = watch(await listen(mute));
    await expect(busy.beforeChange()).resolves.toBeUndefined();
    const before = connections;
    cutConnections();
    await until(() => connections > before);
    await expect(busy.beforeChange()).resolves.toBeUndefined();
    expect(busy.ends).toBe(0);
    mute.close();
  });
});

describe("once the engine is gone", () => {
  it("ends a process that has asked for nothing at once, and lets no request leave", async () => {
    expect(await isRefused()).toBe(false);
    die();
    await until(() => watchdog.ends > 0);
    expect(await isRefused()).toBe(true);
    expect(watchdog.ends).toBe(1);
  });

  it("refuses also the request that comes before it is noticed", async () => {
    die();
    expect(await isRefused()).toBe(true);
  });

  it.each([
    ["the snapshot is noted", () => watchdog.journal.note(made)],
    [
      "an answer that names none is noted",
      () => watchdog.journal.note({ ...asked, request: { ...request, answer: {} } }),
    ],
    ["the request is known to have made nothing", () => watchdog.journal.settle("a")],
    ["the create has ended without a result", async () => watchdog.ended("a")],
  ])("waits for a request that has left until %s", async (_, settle) => {
    await watchdog.journal.note(asked);
    await watchdog.journal.note({ ...asked, urn: "b" });
    die();
    expect(await isRefused()).toBe(true);
    await settle();
    expect(watchdog.ends).toBe(0);
    await watchdog.journal.settle("b");
    expect(watchdog.ends).toBe(1);
  });
});

describe("asked to cancel", () => {
  it("lets what waits know, and ends nothing", async () => {
    const provider = new grpc.Server();
    const service = ResourceProviderService as unknown as grpc.ServiceDefinition;
    provider.addService(service, {
      cancel: (_call: unknown, answer: grpc.sendUnaryData<Empty>) => answer(null, new Empty()),
    });
    const port = await new Promise<number>((resolve, reject) => {
      const insecure = grpc.ServerCredentials.createInsecure();
      provider.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    expect(watchdog.stopped.aborted).toBe(false);
    await new Promise<void>((resolve, reject) =>
      client.cancel(new Empty(), (error) => (error ? reject(error) : resolve())),
    );
    expect(watchdog.stopped.aborted).toBe(true);
    expect(watchdog.ends).toBe(0);
    client.close();
    provider.forceShutdown();
  });
});

describe("told to stop", () => {
  it("waits for what has left, as long as it is given, and lets nothing more leave", async () => {
    await watchdog.journal.note(asked);
    watchdog.stop(50);
    expect(await isRefused()).toBe(true);
    expect(watchdog.ends).toBe(0);
    await until(() => watchdog.ends > 0);
  });

  it("ends at once where nothing has left", () => {
    watchdog.stop(60_000);
    expect(watchdog.ends).toBe(1);
  });
});

test.each([
  [["node", "/app/node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js", "127.0.0.1:4711"], true],
  [["node", "C:\\app\\node_modules\\@pulumi\\pulumi\\cmd\\dynamic-provider", "127.0.0.1:4711"], true],
  [["node", "/app/node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js"], false],
  [["node", "/app/node_modules/.bin/jest", "127.0.0.1:4711"], false],
  [["node"], false],
])("only the dynamic provider's own process is watched: %j", (argv, isWatched) => {
  expect(isProviderProcess(argv)).toBe(isWatched);
});
