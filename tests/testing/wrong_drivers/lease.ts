import type { LeaseReply } from "../../../mod.ts";
import { alter, type WrongDriver } from "./wrong_driver.ts";

/** Drivers that keep the lease wrongly. */
export const wrongLeases: readonly WrongDriver[] = [
  {
    what: "releases the lease without asking whose it is",
    noticedBy: ["lease: a release by somebody"],
    spoil: (right, store) =>
      alter(right, {
        releaseLease() {
          store.lease = { ...store.lease, owner: null };
          return Promise.resolve();
        },
      }),
  },
  {
    what: "deletes the row of the lease on release, so that its tokens start again",
    noticedBy: ["lease: a released lease"],
    spoil: (right, store) =>
      alter(right, {
        releaseLease({ owner, token }) {
          const isOwn = store.lease.owner === owner && store.lease.token === token;
          if (isOwn) store.lease = { owner: null, hostname: "", token: 0, leaseMs: 0, expiresAt: 0 };
          return Promise.resolve();
        },
      }),
  },
  {
    what: "renews the lease of any token",
    noticedBy: ["lease: a renewal with another owner or token"],
    spoil: (right, store) =>
      alter(right, { renewLease: (lease) => right.renewLease({ ...lease, token: store.lease.token }) }),
  },
  {
    what: "renews no lease that has expired",
    noticedBy: ["lease: an expired lease that nobody has taken"],
    spoil: (right, store) =>
      alter(right, {
        async renewLease(lease) {
          const isLate = store.lease.expiresAt <= Date.now();
          return await right.renewLease(isLate ? { ...lease, owner: "nobody" } : lease);
        },
      }),
  },
  {
    what: "renews a lease that was released",
    noticedBy: ["lease: a lease that nobody holds"],
    spoil: (right, store) =>
      alter(right, {
        renewLease(lease) {
          if (store.lease.owner === null) store.lease = { ...store.lease, owner: lease.owner, token: lease.token };
          return right.renewLease(lease);
        },
      }),
  },
  {
    what: "does not write down how long a renewed lease lasts",
    noticedBy: ["lease: a renewal prolongs"],
    spoil: (right, store) =>
      alter(right, {
        async renewLease(lease) {
          const { leaseMs } = store.lease;
          const reply = await right.renewLease(lease);
          if (reply.held) store.lease = { ...store.lease, leaseMs };
          return reply;
        },
      }),
  },
  {
    what: "gives whoever holds the lease a new token when it asks again",
    noticedBy: ["lease: whoever holds the lease and asks again"],
    spoil: (right, store) =>
      alter(right, {
        async acquireLease(request) {
          if (store.lease.owner !== request.owner) return await right.acquireLease(request);
          store.lease = { ...store.lease, token: store.lease.token + 1 };
          return await right.acquireLease(request);
        },
      }),
  },
  {
    what: "lets nobody take over a lease before it expires",
    noticedBy: ["lease: a lease with the stamp"],
    spoil: (right) => alter(right, { acquireLease: ({ takeOver: _, ...request }) => right.acquireLease(request) }),
  },
  {
    what: "lets anybody with any stamp take over the lease",
    noticedBy: ["lease: a lease with the stamp"],
    spoil: (right, store) =>
      alter(right, {
        acquireLease(request) {
          if (request.takeOver === undefined) return right.acquireLease(request);
          return right.acquireLease({ ...request, takeOver: `${store.lease.token}:${store.lease.expiresAt}` });
        },
      }),
  },
  {
    what: "prolongs the lease of its holder when it refuses it to somebody else",
    noticedBy: ["lease: a request that is refused changes nothing"],
    spoil: (right, store) =>
      alter(right, {
        async acquireLease(request) {
          const reply = await right.acquireLease(request);
          if (!reply.held && request.leaseMs > store.lease.leaseMs) {
            store.lease = { ...store.lease, expiresAt: store.lease.expiresAt + 1 };
          }
          return reply;
        },
      }),
  },
  {
    what: "gives refusals a stamp that does not change with a renewal",
    noticedBy: ["lease: a renewal prolongs", "lease: a lease with the stamp"],
    spoil: (right) =>
      alter(right, {
        async acquireLease({ takeOver, ...request }) {
          const reply = await right.acquireLease(request);
          if (reply.held || takeOver === undefined || takeOver !== `of ${reply.owner}`) return constant(reply);
          return await right.acquireLease({ ...request, takeOver: reply.stamp });
        },
      }),
  },
  {
    what: "calls a lease that was released taken over",
    noticedBy: ["lease: a free lease", "lease: a released lease"],
    spoil: (right, store) =>
      alter(right, {
        async acquireLease(request) {
          const wasFree = store.lease.owner === null;
          const reply = await right.acquireLease(request);
          return reply.held && wasFree ? { ...reply, takenOver: true } : reply;
        },
      }),
  },
  {
    what: "never says that a lease was taken over",
    noticedBy: ["lease: an expired lease goes to the next", "lease: a lease with the stamp"],
    spoil: (right) =>
      alter(right, {
        async acquireLease(request) {
          const reply = await right.acquireLease(request);
          return reply.held ? { ...reply, takenOver: false } : reply;
        },
      }),
  },
  {
    what: "keeps an expired lease for its holder",
    noticedBy: ["lease: an expired lease goes to the next", "lease: the lease goes by the clock"],
    spoil: (right, store) =>
      alter(right, {
        async acquireLease(request) {
          const { lease } = store;
          const isTaken = lease.owner !== null && lease.owner !== request.owner && request.takeOver === undefined;
          if (isTaken) store.lease = { ...lease, expiresAt: Number.MAX_SAFE_INTEGER };
          try {
            return await right.acquireLease(request).then((reply) => {
              return reply.held
                ? reply
                : { ...reply, remainingMs: lease.expiresAt - Date.now(), stamp: stampOf(lease) };
            });
          } finally {
            if (isTaken) store.lease = lease;
          }
        },
      }),
  },
  {
    what: "looks at the lease and then takes it, in two steps",
    noticedBy: ["lease: of many who ask"],
    spoil: (right, store) =>
      alter(right, {
        async acquireLease(request) {
          const { owner } = store.lease;
          if (owner !== null) return await right.acquireLease(request);
          await Promise.resolve();
          store.lease = { ...store.lease, owner: null };
          return await right.acquireLease(request);
        },
      }),
  },
  {
    what: "says when the lease expires where it was asked how long it lasts",
    noticedBy: ["lease: a lease that is held is refused"],
    spoil: (right, store) =>
      alter(right, {
        async acquireLease(request) {
          const reply = await right.acquireLease(request);
          return reply.held ? reply : { ...reply, remainingMs: store.lease.expiresAt };
        },
      }),
  },
  {
    what: "shows a lease that was released as held",
    noticedBy: ["lease: a lease that nobody holds", "lease: a look at the lease"],
    spoil: (right, store) =>
      alter(right, {
        readLease() {
          const { owner, hostname, token, leaseMs, expiresAt } = store.lease;
          if (token === 0) return Promise.resolve(null);
          return Promise.resolve({ owner: owner ?? "", hostname, token, leaseMs, remainingMs: expiresAt - Date.now() });
        },
      }),
  },
  {
    what: "shows nobody where the lease has expired",
    noticedBy: ["lease: an expired lease is shown"],
    spoil: (right) =>
      alter(right, {
        async readLease() {
          const status = await right.readLease();
          return status === null || status.remainingMs <= 0 ? null : status;
        },
      }),
  },
];

function constant(reply: LeaseReply): LeaseReply {
  return reply.held ? reply : { ...reply, stamp: `of ${reply.owner}` };
}

function stampOf({ token, expiresAt }: { readonly token: number; readonly expiresAt: number }): string {
  return `${token}:${expiresAt}`;
}
