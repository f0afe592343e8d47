// Every word that the watch page shows, in one table a language. The language is what ?lang= says, or what was chosen
// here before, or the first of the browser's that there is.

const en = {
  language: "Language",
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
  tabsExplained: (tabs, people, format) =>
    tabs > people
      ? `Right now: ${format(tabs)} tabs, but ${format(people)} ${people === 1 ? "person" : "people"}.`
      : `Right now: ${format(tabs)} ${tabs === 1 ? "tab" : "tabs"}, ${format(people)} ${people === 1 ? "person" : "people"}.`,
  sameUser: (user) => `Another tab as ${user}`,
  otherUser: "Another tab as a guest",

  topTitle: "Live now",
  topEmpty: "Nobody is watching anything yet. Be the first.",
  topUnavailable: "The list is out of reach right now; it comes back by itself.",
  topLoading: "Loading…",

  api: "API",
};

const ko = {
  language: "언어",
  tagline: "방송을 보는 서로 다른 시청자가 몇 명인지, 실시간으로 정확하게 셉니다.",
  formTitle: "방송 보기",
  userLabel: "이름",
  userHint: "아무 이름이나 괜찮습니다. 탭 두 개에서 같은 이름을 쓰면 한 사람입니다.",
  userHintAnonymous: "아무 이름이나 괜찮고, 같은 이름은 한 사람입니다. 비워 두면 이 브라우저가 한 사람입니다.",
  thisBrowser: "이 브라우저",
  tokenOwner: "토큰의 주인",
  streamLabel: "방송",
  join: "보기",
  joinOther: "바꾸기",
  leave: "나가기",
  badUser: "이름은 영문자, 숫자, _ 또는 - 1자에서 64자까지입니다.",
  noNames: "이 서버는 이름을 받지 않습니다. 비워 두면 이 브라우저로 시청합니다.",
  needsToken: "이 서버는 토큰이 필요합니다. 주소 뒤에 #token=TOKEN을 붙여 이 페이지를 여세요.",
  badStream: "방송 ID는 영문자, 숫자, _ 또는 - 1자에서 64자까지입니다.",

  stream: (stream) => `방송 ${stream}`,
  noStream: "아직 보고 있는 방송이 없습니다",
  people: () => "명이 보고 있습니다",
  peopleAtTheEnd: () => "명이 끝까지 보았습니다",
  spoken: (viewers, stream) => `방송 ${stream}, 시청자 ${viewers}명`,

  modeExact: "정확",
  modeDegraded: "불확실",
  modeStale: "지난 숫자",
  modeEnded: "종료",
  modeNone: "아직 없음",
  degraded: "Headcount 일부에 연결할 수 없어 숫자가 틀릴 수 있습니다. 스스로 바로잡습니다.",
  stale: "서버에서 소식이 없습니다. 마지막으로 받은 숫자입니다.",

  connectionIdle: "보고 있지 않습니다.",
  connectionConnecting: "연결하는 중…",
  connectionLive: (user) => `연결됨: ${user}`,
  connectionEnded: "방송이 끝났습니다.",
  restoring: {
    lost: "연결이 끊겨 다시 연결하고 있습니다.",
    silent: "서버가 응답하지 않아 다시 연결하고 있습니다.",
    restart: "서버가 다시 시작하는 중이라 다시 연결하고 있습니다.",
    "slow-reader": "이 탭이 따라가지 못해 다시 연결하고 있습니다.",
    "no-token": "지금은 로그인 정보를 받을 수 없어 다시 시도하고 있습니다.",
    "token-expired": "로그인이 만료되어 갱신하고 있습니다.",
  },
  attemptNow: "지금 시도하는 중…",
  attemptIn: (seconds) => `${seconds}초 뒤에 다시 시도합니다.`,
  refused: {
    protocol: "서버가 이 페이지를 이해하지 못했습니다. 새로 고침해 주세요.",
    policy: "너무 많이 보내서 서버가 이 탭을 거절했습니다. ‘보기’를 눌러 다시 시도하세요.",
    "token-expired": "로그인이 만료되었습니다. 다시 로그인해 주세요.",
    "too-many-sessions": "이 방송을 너무 많은 탭에서 열었습니다. 다른 탭을 닫고 ‘보기’를 누르세요.",
  },

  tabs: "열린 탭",
  peak: "최고",
  peakAt: (time) => time,
  age: "경과",
  seconds: (seconds) => `${seconds}초`,
  unknown: "–",

  proofTitle: "직접 확인해 보세요",
  proof: "내 탭을 하나 더 열어도 숫자는 그대로입니다. 다른 사람이 오면 늘어납니다.",
  tabsExplained: (tabs, people, format) =>
    tabs > people
      ? `지금: 탭은 ${format(tabs)}개지만 사람은 ${format(people)}명입니다.`
      : `지금: 탭 ${format(tabs)}개, 사람 ${format(people)}명입니다.`,
  sameUser: (user) => `탭 하나 더: ${user}`,
  otherUser: "다른 손님으로 탭 열기",

  topTitle: "지금 방송 중",
  topEmpty: "아직 아무도 보고 있지 않습니다. 첫 시청자가 되어 보세요.",
  topUnavailable: "지금은 목록을 불러올 수 없습니다. 곧 저절로 돌아옵니다.",
  topLoading: "불러오는 중…",

  api: "API",
};

const LANGUAGES = { en, ko };
const KEY = "headcount.language";

function chosen() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked in LANGUAGES) return asked;
  try {
    const remembered = localStorage.getItem(KEY);
    if (remembered in LANGUAGES) return remembered;
  } catch {
    // Storage is switched off: the browser's languages it is.
  }
  return navigator.languages.map((language) => language.split("-")[0]).find((language) => language in LANGUAGES) ?? "en";
}

/** Remembers a language and shows the page in it. */
export function speak(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Then the address has to say it.
  }
  const address = new URL(location.href);
  address.searchParams.set("lang", language);
  if (address.href === location.href) location.reload();
  else location.assign(address);
}

document.documentElement.lang = chosen();

/** The table of the page's language. */
export const texts = LANGUAGES[document.documentElement.lang];
