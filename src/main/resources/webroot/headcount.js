// Headcount in the browser: watches a stream as one of its viewers, or observes the counts of many, and stays connected.
//
//   import { Viewer, Observer } from "/headcount.js";
//   const viewer = new Viewer("42", { token: () => fetchToken() });
//   viewer.addEventListener("count", () => console.log(viewer.viewers, viewer.mode));
//   viewer.connect();
//   for await (const { stream, viewers } of new Observer(["42", "43"])) console.log(stream, viewers);
//
// headcount.d.ts describes all of it. A count is state, not an event: each one replaces the last, so nothing is kept
// and nothing has to be caught up after a lost connection.

/** What ids look like; the server answers 400 to anything else. */
export const ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** The server repeats an unchanged count every 2 s, or says that it is slower. */
const STALE_AFTER_MILLIS = 5_000;
/** A dead link says nothing, not even goodbye: silence is answered with a ping. */
const PING_AFTER_MILLIS = 5_000;
const ANSWER_WITHIN_MILLIS = 10_000;
/** Before attempt n: anything from 0 to FIRST * 2^n, and never above LONGEST (full jitter). */
const FIRST_RETRY_MILLIS = 500;
const LONGEST_RETRY_MILLIS = 20_000;
/** A connection that lived so long was a good one: its loss starts again from the shortest wait. */
const STABLE_AFTER_MILLIS = 10_000;
const LONGEST_MOVE_MILLIS = 60_000;

/** After these, trying again would only bring the same answer. */
const FINAL_CODES = {
  1002: "protocol",
  1003: "protocol",
  1007: "protocol",
  1008: "policy",
  1009: "protocol",
  4401: "token-expired",
  4429: "too-many-sessions",
};
const RETRY_REASONS = { 1012: "restart", 1013: "slow-reader", 4401: "token-expired" };
const RESTING = ["idle", "paused", "ended", "refused"];
const page = globalThis.document;

class Connection extends EventTarget {
  counts = new Map();
  session = null;
  stale = false;
  state = "idle";
  reason = null;

  #url;
  #options;
  /** Of this attempt: a token that comes after the attempt was given up must not open a socket. */
  #turn = 0;
  #socket = null;
  #attempt = 0;
  #liveAt = null;
  #newsAt = null;
  #retryAt = null;
  /** Whether the server said when to come back: then nothing brings us back earlier. */
  #told = false;
  #timers = {};
  #look = () => this.#looked();

  constructor(path, query, options) {
    super();
    const { baseUrl = new URL(import.meta.url).origin } = options;
    this.#url = new URL(path, baseUrl);
    this.#url.protocol = this.#url.protocol.replace("http", "ws");
    this.#url.search = new URLSearchParams(query);
    this.#options = options;
  }

  get ageMillis() {
    return this.#newsAt === null ? null : performance.now() - this.#newsAt;
  }

  get retryInMillis() {
    return this.#retryAt === null ? null : Math.max(0, this.#retryAt - performance.now());
  }

