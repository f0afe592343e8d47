// Waiting for conditions, never for time.

import { once } from "node:events";

/** Resolves once the connection is in the state, at once where it is. */
export async function inState(connection, state) {
  while (connection.state !== state) await once(connection, "state", { signal: AbortSignal.timeout(30_000) });
}

/** Resolves once the condition holds, which is looked at with each event of the connection. */
export async function until(connection, condition) {
  const signal = AbortSignal.timeout(30_000);
  while (!condition()) {
    const round = new AbortController();
    const either = { signal: AbortSignal.any([signal, round.signal]) };
    try {
      await Promise.race(["count", "state", "stale", "ended"].map((type) => once(connection, type, either)));
    } finally {
      round.abort();
    }
  }
}
