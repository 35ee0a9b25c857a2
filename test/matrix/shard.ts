import { writeFileSync } from "node:fs";
import * as holders from "../../provider/dynamic/holders";
import * as journal from "../../provider/dynamic/journal";
import * as runtime from "../../provider/dynamic/runtime";
import { type Meant, playShard } from "./matrix";

/** Cases that a process of the matrix plays, and the file for their results. */
export interface ShardOrder {
  readonly shard: number;
  readonly shards: number;
  readonly meant: Meant;
  readonly folder: string;
  readonly result: string;
}

const order = JSON.parse(process.argv[2] ?? "") as ShardOrder;
playShard({ runtime, journal, holders }, order).then(
  (shown) => writeFileSync(order.result, JSON.stringify(shown)),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
