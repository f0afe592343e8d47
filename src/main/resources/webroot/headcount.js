// Headcount in the browser: joins a stream as a viewer, keeps the connection, and tells how many people watch.
//
//   import { Viewer } from "/headcount.js";
//   const viewer = new Viewer("42", { user: "u1" });
//   viewer.addEventListener("count", () => console.log(viewer.viewers, viewer.mode));
//   viewer.addEventListener("state", () => console.log(viewer.state, viewer.reason));
//   viewer.connect();
//
// No dependencies. A count is state, not an event: each one replaces the last, so nothing is kept and nothing has to
// be caught up after a lost connection.

/** What ids of streams and users look like; the server answers 400 to anything else. */
export const ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** The server repeats an unchanged count every 2 s; one that is older than this may be wrong. */
const STALE_AFTER_MILLIS = 5_000;
/** After so much silence we ask whether the server is still there: a dead link says nothing, not even goodbye. */
const PING_AFTER_MILLIS = 5_000;
/** From the ping, or from opening the socket, to the first word of the server. */
const ANSWER_WITHIN_MILLIS = 10_000;
/** Waiting before attempt n: anything from 0 to FIRST * 2^n, and never above LONGEST (full jitter). */
const FIRST_RETRY_MILLIS = 500;
const LONGEST_RETRY_MILLIS = 20_000;
/** A connection that lived so long was a good one: its loss starts again from the shortest wait. */
const STABLE_AFTER_MILLIS = 10_000;
/** However long a server asks us to stay away. */
const LONGEST_MOVE_MILLIS = 60_000;

const TOKEN_EXPIRED = 4401;
/** 1000 is the end of the stream; after these, trying again would only bring the same answer. */
const FINAL_CODES = new Map([
  [1002, "protocol"],
  [1003, "protocol"],
  [1007, "protocol"],
  [1008, "policy"],
  [1009, "protocol"],
  [TOKEN_EXPIRED, "token-expired"],
]);
/** Reasons worth telling of those that are tried again; all others are "lost". */
const RETRY_REASONS = new Map([
  [1012, "restart"],
  [1013, "slow-reader"],
  [4429, "too-many-sessions"],
]);

/**
 * One session (one tab) of one user on one stream.
 *
 * Events, all without data beyond the viewer's own properties:
 * - "count": viewers, mode, asOf were set, by the server's welcome or a later count;
 * - "stale": the count became older than 5 s, or (then stale is false) a fresh one came;
 * - "state": state changed, or in "restoring" the time of the next attempt was set.
 *
 * state is one of
 * - "idle": not connected, and not trying;
 * - "connecting": for the first time;
 * - "live": welcomed, this session is counted;
 * - "restoring": the connection was lost or not made, it is being tried again;
 * - "ended": the stream is over;
 * - "refused": the server will not have us, reason says why; connect() tries again.
 */
export class Viewer extends EventTarget {
  /** Of the last count, null before the first one. asOf is the server's clock: never compare it with this machine's. */
  viewers = null;
  mode = null;
  asOf = null;
  /** The id that the server gave this session, null while not welcomed. */
  session = null;
  stale = false;
  state = "idle";
  /** Why the state is "restoring", "ended" or "refused": "lost", "silent", "restart", "policy", … */
  reason = null;

  #url;
  #token;
  /** Of this attempt: a token that comes after the attempt was given up must not open a socket. */
  #turn = 0;
  #socket = null;
  #attempt = 0;
  #welcomedAt = null;
  #countedAt = null;
  #retryAt = null;
  #retryTimer;
  #watchdog;
  #staleTimer;
  #online = () => this.#backOnline();

  /**
   * @param {string} stream the stream's id
   * @param {object} [options]
   * @param {string} [options.user] who watches, where the server is open (development)
   * @param {string|function(): (string|Promise<string>)} [options.token] who watches, as a signed token; a function
   *   is asked at each attempt, so that a token that expires or is good for one connection can be replaced
   * @param {string} [options.baseUrl] the server; by default the one that served this file
   * @throws {RangeError} for an id that no server would accept
   */
  constructor(stream, { user, token, baseUrl = new URL(import.meta.url).origin } = {}) {
    super();
    for (const id of user === undefined ? [stream] : [stream, user]) {
      if (!ID_PATTERN.test(id)) {
        throw new RangeError(`not an id (1 to 64 of A-Z a-z 0-9 _ -): ${id}`);
      }
    }
    this.stream = stream;
    this.user = user;
    this.#url = new URL(`/v1/streams/${stream}/watch`, baseUrl);
    this.#url.protocol = this.#url.protocol.replace("http", "ws");
    if (user !== undefined) this.#url.searchParams.set("user", user);
    this.#token = token;
  }

  /** Milliseconds since the count was news, by a clock that nobody sets; null before the first one. */
  get ageMillis() {
    return this.#countedAt === null ? null : performance.now() - this.#countedAt;
  }

  /** Milliseconds to the next attempt, 0 while one is under way; null when none is planned. */
  get retryInMillis() {
    return this.#retryAt === null ? null : Math.max(0, this.#retryAt - performance.now());
  }

