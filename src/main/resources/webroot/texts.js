// Every word that the watch page shows, in one table: a language is a column.

const en = {
  tagline: "How many different people watch a stream, counted live and exactly.",
  formTitle: "Watch a stream",
  userLabel: "You are",
  userHint: "Any name will do. The same name in two tabs is one person.",
  userHintAnonymous: "Any name will do; the same name in two tabs is one person. Without one this browser is the person.",
  thisBrowser: "this browser",
  tokenOwner: "the owner of the token",
  streamLabel: "Stream",
  join: "Watch",
  joinOther: "Switch",
  leave: "Leave",
  badUser: "A user name is 1 to 64 English letters, digits, _ or -.",
  noNames: "This server does not take names. Leave it empty to watch as this browser.",
  needsToken: "This server asks for a token: open this page with #token=TOKEN behind the address.",
  badStream: "A stream's id is 1 to 64 English letters, digits, _ or -.",

  stream: (stream) => `Stream ${stream}`,
  noStream: "No stream yet",
  people: (viewers) => (viewers === 1 ? "person is watching" : "people are watching"),
  peopleAtTheEnd: (viewers) => (viewers === 1 ? "person watched the end" : "people watched the end"),
  spoken: (viewers, stream) => `${viewers} ${viewers === 1 ? "person watches" : "people watch"} stream ${stream}`,

  modeExact: "exact",
  modeDegraded: "degraded",
  modeStale: "out of date",
  modeEnded: "ended",
  modeNone: "no count yet",
  degraded: "The count may be wrong for now: part of Headcount is out of reach. It corrects itself.",
  stale: "No news from the server: this is the last count that arrived.",

  connectionIdle: "Not watching.",
  connectionConnecting: "Connecting…",
  connectionLive: (user) => `Connected as ${user}.`,
  connectionEnded: "This stream has ended.",
  restoring: {
    lost: "The connection was lost and is being restored.",
    silent: "The server went silent; the connection is being restored.",
    restart: "The server restarts; the connection is being restored.",
    "slow-reader": "This tab could not keep up; the connection is being restored.",
    "no-token": "There is no sign-in to be had right now; it is being tried again.",
    "token-expired": "Your sign-in has expired and is being renewed.",
  },
  attemptNow: "Trying now…",
  attemptIn: (seconds) => `Next attempt in ${seconds} s.`,
  refused: {
    protocol: "The server did not understand this page. Reload it to get the present version.",
    policy: "The server refused this tab for sending too much. Press Watch to try again.",
    "token-expired": "Your sign-in has expired. Sign in again.",
    "too-many-sessions": "You have this stream open too often. Close another tab and press Watch.",
  },

  tabs: "open tabs",
  peak: "peak",
  peakAt: (time) => `at ${time}`,
  age: "age",
  seconds: (seconds) => `${seconds} s`,
  unknown: "–",

  proofTitle: "See for yourself",
  proof: "A second tab of yours does not change the count. Somebody else does.",
  sameUser: (user) => `Another tab as ${user}`,
  otherUser: "Another tab as a guest",

  topTitle: "Live now",
  topEmpty: "Nobody is watching anything yet. Be the first.",
  topUnavailable: "The list is out of reach right now; it comes back by itself.",
  topLoading: "Loading…",

  api: "API",
};

const languages = { en };

/** The table of the page's language. */
export const texts = languages[document.documentElement.lang] ?? en;
