/** Error whose message is a problem of an archive, as a sentence without its subject: `ends in the middle of …`. */
export class BrokenArchive extends Error {}

const nothing = Buffer.alloc(0);

/** Reads bytes from chunks of any size, at the reader's own pace. */
export class ByteReader {
  private held: Buffer = nothing;
  /** Number of bytes taken so far. */
  offset = 0;

  constructor(private readonly source: AsyncIterator<Buffer>) {}

  private async fill(): Promise<boolean> {
    const { done, value } = await this.source.next();
    if (done) return false;
    this.held = this.held.length === 0 ? value : Buffer.concat([this.held, value]);
    return true;
  }

  /** Returns the next `count` bytes without taking them, fewer only at the end. */
  async peek(count: number): Promise<Buffer> {
    while (this.held.length < count && (await this.fill()));
    return this.held.subarray(0, count);
  }

  /** Returns up to `most` bytes that have arrived and are not taken yet, without waiting for more. */
  arrived(most: number): Buffer {
    return this.held.subarray(0, most);
  }

  /** Takes exactly `count` bytes; throws if the end comes first. */
  async take(count: number, what: string): Promise<Buffer> {
    const bytes = await this.peek(count);
    if (bytes.length < count) throw new BrokenArchive(`ends in the middle of ${what}`);
    this.drop(count);
    return bytes;
  }

  /** Takes the bytes that are available, at most `most`; undefined at the end. */
  async some(most: number): Promise<Buffer | undefined> {
    if (this.held.length === 0 && !(await this.fill())) return undefined;
    const bytes = this.held.subarray(0, most);
    this.drop(bytes.length);
    return bytes;
  }

  /** Passes `count` bytes to `use` as they arrive; throws if the end comes first. */
  async each(count: number, what: string, use?: (bytes: Buffer) => void): Promise<void> {
    for (let left = count; left > 0; ) {
      const bytes = await this.some(left);
      if (bytes === undefined) throw new BrokenArchive(`ends in the middle of ${what}`);
      use?.(bytes);
      left -= bytes.length;
    }
  }

  /** Puts back the bytes taken last. */
  putBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.held = this.held.length === 0 ? bytes : Buffer.concat([bytes, this.held]);
    this.offset -= bytes.length;
  }

  private drop(count: number): void {
    this.held = this.held.subarray(count);
    this.offset += count;
  }
}

/** Passes chunks from a writer to a reader one at a time: a write resolves when the reader asks for the next chunk. */
export class Handover implements AsyncIterator<Buffer> {
  private waiting: ((result: IteratorResult<Buffer>) => void) | undefined;
  private offered: { readonly chunk: Buffer; readonly taken: () => void } | undefined;
  private release: () => void = () => undefined;
  private hasEnded = false;
  private isClosed = false;

  /** Offers a chunk; resolves when the reader has used it up or has closed. */
  write(chunk: Buffer): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    return new Promise((taken) => {
      const { waiting } = this;
      if (waiting === undefined) {
        this.offered = { chunk, taken };
        return;
      }
      this.waiting = undefined;
      this.release = taken;
      waiting({ done: false, value: chunk });
    });
  }

  /** Signals the end of the data to the reader. */
  end(): void {
    this.hasEnded = true;
    this.waiting?.({ done: true, value: undefined });
  }

  /** Called by the reader when it stops reading: pending and later writes resolve immediately. */
  close(): void {
    this.isClosed = true;
    this.release();
    this.offered?.taken();
  }

  next(): Promise<IteratorResult<Buffer>> {
    this.release();
    this.release = () => undefined;
    const { offered } = this;
    if (offered !== undefined) {
      this.offered = undefined;
      this.release = offered.taken;
      return Promise.resolve({ done: false, value: offered.chunk });
    }
    if (this.hasEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }
}
