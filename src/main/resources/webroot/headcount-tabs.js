// One viewer's socket for all tabs of a browser that watch the same stream: one tab keeps it and tells the others, and
// when that tab is closed another one takes over.
//
//   import { SharedViewer } from "./headcount-tabs.js";
//   const viewer = new SharedViewer("42", { token });   // and then as a Viewer
//
// The tabs are then one session, not several (and one person, as ever). Where a browser has no Web Locks or no
// BroadcastChannel each tab has a socket of its own.

import { Viewer } from "./headcount.js";

const COPIED = ["counts", "session", "stale", "state", "reason"];

export class SharedViewer extends EventTarget {
  counts = new Map();
  session = null;
  stale = false;
  state = "idle";
  reason = null;
  /** Whether this tab has the socket. */
  leads = false;

  #name;
  #own;
  #newsAt = null;
  #retryAt = null;
  #channel = null;
  /** Ends this tab's wait for the lock, or its hold on it. */
  #letGo = null;

  constructor(stream, options = {}) {
    super();
    this.#own = new Viewer(stream, options);
    this.stream = stream;
    this.user = options.user;
    const server = new URL(options.baseUrl ?? import.meta.url).origin;
    this.#name = `headcount:${server}:${stream}:${options.sharedBy ?? options.user ?? ""}`;
    for (const type of ["count", "state", "stale"]) {
      this.#own.addEventListener(type, ({ detail }) => this.#tell(type, detail));
    }
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

  get ageMillis() {
    return this.#newsAt === null ? null : performance.now() - this.#newsAt;
  }

  get retryInMillis() {
    return this.#retryAt === null ? null : Math.max(0, this.#retryAt - performance.now());
  }

  connect() {
    if (this.leads) return this.#own.connect();
    if (this.#letGo !== null) return this.#channel?.postMessage({ ask: "connect" });
    if (!globalThis.navigator?.locks || !globalThis.BroadcastChannel) {
      this.leads = true;
      this.#letGo = () => {};
      return this.#own.connect();
    }
    this.#set("state", { state: "connecting", reason: null });
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#heard(data);
    this.#channel.postMessage({ ask: "news" });
    const waiting = new AbortController();
    this.#letGo = () => waiting.abort();
    navigator.locks
      .request(this.#name, { signal: waiting.signal }, () => this.#lead(waiting.signal))
      .catch((failure) => failure.name !== "AbortError" && Promise.reject(failure));
  }

  close() {
    if (this.#letGo === null) return;
    const leads = this.leads;
    this.leads = false;
    this.#letGo();
    this.#letGo = null;
    if (leads) this.#own.close();
    this.#channel?.close();
    this.#channel = null;
    this.#newsAt = this.#retryAt = null;
    this.#set("state", { state: "idle", reason: null, session: null });
  }

  /** Holds the lock until close(), or until the tab is gone. */
  #lead(closed) {
    if (closed.aborted) return;
    this.leads = true;
    this.#own.connect();
    return new Promise((resolve) => (this.#letGo = resolve));
  }

  /** Of our own socket: to this tab's listeners and to the other tabs. */
  #tell(type, detail) {
    if (!this.leads) return;
    const news = { type, detail, ageMillis: this.#own.ageMillis, retryInMillis: this.#own.retryInMillis };
    for (const property of COPIED) news[property] = this.#own[property];
    this.#take(news);
    this.#channel?.postMessage(news);
  }

  #heard(data) {
    if (this.leads) {
      if (data.ask === "news") this.#tell("state", null);
      if (data.ask === "connect") this.#own.connect();
    } else if (data.type) this.#take(data);
  }

  #take({ type, detail, ageMillis, retryInMillis, ...values }) {
    const now = performance.now();
    this.#newsAt = ageMillis === null ? null : now - ageMillis;
    this.#retryAt = retryInMillis === null ? null : now + retryInMillis;
    // Who takes over knows nothing yet: what the others told holds until then.
    const counts = values.counts.size > 0 ? new Map(values.counts) : this.counts;
    this.#set(type, { ...values, counts }, detail);
  }

  #set(type, values, detail = null) {
    Object.assign(this, values);
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
