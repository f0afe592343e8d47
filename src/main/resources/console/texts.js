// What the console says, in both languages.
const english = {
  title: 'Headcount console', sections: 'Sections', overview: 'Overview', nodes: 'Nodes', streams: 'Streams',
  language: 'Language', logout: 'Log out', login: 'Log in', token: 'Operators’ token (auth.adminToken)', enter: 'Log in',
  wrong: 'This is not the operators’ token.', tooMany: 'Too many tries. Wait a minute.',
  noToken: 'Nobody can log in: this node has no auth.adminToken.', failed: 'The node does not answer.',
  over: 'The session is over. Log in again.', live: 'Live', lost: 'Connection lost, trying again…',
  viewers: 'Viewers', sessions: 'Sessions', liveStreams: 'Live streams', joins: 'Joins a second',
  leaves: 'Leaves a second', trust: 'Counts', exact: 'exact', degraded: 'degraded', of: 'of',
  lastMinutes: 'The last 15 minutes', curveLabel: 'Viewers and sessions of the last 15 minutes', highest: 'Highest:',
  ok: 'ok', search: 'Search', sort: 'Sort by', stream: 'Stream', peak: 'Peak', previous: 'Previous', next: 'Next',
  none: 'none', sockets: 'Sockets', owned: 'Streams owned', heap: 'Heap', lag: 'Event-loop lag', roles: 'Roles',
  life: 'Lease', noLease: 'no lease', version: 'Version', metrics: 'Metrics', readiness: 'Readiness as JSON',
};
const korean = {
  title: 'Headcount 콘솔', sections: '구역', overview: '개요', nodes: '노드', streams: '스트림',
  language: '언어', logout: '로그아웃', login: '로그인', token: '운영자 토큰 (auth.adminToken)', enter: '로그인',
  wrong: '운영자 토큰이 아닙니다.', tooMany: '시도가 너무 많습니다. 1분 뒤에 다시 하세요.',
  noToken: '이 노드에 auth.adminToken이 없어 로그인할 수 없습니다.', failed: '노드가 응답하지 않습니다.',
  over: '세션이 끝났습니다. 다시 로그인하세요.', live: '실시간', lost: '연결이 끊겨 다시 시도하고 있습니다…',
  viewers: '시청자', sessions: '세션', liveStreams: '방송 중', joins: '초당 입장',
  leaves: '초당 퇴장', trust: '집계 상태', exact: '정확', degraded: '불확실', of: '/',
  lastMinutes: '최근 15분', curveLabel: '최근 15분의 시청자와 세션', highest: '최고:',
  ok: '정상', search: '검색', sort: '정렬', stream: '스트림', peak: '최고', previous: '이전', next: '다음',
  none: '없음', sockets: '소켓', owned: '담당 스트림', heap: '힙', lag: '이벤트 루프 지연', roles: '역할',
  life: '리스', noLease: '리스 없음', version: '버전', metrics: '메트릭', readiness: '준비 상태 (JSON)',
};
const languages = { en: english, ko: korean };
const KEY = 'headcount.console.language';

export let language = languages[localStorage.getItem(KEY)] ? localStorage.getItem(KEY)
  : navigator.language.startsWith('ko') ? 'ko' : 'en';

export const text = (key) => languages[language][key];
export const number = (value, digits = 0) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);

/** Writes the page's fixed texts in a language, and remembers it. */
export function speak(chosen) {
  language = chosen;
  localStorage.setItem(KEY, chosen);
  document.documentElement.lang = chosen;
  document.title = text('title');
  document.querySelectorAll('[data-text]').forEach((one) => { one.textContent = text(one.dataset.text); });
  document.querySelectorAll('[data-label]').forEach((one) => one.setAttribute('aria-label', text(one.dataset.label)));
}
