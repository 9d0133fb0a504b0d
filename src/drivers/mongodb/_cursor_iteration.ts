import type { AbstractCursor } from "mongodb";
import { Readable } from "node:stream";
import type { Calls } from "./_calls.ts";

type Transform = (document: unknown) => unknown;

/**
 * Reads a cursor with one turn per fetch. Functions of the user (`map`, `forEach`) run between the turns, so that they may
 * use the database themselves; that is why the client's own `map` is not used.
 */
export class CursorIteration {
  readonly #cursor: AbstractCursor;
  readonly #calls: Calls;
  readonly #beforeFetch: () => void;
  #transform: Transform | undefined;

  constructor(cursor: AbstractCursor, calls: Calls, beforeFetch: () => void) {
    this.#cursor = cursor;
    this.#calls = calls;
    this.#beforeFetch = beforeFetch;
  }

  async next(): Promise<unknown> {
    return await this.#transformed(await this.#fetch(() => this.#cursor.next()));
  }

  async tryNext(): Promise<unknown> {
    return await this.#transformed(await this.#fetch(() => this.#cursor.tryNext()));
  }

  async hasNext(): Promise<boolean> {
    return await this.#fetch(() => this.#cursor.hasNext());
  }

  async toArray(): Promise<unknown[]> {
    const documents: unknown[] = [];
    for await (const document of this.#documents()) {
      documents.push(document);
      for (const buffered of this.#cursor.readBufferedDocuments()) documents.push(await this.#transformed(buffered));
    }
    return documents;
  }

  async forEach(iterator: (document: unknown) => boolean | void): Promise<void> {
    if (typeof iterator !== "function") throw new TypeError('Argument "iterator" must be a function');
    for await (const document of this.#documents()) {
      if (iterator(document) === false) break;
    }
  }

  stream(): Readable {
    return Readable.from(this.#documents());
  }

  /** Answers with the unbound cursor, as the client does; the binder hands out the bound one. */
  map(transform: Transform): AbstractCursor {
    this.#cursor.map((document) => document); // throws when reading has begun
    const earlier = this.#transform;
    this.#transform = earlier === undefined ? transform : (document) => transform(earlier(document));
    return this.#cursor;
  }

  /** Closes it; when nothing may be sent any more, only on this side. The server closes it with the transaction. */
  async close(): Promise<void> {
    await this.#calls.cleanUp(async (open) => {
      if (!open) this.#cursor.rewind(); // forgets the server's cursor, so that the client sends nothing
      await this.#cursor.close();
    });
  }

  [Symbol.asyncIterator](): AsyncGenerator<unknown, void, void> {
    return this.#documents();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async *#documents(): AsyncGenerator<unknown, void, void> {
    try {
      while (!this.#cursor.closed && !this.#cursor.killed) {
        const document = await this.next();
        if (document === null) return;
        yield document;
      }
    } finally {
      if (!this.#cursor.closed) await this.close().catch(() => {}); // the error that led here says more
    }
  }

  async #fetch<T>(call: () => Promise<T>): Promise<T> {
    if (this.#cursor.bufferedCount() === 0) {
      return await this.#calls.send(() => {
        this.#beforeFetch();
        return call();
      });
    }
    this.#calls.admit(); // nothing is sent, yet a cursor is of no use after the end
    return await call();
  }

  async #transformed(document: unknown): Promise<unknown> {
    if (document === null || this.#transform === undefined) return document;
    try {
      const transformed = await this.#transform(document);
      if (transformed === null) throw new TypeError("Cannot map a document to null: null ends the reading of a cursor");
      return transformed;
    } catch (error) {
      await this.close().catch(() => {});
      throw error;
    }
  }
}
