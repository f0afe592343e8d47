// How many people watch a stream, live, in any page:
//
//   <script type="module" src="https://counts.example/headcount-viewers.js"></script>
//   <headcount-viewers stream="42"></headcount-viewers>
//
// Attributes: stream; server ("https://counts.example", default: where this file came from; "origin" is another name of
// it); notation ("compact", 12K or 1.2만, or "standard", 12,345); lang (default: the next lang around it, else the
// browser's). The attribute state says what the number is worth: connecting, live, degraded, offline, ended.
// Parts to style: dot, number. All elements of a page share one socket a server, for up to 200 streams.

import { ID_PATTERN, Observer } from "./headcount.js";

const HERE = new URL(import.meta.url).origin;
const MOST_STREAMS = 200;
/** Elements come in crowds; and a list that changes all the time must not open a socket each time. */
const GATHER_MILLIS = 50;
const BETWEEN_SOCKETS_MILLIS = 1_000;

const WORDS = {
  en: {
    viewers: (number, one) => `${number} ${one ? "viewer" : "viewers"}`,
    none: "number of viewers not known yet",
    offline: "no connection, last known",
    ended: "ended",
  },
  ko: {
    viewers: (number) => `시청자 ${number}명`,
    none: "시청자 수를 아직 모릅니다",
    offline: "연결 끊김, 마지막 숫자",
    ended: "종료됨",
  },
};

/** What the elements of a page show of one server. */
class Board {
  #server;
  #shown = new Map();
  /** Those that serve; those that are on their way take their place once they are live. */
  #observers = [];
  #observed = new Set();
  #timer = null;
  #openedAt = -Infinity;

  constructor(server) {
    this.#server = server;
  }

