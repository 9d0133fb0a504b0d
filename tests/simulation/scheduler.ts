import { setImmediate } from "node:timers";
import type { Random } from "./random.ts";

/** Somebody whose events can be held back or dropped. */
export interface Host {
  readonly isDead: boolean;
  /** Nothing reaches it before this time. */
  readonly pausedUntil: number;
}

/** Something that starts processes, or lets them do something. */
export const OUTSIDE: Host = { isDead: false, pausedUntil: 0 };

/** Something that will happen unless it is cancelled. */
export interface Scheduled {
  isCancelled: boolean;
}

interface Event extends Scheduled {
  at: number;
  readonly order: number;
  /** Undefined for what happens inside the database, after which no promise goes on. */
  readonly host: Host | undefined;
  readonly happen: () => void;
}

/** Something did not end, or waits for nothing that will ever happen. */
export class HangError extends Error {
  override readonly name = "HangError";
}

/** Virtual time: events happen one after the other, and the clock jumps from each to the next. */
export class Scheduler {
  /** Milliseconds since the beginning. */
  now = 0;
  /** How many events there were. */
  events = 0;
  readonly #random: Random;
  readonly #heap: Event[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Events at the same time happen in random order. */
  schedule(afterMs: number, happen: () => void, host?: Host): Scheduled {
    const event = { at: this.now + Math.max(0, afterMs), order: this.#random.next(), host, happen, isCancelled: false };
    this.#push(event);
    return event;
  }

  /** Lets things happen until something is so. */
  async runUntil(isOver: () => boolean, limit: { readonly events: number; readonly untilMs?: number }): Promise<void> {
    await turn();
    const last = this.events + limit.events;
    while (!isOver()) {
      const event = this.#pop();
      if (event === undefined) throw new HangError("everybody waits, and nothing will ever happen");
      if (event.isCancelled || event.host?.isDead) continue;
      if (event.host !== undefined && event.host.pausedUntil > event.at) {
        event.at = event.host.pausedUntil;
        this.#push(event);
        continue;
      }
      if (event.at > (limit.untilMs ?? Infinity)) throw new HangError(`it did not end before ${limit.untilMs} ms`);
      if (++this.events > last) throw new HangError(`it did not end within ${limit.events} events`);
      this.now = event.at;
      event.happen();
      // Inside the database there are no promises that would go on.
      if (event.host !== undefined) await turn();
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      let child = heap[below];
      if (child === undefined) break;
      const other = heap[below + 1];
      if (other !== undefined && isBefore(other, child)) {
        child = other;
        below++;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}

/** Lets everything go on that only waits for something that is done already. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
