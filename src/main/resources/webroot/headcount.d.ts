/** Headcount in the browser: watches a stream as one of its viewers, or observes the counts of many. */

/** What ids of streams and users look like; the server answers 400 to anything else. */
export const ID_PATTERN: RegExp;

/** `degraded`: the count may be wrong for now, since part of Headcount is out of reach. It corrects itself. */
export type Mode = "exact" | "degraded";

/**
 * - `idle`: not connected, and not trying;
 * - `connecting`: for the first time;
 * - `live`: this session is counted, or (an observer) counts arrive;
 * - `restoring`: the connection was lost or not made, and is being tried again;
 * - `paused`: the page has been hidden for `pauseAfterMillis`; goes on when the page is shown;
 * - `ended`: the stream is over;
 * - `refused`: the server will not have us, `reason` says why; `connect()` tries again.
 */
export type State = "idle" | "connecting" | "live" | "restoring" | "paused" | "ended" | "refused";

/** Why the state is what it is. The first five go with `restoring`; `protocol`, `policy` and what follows are final. */
export type Reason =
  | "lost"
  | "silent"
  | "restart"
  | "slow-reader"
  | "no-token"
  | "token-expired"
  | "too-many-sessions"
  | "protocol"
  | "policy"
  | "hidden"
  | "ended";

/** How many different people watch a stream. */
export interface Count {
  readonly stream: string;
  readonly viewers: number;
  readonly mode: Mode;
  /** Milliseconds since 1970 by the server's clock: never compare it with this machine's. */
  readonly asOf: number;
}

/** Called before each attempt with the reason of the last connection's end: bring a token that is good now. */
export type TokenSource = (reason: Reason | null) => string | Promise<string>;

/** What carries messages where WebSockets are blocked: constructed and used like a `WebSocket`. */
export type Transport = new (url: URL, protocols: string[]) => {
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
};

export interface ConnectionOptions {
  /** The server, `https://counts.example`; default: the one that served this file. In Node.js it must be given. */
  baseUrl?: string | URL;
  /** A signed token. A function is asked at each attempt, also when the server says that the token has expired. */
  token?: string | TokenSource;
  /** Used at every third attempt in a row that fails. */
  fallback?: Transport;
  /**
   * Milliseconds after which a hidden page lets go of its connection, until it is shown. Default: never for a viewer
   * (people listen to hidden pages, and are counted), 30,000 for an observer.
   */
  pauseAfterMillis?: number;
}

export interface ViewerOptions extends ConnectionOptions {
  /** Who watches, where the server is open to any name (development). */
  user?: string;
}

export interface ConnectionEvents {
  /** A count arrived. */
  count: CustomEvent<Count>;
  /** `state` changed, or while `restoring` the time of the next attempt was set. */
  state: CustomEvent<null>;
  /** No count has been news for 5 s (longer where the server says that it is slower), or (`stale` is false) one came. */
  stale: CustomEvent<null>;
  /** Of an observer: one of its streams is over. */
  ended: CustomEvent<{ readonly stream: string }>;
}

/** What viewers and observers have in common. A lost connection is restored by itself. */
declare abstract class Connection extends EventTarget implements AsyncIterable<Count> {
  /** The last count of each stream. */
  readonly counts: ReadonlyMap<string, Count>;
  readonly state: State;
  readonly reason: Reason | null;
  readonly stale: boolean;
  /** Milliseconds since a count was news, by a clock that nobody sets; null before the first one. */
  readonly ageMillis: number | null;
  /** Milliseconds to the next attempt, 0 while one is under way; null when none is planned. */
  readonly retryInMillis: number | null;

  /** Connects, and stays connected until `close()`, the stream's end or a refusal. Does nothing where it is trying. */
  connect(): void;

  /** Leaves. */
  close(): void;

  /**
   * Counts, the newest of each stream where the reader is slower than the server. Ends with `close()` or the stream;
   * throws when refused. A loop over what is idle connects it, and closes it when left.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Count, void, void>;

  addEventListener<K extends keyof ConnectionEvents>(
    type: K,
    listener: (this: this, event: ConnectionEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export type { Connection };

/** One session (one tab) of one user on one stream. */
export class Viewer extends Connection {
  /** @throws RangeError for an id that no server would accept */
  constructor(stream: string, options?: ViewerOptions);
  readonly stream: string;
  readonly user: string | undefined;
  /** The id that the server gave this session, null while not welcomed. */
  readonly session: string | null;
  /** Of the last count; null before the first one. */
  readonly viewers: number | null;
  readonly mode: Mode | null;
  readonly asOf: number | null;
}

/** Is told the counts of 1 to 200 streams, and is not counted. */
export class Observer extends Connection {
  /** @throws RangeError for an id that no server would accept */
  constructor(streams: Iterable<string>, options?: ConnectionOptions);
}