  add(stream, element) {
    if (!this.#shown.has(stream)) this.#shown.set(stream, new Set());
    this.#shown.get(stream).add(element);
    for (const observer of this.#observers) this.#tell(observer, [stream]);
    this.#soon();
  }

  remove(stream, element) {
    const elements = this.#shown.get(stream);
    elements?.delete(element);
    if (elements?.size === 0) this.#shown.delete(stream);
    this.#soon();
  }

  #soon() {
    const pause = this.#openedAt + BETWEEN_SOCKETS_MILLIS - performance.now();
    this.#timer ??= setTimeout(() => this.#look(), Math.max(GATHER_MILLIS, pause));
  }

  /** A stream that nobody shows any more does no harm, until half of them are such. */
  #look() {
    this.#timer = null;
    const streams = [...this.#shown.keys()];
    const all = streams.every((stream) => this.#observed.has(stream));
    if (all && streams.length * 2 >= this.#observed.size) return;
    const before = this.#observers;
    this.#observers = [];
    this.#observed = new Set(streams);
    this.#openedAt = performance.now();
    for (let i = 0; i < streams.length; i += MOST_STREAMS) {
      this.#observers.push(this.#open(streams.slice(i, i + MOST_STREAMS), i === 0 ? before : []));
    }
    if (streams.length === 0) for (const observer of before) observer.close();
  }

  #open(streams, before) {
    const observer = new Observer(streams, { baseUrl: this.#server, token: HeadcountViewers.token });
    observer.addEventListener("count", ({ detail }) => this.#tell(observer, [detail.stream]));
    observer.addEventListener("ended", ({ detail }) => this.#tell(observer, [detail.stream], true));
    for (const type of ["state", "stale"]) {
      observer.addEventListener(type, () => {
        if (observer.state !== "connecting") for (const old of before.splice(0)) old.close();
        this.#tell(observer, streams);
      });
    }
    observer.connect();
    return observer;
  }

  #tell(observer, streams, ended = false) {
    // One that is on its way out has nothing more to say.
    if (!this.#observers.includes(observer)) return;
    const live = observer.state === "live" && !observer.stale;
    for (const stream of streams) {
      for (const element of this.#shown.get(stream) ?? []) {
        element.show(observer.counts.get(stream), ended ? "ended" : live ? "live" : stateOf(observer));
      }
    }
  }
}

/** A pause is the page's own doing, while nobody looks. */
function stateOf({ state }) {
  return state === "connecting" || state === "paused" ? "connecting" : "offline";
}

const boards = new Map();

function boardOf(server) {
  if (!boards.has(server)) boards.set(server, new Board(server));
  return boards.get(server);
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: inline-flex; align-items: center; gap: 0.4em; font-variant-numeric: tabular-nums; white-space: nowrap; }
  :host([hidden]) { display: none; }
  [part=dot] { width: 0.5em; height: 0.5em; border-radius: 50%; background: currentColor; opacity: 0.4; }
  :host([state=live]) [part=dot] { background: #e5484d; opacity: 1; }
  :host([state=degraded]) [part=dot] { background: #d98a00; opacity: 1; }
  :host([state=offline]) [part=number], :host([state=ended]) [part=number] { opacity: 0.65; }
  .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`);

/** The element. Fires "count" when its number changed; viewers is that number, null before the first one. */
export class HeadcountViewers extends HTMLElement {
  static observedAttributes = ["stream", "server", "origin", "notation", "lang"];
  /** Where the server wants to know who observes: a token, or a function that brings one. Set it before the elements. */
  static token;

  viewers = null;
  #number = span("number");
  #spoken = span(null);
  #board = null;
  #stream = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#number.setAttribute("aria-hidden", "true");
    this.#spoken.className = "spoken";
    root.append(span("dot"), this.#number, this.#spoken);
  }

  connectedCallback() {
    this.#observe();
  }

  disconnectedCallback() {
    this.#forget();
  }

  attributeChangedCallback(name) {
    if (!this.isConnected) return;
    if (name === "notation" || name === "lang") this.#write();
    else this.#observe();
  }

  /** Called with what is known of the stream, as often as that changes. */
  show(count, state) {
    const changed = count !== undefined && count.viewers !== this.viewers;
    if (count) this.viewers = count.viewers;
    const worth = state === "live" && count === undefined ? "connecting" : state;
    const told = worth === "live" && count.mode === "degraded" ? "degraded" : worth;
    if (!changed && this.getAttribute("state") === told) return;
    this.setAttribute("state", told);
    this.#write();
    if (changed) this.dispatchEvent(new CustomEvent("count", { detail: count }));
  }

  #observe() {
    this.#forget();
    const stream = this.getAttribute("stream");
    this.viewers = null;
    this.setAttribute("state", "connecting");
    this.#write();
    if (stream === null || !ID_PATTERN.test(stream)) return;
    const server = this.getAttribute("server") ?? this.getAttribute("origin") ?? HERE;
    this.#stream = stream;
    this.#board = boardOf(new URL(server, HERE).origin);
    this.#board.add(stream, this);
  }

  #forget() {
    this.#board?.remove(this.#stream, this);
    this.#board = null;
  }

  #write() {
    const language = usable(this.closest("[lang]")?.lang) ?? navigator.language;
    const words = WORDS[language.split("-")[0]] ?? WORDS.en;
    const compact = { notation: "compact", maximumFractionDigits: 1 };
    const format = (options) => new Intl.NumberFormat(language, options).format(this.viewers);
    const state = this.getAttribute("state");
    const known = this.viewers !== null;
    const exactly = known ? words.viewers(format(), this.viewers === 1) : words.none;
    const said = words[state] ? `${exactly} (${words[state]})` : exactly;
    this.#number.textContent = known ? format(this.getAttribute("notation") === "standard" ? {} : compact) : "–";
    this.#spoken.textContent = said;
    this.title = said;
  }
}

/** The language, where it is written as Intl wants it. */
function usable(language) {
  try {
    return Intl.getCanonicalLocales(language || [])[0];
  } catch {
    return undefined;
  }
}

function span(part) {
  const made = document.createElement("span");
  if (part) made.part = part;
  return made;
}

customElements.define("headcount-viewers", HeadcountViewers);
