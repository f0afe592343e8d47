// The viewer's client: connects, counts, comes back. ES module without dependencies.
//
//   const viewer = new HeadcountViewer({ stream: '42', user: 'u1' });
//   viewer.addEventListener('count', () => show(viewer.viewers, viewer.mode));
//   viewer.addEventListener('state', () => show(viewer.state));
//   viewer.connect();

/** A count that was not renewed for so long is stale: the server repeats an unchanged one every 2 s. */
const STALE_MILLIS = 5000;
/** The server pings, but a page cannot see that; a count every 2 s is the sign of life. */
const SILENCE_MILLIS = 45000;
const FIRST_RETRY_MILLIS = 500;
const LAST_RETRY_MILLIS = 30000;
/** After these codes nothing is gained by coming back as one is. 1000 without `ended` is a proxy's doing. */
const TERMINAL_CODES = new Set([1002, 1003, 1007, 1008, 1009, 4401]);

/**
 * One session on one stream. States: idle, connecting, open, restoring, ended, refused. Events: `count` (a count or its
 * mode changed), `state` (the state changed).
 */
export class HeadcountViewer extends EventTarget {
  #url;
  #socket = null;
  #timer = 0;
  #watchdog = 0;
  #attempts = 0;
  #afterMillis = null;
  #heardAt = 0;

  /**
   * @param {{stream: string, user?: string, base?: string}} options `base` is an origin such as `https://live.example`;
   *   by default the page's own
   */
  constructor({ stream, user, base = location.origin }) {
    super();
    const url = new URL(`/v1/streams/${encodeURIComponent(stream)}/watch`, base);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (user) url.searchParams.set('user', user);
    this.#url = url;
    this.stream = stream;
    this.state = 'idle';
    this.viewers = null;
    this.session = null;
    this.reason = '';
    this.serverMode = 'degraded';
  }

  /** `exact`, or `degraded` when the server says so or the count is old. */
  get mode() {
    return this.state === 'open' && this.ageMillis < STALE_MILLIS ? this.serverMode : 'degraded';
  }

  /** Milliseconds since the last count, by this page's monotonic clock. */
  get ageMillis() {
    return this.#heardAt === 0 ? Infinity : performance.now() - this.#heardAt;
  }

  connect() {
    if (this.state === 'idle' || this.state === 'ended' || this.state === 'refused') {
      this.#attempts = 0;
      this.#open('connecting');
    }
  }

  /** Leaves the stream. */
  close() {
    clearTimeout(this.#timer);
    clearInterval(this.#watchdog);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) socket.close(1000);
    this.#become('idle');
  }

  #open(state) {
    this.#become(state);
    this.#afterMillis = null;
    const socket = new WebSocket(this.#url, ['headcount.v1']);
    this.#socket = socket;
    socket.onmessage = (event) => this.#socket === socket && this.#hear(event.data);
    socket.onclose = (event) => this.#socket === socket && this.#lost(event);
    clearInterval(this.#watchdog);
    this.#watchdog = setInterval(() => this.#watch(), 1000);
  }

  #hear(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (message.type === 'welcome' || message.type === 'count') {
      if (message.type === 'welcome') {
        this.session = message.session;
        this.#attempts = 0;
        this.#become('open');
      }
      this.viewers = message.viewers;
      this.serverMode = message.mode;
      this.#heardAt = performance.now();
      this.dispatchEvent(new Event('count'));
    } else if (message.type === 'reconnect') {
      this.#afterMillis = message.afterMillis;
    } else if (message.type === 'ended') {
      this.#become('ended');
    }
  }

  #lost(event) {
    this.#socket = null;
    clearInterval(this.#watchdog);
    if (this.state === 'ended') return;
    if (TERMINAL_CODES.has(event.code)) {
      this.reason = event.reason || String(event.code);
      this.#become('refused');
      return;
    }
    // Full jitter: those who were cut off together do not come back together.
    const most = Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS * 2 ** this.#attempts++);
    const wait = this.#afterMillis ?? Math.random() * most;
    this.#become('restoring');
    this.#timer = setTimeout(() => this.#open('restoring'), wait);
  }

  /** A cable that was pulled says nothing: after a long silence the socket is given up. Stale counts are told, too. */
  #watch() {
    if (this.state !== 'open') return;
    if (this.ageMillis > STALE_MILLIS) this.dispatchEvent(new Event('count'));
    if (this.ageMillis > SILENCE_MILLIS) {
      const socket = this.#socket;
      this.#lost({ code: 1006, reason: '' });
      socket.close();
    }
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }
}