  connect() {
    if (!RESTING.includes(this.state)) return;
    globalThis.addEventListener?.("online", this.#look);
    page?.addEventListener("visibilitychange", this.#look);
    this.#attempt = 0;
    this.#enter("connecting");
    this.#open();
    if (page?.hidden) this.#looked();
  }

  close() {
    this.#finish("idle");
  }

  /** A reader that is slower than the server is given the newest count of each stream. */
  async *[Symbol.asyncIterator]() {
    const mine = this.state === "idle";
    const news = new Map(mine ? [] : this.counts);
    let wake;
    const note = ({ detail }) => {
      if (detail) news.set(detail.stream, detail);
      wake?.();
    };
    for (const type of ["count", "state"]) this.addEventListener(type, note);
    try {
      if (mine) this.connect();
      for (;;) {
        for (const [stream, count] of news) {
          news.delete(stream);
          yield count;
        }
        if (this.state === "refused") throw new Error(`refused: ${this.reason}`);
        if (this.state === "idle" || this.state === "ended") return;
        await new Promise((resolve) => (wake = resolve));
      }
    } finally {
      for (const type of ["count", "state"]) this.removeEventListener(type, note);
      if (mine) this.close();
    }
  }

  #open() {
    clearTimeout(this.#timers.retry);
    this.#told = false;
    this.#retryAt = this.state === "restoring" ? performance.now() : null;
    this.#watch();
    const { token } = this.#options;
    if (typeof token !== "function") return this.#dial(token);
    const turn = ++this.#turn;
    const current = () => turn === this.#turn;
    (async () => token(this.reason))()
      .then((fresh) => current() && this.#dial(fresh))
      .catch(() => current() && this.#lost(0, "no-token"));
  }

  #dial(token) {
    // Some networks block WebSockets: every third attempt in a row is another way's.
    const { fallback } = this.#options;
    const Socket = fallback && this.#attempt % 3 === 2 ? fallback : WebSocket;
    // A browser cannot set headers on a WebSocket, and an address ends up in logs: a token travels as a subprotocol.
    const socket = new Socket(this.#url, token === undefined ? [] : ["headcount.v1", `bearer.${token}`]);
    this.#socket = socket;
    // Nobody welcomes an observer.
    socket.onopen = () => this.#options.observes && this.#hear({ type: "welcome" });
    socket.onmessage = ({ data }) => this.#hear(parse(data));
    socket.onclose = ({ code }) => this.#lost(code);
    // Node.js 20 leaves a refused socket connecting, and says no more.
    socket.onerror = () => socket.readyState === 0 && this.#lost(0);
    this.#watch();
  }

  #hear(message) {
    this.#ping(PING_AFTER_MILLIS);
    switch (message?.type) {
      case "welcome":
        this.session = message.session ?? null;
        this.#liveAt = performance.now();
        this.#retryAt = null;
        if (message.session) this.#count(message);
        this.#enter("live");
        break;
      case "count":
        this.#count(message);
        break;
      case "reconnect":
        // Each is given another time, so that not all come at once.
        this.#told = true;
        this.#plan(Math.min(Math.max(Number(message.afterMillis) || 0, 0), LONGEST_MOVE_MILLIS));
        break;
      case "ended":
        if (!this.#options.observes) return this.#finish("ended", "ended");
        this.counts.delete(message.stream);
        this.#emit("ended", message);
        break;
      default: // a pong, or something of a later version
    }
  }

  #count({ stream, viewers, mode, asOf, everyMillis = 0 }) {
    // The same asOf again is the same knowledge again (a change of mode, say), and no younger than before.
    if (asOf !== this.counts.get(stream)?.asOf || this.#newsAt === null) {
      this.#newsAt = performance.now();
      clearTimeout(this.#timers.stale);
      this.#timers.stale = setTimeout(() => this.#setStale(true), STALE_AFTER_MILLIS + everyMillis);
      this.#setStale(false);
    }
    const count = { stream, viewers, mode, asOf };
    this.counts.set(stream, count);
    this.#emit("count", count);
  }

  #setStale(stale) {
    if (this.stale === stale) return;
    this.stale = stale;
    this.#emit("stale");
  }

  #ping(afterMillis) {
    clearTimeout(this.#timers.watchdog);
    this.#timers.watchdog = setTimeout(() => {
      this.#socket.send('{"type":"ping"}');
      this.#watch();
    }, afterMillis);
  }

  #watch() {
    clearTimeout(this.#timers.watchdog);
    this.#timers.watchdog = setTimeout(() => this.#lost(0, "silent"), ANSWER_WITHIN_MILLIS);
  }

  #lost(code, reason) {
    this.#drop();
    if (code === 1000) this.#finish("ended", "ended");
    else if (code in FINAL_CODES && !(code === 4401 && typeof this.#options.token === "function")) {
      this.#finish("refused", FINAL_CODES[code]);
    } else this.#restore(reason ?? RETRY_REASONS[code] ?? "lost");
  }

  #restore(reason) {
    if (this.#liveAt !== null && performance.now() - this.#liveAt >= STABLE_AFTER_MILLIS) this.#attempt = 0;
    this.#liveAt = this.session = null;
    if (!this.#told) {
      const ceiling = Math.min(LONGEST_RETRY_MILLIS, FIRST_RETRY_MILLIS * 2 ** Math.min(this.#attempt, 16));
      this.#attempt += 1;
      this.#plan(Math.random() * ceiling);
    }
    this.#enter("restoring", reason);
  }

  #plan(waitMillis) {
    clearTimeout(this.#timers.retry);
    this.#retryAt = performance.now() + waitMillis;
    this.#timers.retry = setTimeout(() => {
      this.#drop();
      if (this.state === "live") {
        // To be asked to move is no failure.
        this.#attempt = 0;
        this.#restore("restart");
      }
      this.#open();
      this.#emit("state");
    }, waitMillis);
  }

  /** The page was shown or hidden, or the network is back: timers may have slept, so what is so is looked at anew. */
  #looked() {
    clearTimeout(this.#timers.hidden);
    const { pauseAfterMillis } = this.#options;
    if (page?.hidden) {
      if (pauseAfterMillis < Infinity) {
        this.#timers.hidden = setTimeout(() => this.#finish("paused", "hidden"), pauseAfterMillis);
      }
    } else if (this.state === "paused") {
      this.connect();
    } else if (this.state === "live") {
      this.#ping(0);
    } else if (this.state === "restoring" && this.#socket === null && !this.#told) {
      // A little later, so that a whole network that comes back does not come at once.
      this.#attempt = 0;
      this.#plan(Math.random() * FIRST_RETRY_MILLIS);
    }
  }

  #drop() {
    this.#turn += 1;
    clearTimeout(this.#timers.watchdog);
    if (this.#socket === null) return;
    for (const type of ["open", "message", "close", "error"]) this.#socket[`on${type}`] = null;
    this.#socket.close(1000);
    this.#socket = null;
  }

  #finish(state, reason) {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    if (state !== "paused") {
      globalThis.removeEventListener?.("online", this.#look);
      page?.removeEventListener("visibilitychange", this.#look);
    }
    this.#drop();
    this.#told = false;
    this.#retryAt = this.#liveAt = this.session = null;
    this.#enter(state, reason);
  }

  #enter(state, reason = null) {
    this.state = state;
    this.reason = reason;
    this.#emit("state");
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** One session (one tab) of one user on one stream. */
export class Viewer extends Connection {
  constructor(stream, options = {}) {
    const { user } = options;
    super(`/v1/streams/${id(stream)}/watch`, user === undefined ? {} : { user: id(user) }, options);
    Object.assign(this, { stream, user });
  }

  get viewers() {
    return this.counts.get(this.stream)?.viewers ?? null;
  }

  get mode() {
    return this.counts.get(this.stream)?.mode ?? null;
  }

  get asOf() {
    return this.counts.get(this.stream)?.asOf ?? null;
  }
}

/** Is told the counts of up to 200 streams, and is not counted. */
export class Observer extends Connection {
  constructor(streams, options = {}) {
    super(
      "/v1/counts",
      [...streams].map((stream) => ["stream", id(stream)]),
      { pauseAfterMillis: 30_000, ...options, observes: true },
    );
  }
}

function id(text) {
  if (!ID_PATTERN.test(text)) throw new RangeError(`not an id (1 to 64 of A-Z a-z 0-9 _ -): ${text}`);
  return text;
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
