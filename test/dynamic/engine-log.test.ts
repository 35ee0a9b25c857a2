import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { connectToEngine, engineLog } from "../../provider/dynamic/engine-log";

type Answer = (error: null, answer: Empty) => void;

const PROXY_VARIABLES = ["grpc_proxy", "http_proxy", "https_proxy", "no_grpc_proxy", "no_proxy"];
let engine: grpc.Server;
let address: string;
let delivered: string[];
/** The engine's handling of a line; it responds immediately unless a test changes it. */
let onLine: (answer: Answer) => void;
let printed: string[];
let printing: jest.SpyInstance;
let environment: Record<string, string | undefined>;

beforeEach(async () => {
  delivered = [];
  onLine = (answer) => answer(null, new Empty());
  engine = new grpc.Server();
  engine.addService(EngineService as unknown as grpc.ServiceDefinition, {
    log({ request }: { request: LogRequest }, answer: Answer) {
      delivered.push(request.getMessage());
      onLine(answer);
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = grpc.ServerCredentials.createInsecure();
    engine.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  address = `127.0.0.1:${port}`;
  printed = [];
  printing = jest.spyOn(console, "error").mockImplementation((line: string) => void printed.push(line));
  environment = { ...process.env };
  for (const name of PROXY_VARIABLES) delete process.env[name];
});
afterEach(() => {
  printing.mockRestore();
  process.env = environment;
  engine.forceShutdown();
});

describe("a proxy that the environment names", () => {
  let proxy: Server;
  let asked: number;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    asked = 0;
    // Accepts every connection and never responds.
    proxy = createServer((socket) => {
      asked += 1;
      sockets.add(socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });

  it.each(["grpc_proxy", "https_proxy", "http_proxy"])("in %s is never asked for the engine", async (name) => {
    process.env[name] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    await engineLog(address).warn("urn:a", "look here");
    expect(delivered).toEqual(["look here"]);
    // The watchdog opens its connection the same way.
    const channel = connectToEngine(address).getChannel();
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        const state = channel.getConnectivityState(true);
        if (state === grpc.connectivityState.READY) resolve();
        else channel.watchConnectivityState(state, Date.now() + 5_000, (error) => (error ? reject(error) : look()));
      };
      look();
    });
    channel.close();
    expect(asked).toBe(0);
    expect(printed).toEqual([]);
  });
});

describe("an engine that doesn't answer", () => {
  it("holds a call for two seconds at most, and the lines after it not at all; all are printed", async () => {
    const pending: Answer[] = [];
    onLine = (answer) => void pending.push(answer);
    const log = engineLog(address);
    const startMs = Date.now();
    await log.warn("urn:a", "one");
    const firstMs = Date.now() - startMs;
    expect(firstMs).toBeGreaterThan(1_500);
    expect(firstMs).toBeLessThan(4_000);
    expect(printed).toEqual(["warning: one"]);

    await Promise.all([log.warn("urn:a", "two"), log.inform("urn:a", "three")]);
    expect(Date.now() - startMs - firstMs).toBeLessThan(1_000);
    const until = async (isTrue: () => boolean) => {
      while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(() => printed.length === 3);
    expect([...printed].sort()).toEqual(["three", "warning: one", "warning: two"]);

    // Once the engine responds again, calls wait for it again.
    onLine = (answer) => answer(null, new Empty());
    await log.warn("urn:a", "four");
    await until(() => delivered.includes("four"));
    await log.warn("urn:a", "five");
    expect(delivered.at(-1)).toBe("five");
    expect(printed).toHaveLength(3);
  });

  it("or that is gone has its lines printed", async () => {
    engine.forceShutdown();
    await engineLog(address).warn("urn:a", "one");
    await engineLog(undefined).inform("urn:a", "two");
    expect(printed).toEqual(["warning: one", "two"]);
  });
});
