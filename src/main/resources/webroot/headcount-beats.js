// Headcount where WebSockets are blocked: the same messages, carried by plain requests.
//
//   import { Viewer } from "./headcount.js";
//   import { Beats } from "./headcount-beats.js";
//   new Viewer("42", { fallback: Beats });
//
// A beat every 20 s or so keeps the session alive; counts are asked for in between. To a Viewer or an Observer it looks
// like a WebSocket. Now and then it tries whether a real one can be had by now, and makes room for it.

const COUNTS_EVERY_MILLIS = 3_000;
/** After a beat that failed; two may fail before the session's 60 s are over. */
const BEAT_AGAIN_MILLIS = 5_000;
const ANSWER_WITHIN_MILLIS = 8_000;

export class Beats {
  /** Between two looks whether WebSockets are let through by now, give or take a half. */
  static probeEveryMillis = 60_000;

  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  readyState = 0;

  #beats = null;
  #counts;
  #probe;
  #user;
  #headers = { "content-type": "application/json" };
  #session = null;
  /** The session that was told of. */
  #welcomed = null;
  #timers = {};
  #leave = () => this.#end();

  constructor(url, protocols = []) {
    const address = new URL(url);
    this.#probe = { address: new URL(address), protocols };
    address.protocol = address.protocol.replace("ws", "http");
    const stream = /^\/v1\/streams\/([^/]+)\/watch$/.exec(address.pathname)?.[1];
    const query = stream === undefined ? address.search : `?stream=${stream}`;
    this.#counts = new URL(`/v1/viewers${query}`, address);
    // As an observer, who is not counted.
    this.#probe.address.href = new URL(`/v1/counts${query}`, this.#probe.address);
    if (stream !== undefined) this.#beats = new URL(`/v1/streams/${stream}/beat`, address);
    this.#user = address.search;
    const bearer = protocols.find((protocol) => protocol.startsWith("bearer."));
    if (bearer) this.#headers.authorization = `Bearer ${bearer.slice("bearer.".length)}`;
    globalThis.addEventListener?.("pagehide", this.#leave);
    if (this.#beats) this.#beat();
    else this.#look();
  }

  /** A ping: the answer is whatever can be had. */
  send() {
    this.#look();
  }

  close() {
    if (this.readyState > 1) return;
    this.#stop();
    this.#end();
  }

  async #beat() {
    const body = JSON.stringify(this.#session === null ? {} : { session: this.#session });
    const answer = await this.#ask(`${this.#beats}${this.#user}`, { method: "POST", body });
    if (this.readyState > 1) return;
    if (answer?.ok) {
      const { session, nextBeatMillis } = await answer.json();
      const begun = session !== this.#session;
      this.#session = session;
      this.#timers.beat = setTimeout(() => this.#beat(), nextBeatMillis);
      if (begun) this.#look();
    } else if (answer?.status === 410 && this.#session !== null) {
      // It took too long, or a page that had been put aside is back: a new session.
      this.#session = null;
      this.#beat();
    } else if (answer?.status === 410) {
      this.#lost(1000);
    } else if (answer?.status === 401) {
      this.#lost(4401);
    } else if (this.#session !== null && !this.#retryAfter(answer)) {
      this.#timers.beat = setTimeout(() => this.#beat(), BEAT_AGAIN_MILLIS);
    } else {
      const seconds = this.#retryAfter(answer);
      if (seconds) this.#say({ type: "reconnect", afterMillis: seconds * 1_000 });
      this.#lost(1006);
    }
  }

  async #look() {
    clearTimeout(this.#timers.look);
    const answer = await this.#ask(this.#counts, {});
    const items = answer?.ok ? (await answer.json()).items : [];
    if (this.readyState > 1) return;
    if (this.readyState === 0) {
      if (items.length === 0) return this.#lost(1006);
      this.readyState = 1;
      this.onopen?.();
      this.#planProbe();
    }
    for (const { stream, viewers, asOf, mode } of items) {
      const welcome = this.#session !== null && this.#session !== this.#welcomed;
      this.#say({ type: welcome ? "welcome" : "count", session: this.#session, stream, viewers, asOf, mode });
      if (welcome) this.#welcomed = this.#session;
    }
    clearTimeout(this.#timers.look);
    this.#timers.look = setTimeout(() => this.#look(), COUNTS_EVERY_MILLIS);
  }

  async #ask(address, options) {
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MILLIS);
      return await fetch(address, { headers: this.#headers, cache: "no-store", signal, ...options });
    } catch {
      return null;
    }
  }

  #planProbe() {
    this.#timers.probe = setTimeout(() => {
      const socket = new WebSocket(this.#probe.address, this.#probe.protocols);
      socket.onopen = () => {
        socket.close(1000);
        if (this.readyState === 1) this.#say({ type: "reconnect", afterMillis: 0 });
      };
      this.#planProbe();
    }, Beats.probeEveryMillis * (0.5 + Math.random()));
  }

  #retryAfter(answer) {
    return Number(answer?.headers.get("retry-after")) || 0;
  }

  #say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  #lost(code) {
    const tell = this.onclose;
    this.#stop();
    tell?.({ code });
  }

  #stop() {
    this.readyState = 3;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    globalThis.removeEventListener?.("pagehide", this.#leave);
  }

  /** Also while the page goes away: the request outlives it. */
  #end() {
    if (this.#session === null) return;
    const address = `${this.#beats}/${this.#session}${this.#user}`;
    fetch(address, { method: "DELETE", headers: this.#headers, keepalive: true }).catch(() => {
      // Then it ends by itself, a minute after its last beat.
    });
  }
}