  /** Joins, and stays joined until close(), the end of the stream or a refusal. Does nothing where it is trying. */
  connect() {
    if (["connecting", "live", "restoring"].includes(this.state)) return;
    globalThis.addEventListener?.("online", this.#online);
    this.#attempt = 0;
    this.#enter("connecting");
    this.#open();
  }

  /** Leaves. */
  close() {
    this.#finish("idle", null);
  }

  #open() {
    clearTimeout(this.#retryTimer);
    this.#retryAt = this.state === "restoring" ? performance.now() : null;
    if (typeof this.#token !== "function") {
      this.#dial(this.#token);
      return;
    }
    const turn = ++this.#turn;
    this.#watchdog = setTimeout(() => this.#silent(), ANSWER_WITHIN_MILLIS);
    Promise.resolve()
      .then(() => this.#token())
      .then(
        (token) => turn === this.#turn && this.#dial(token),
        () => turn === this.#turn && this.#lost(null),
      );
  }

  #dial(token) {
    // A browser cannot set headers on a WebSocket, and an address ends up in logs: a token travels as a subprotocol.
    const socket = new WebSocket(this.#url, token === undefined ? [] : ["headcount.v1", `bearer.${token}`]);
    clearTimeout(this.#watchdog);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => this.#lost(code);
    this.#watchdog = setTimeout(() => this.#silent(), ANSWER_WITHIN_MILLIS);
  }

  #hear(data) {
    this.#rearm();
    const message = parse(data);
    switch (message?.type) {
      case "welcome":
        this.session = message.session;
        this.#welcomedAt = performance.now();
        this.#retryAt = null;
        this.#count(message);
        this.#enter("live");
        break;
      case "count":
        this.#count(message);
        break;
      case "reconnect":
        this.#move(message.afterMillis);
        break;
      case "ended":
        this.#finish("ended", "ended");
        break;
      default: // a pong, or something of a later version
    }
  }

  #count({ viewers, mode, asOf }) {
    // The same asOf again is the same knowledge again (a change of mode, say), and no younger than before.
    if (asOf !== this.asOf || this.#countedAt === null) {
      this.#countedAt = performance.now();
      clearTimeout(this.#staleTimer);
      this.#staleTimer = setTimeout(() => this.#setStale(true), STALE_AFTER_MILLIS);
      this.#setStale(false);
    }
    Object.assign(this, { viewers, mode, asOf });
    this.#emit("count");
  }

  #setStale(stale) {
    if (this.stale === stale) return;
    this.stale = stale;
    this.#emit("stale");
  }

  #rearm() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#socket.send('{"type":"ping"}');
      this.#watchdog = setTimeout(() => this.#silent(), ANSWER_WITHIN_MILLIS);
    }, PING_AFTER_MILLIS);
  }

  #silent() {
    this.#drop();
    this.#restore("silent");
  }

  #lost(code) {
    this.#drop();
    if (code === 1000) {
      this.#finish("ended", "ended");
    } else if (FINAL_CODES.has(code) && !(code === TOKEN_EXPIRED && typeof this.#token === "function")) {
      this.#finish("refused", FINAL_CODES.get(code));
    } else {
      this.#restore(RETRY_REASONS.get(code) ?? "lost");
    }
  }

  /** The node restarts: it gave each of its viewers another time to come back at, so that they do not come at once. */
  #move(afterMillis) {
    const wait = Math.min(Math.max(Number(afterMillis) || 0, 0), LONGEST_MOVE_MILLIS);
    this.#planAttempt(wait);
  }

  #restore(reason) {
    const stable = this.#welcomedAt !== null && performance.now() - this.#welcomedAt >= STABLE_AFTER_MILLIS;
    this.#attempt = stable ? 0 : this.#attempt;
    this.#welcomedAt = null;
    this.session = null;
    const planned = this.#retryAt !== null && this.#retryAt > performance.now();
    if (!planned) {
      const ceiling = Math.min(LONGEST_RETRY_MILLIS, FIRST_RETRY_MILLIS * 2 ** Math.min(this.#attempt, 16));
      this.#attempt += 1;
      this.#planAttempt(Math.random() * ceiling);
    }
    this.#enter("restoring", reason);
  }

  #planAttempt(waitMillis) {
    clearTimeout(this.#retryTimer);
    this.#retryAt = performance.now() + waitMillis;
    this.#retryTimer = setTimeout(() => {
      this.#drop();
      if (this.state === "live") this.#enter("restoring", "restart");
      this.#open();
      this.#emit("state");
    }, waitMillis);
  }

  /** No reason to wait any longer; a little, so that a whole network that comes back does not come at once. */
  #backOnline() {
    if (this.state === "restoring" && this.#socket === null) {
      this.#attempt = 0;
      this.#planAttempt(Math.random() * FIRST_RETRY_MILLIS);
    }
  }

  #drop() {
    this.#turn += 1;
    clearTimeout(this.#watchdog);
    if (this.#socket === null) return;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close(1000);
    this.#socket = null;
  }

  #finish(state, reason) {
    globalThis.removeEventListener?.("online", this.#online);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#staleTimer);
    this.#drop();
    this.#retryAt = null;
    this.#welcomedAt = null;
    this.session = null;
    this.#enter(state, reason);
  }

  #enter(state, reason = null) {
    this.state = state;
    this.reason = reason;
    this.#emit("state");
  }

  #emit(type) {
    this.dispatchEvent(new Event(type));
  }
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
