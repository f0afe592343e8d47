import type { Connection, ViewerOptions } from "./headcount.js";

export interface SharedViewerOptions extends ViewerOptions {
  /** Whoever is signed in, where `token` and not `user` says so: tabs of different people share nothing. */
  sharedBy?: string;
}

/** A viewer whose socket is shared by all tabs of a browser that watch the same stream as the same user. */
export class SharedViewer extends EventTarget {
  constructor(stream: string, options?: SharedViewerOptions);
  /** Whether this tab has the socket. */
  readonly leads: boolean;
  readonly stream: string;
  readonly user: string | undefined;
  readonly session: string | null;
  readonly viewers: number | null;
  readonly mode: "exact" | "degraded" | null;
  readonly asOf: number | null;
  readonly counts: Connection["counts"];
  readonly state: Connection["state"];
  readonly reason: Connection["reason"];
  readonly stale: boolean;
  readonly ageMillis: number | null;
  readonly retryInMillis: number | null;
  connect(): void;
  /** Leaves; the socket passes on to another tab. */
  close(): void;
  addEventListener: Connection["addEventListener"];
}
