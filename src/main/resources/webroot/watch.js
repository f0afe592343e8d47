import { HeadcountViewer } from './headcount.js';

const TEXTS = {
  idle: 'Pick a name and a stream, then watch.',
  connecting: 'Connecting…',
  open: 'Connected. You are counted.',
  restoring: 'The connection is being restored…',
  ended: 'The stream has ended.',
  refused: (reason) => `The server refused this viewer: ${reason}`,
  exact: 'Exact',
  degraded: 'Degraded: the number may be out of date',
  watching: 'watching now',
  badId: (what) => `${what}: 1 to 64 letters, digits, _ or -`,
  noStreams: 'Nobody watches anything yet.',
  noRanking: 'The list is not available now.',
};
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const DETAILS_MILLIS = 2000;
const RANKING_MILLIS = 5000;

const $ = (id) => document.getElementById(id);
const number = new Intl.NumberFormat();
let viewer = null;

function guest() {
  return `guest-${Math.random().toString(36).slice(2, 6)}`;
}

/** A name is kept for this tab: another tab may be another person, or the same one. */
function remembered(key, otherwise) {
  try {
    return sessionStorage.getItem(key) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function remember(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Private windows may refuse; the name then lives as long as the page.
  }
}

function complain(text) {
  $('complaint').textContent = text;
  $('complaint').hidden = !text;
}

function show() {
  const state = viewer ? viewer.state : 'idle';
  const text = TEXTS[state];
  $('connection').textContent = typeof text === 'function' ? text(viewer.reason) : text;
  document.body.dataset.state = state;
  const counted = viewer && viewer.viewers !== null;
  const shown = counted ? number.format(viewer.viewers) : '–';
  if ($('viewers').textContent !== shown) $('viewers').textContent = shown;
  $('watching').textContent = counted ? TEXTS.watching : '';
  const mode = viewer ? viewer.mode : '';
  $('mode').textContent = counted ? TEXTS[mode] : '';
  $('mode').dataset.mode = counted ? mode : '';
  $('join').hidden = state !== 'idle' && state !== 'refused' && state !== 'ended';
  $('leave').hidden = !$('join').hidden;
}

function link(user) {
  const url = new URL(location.pathname, location.origin);
  url.searchParams.set('stream', viewer.stream);
  url.searchParams.set('user', user);
  return url.href;
}

function join(event) {
  event?.preventDefault();
  const user = $('user').value.trim();
  const stream = $('stream').value.trim();
  if (!ID.test(user)) return complain(TEXTS.badId('Your name'));
  if (!ID.test(stream)) return complain(TEXTS.badId('The stream'));
  complain('');
  remember('user', user);
  viewer?.close();
  viewer = new HeadcountViewer({ stream, user });
  viewer.addEventListener('count', show);
  viewer.addEventListener('state', show);
  $('title').textContent = stream;
  document.title = `${stream} · Headcount`;
  $('same').href = link(user);
  $('other').href = link(guest());
  $('tabs').hidden = false;
  viewer.connect();
  details();
}

function leave() {
  viewer?.close();
  viewer = null;
  $('tabs').hidden = true;
  $('sessions').textContent = '–';
  $('peak').textContent = '–';
  show();
}

async function fetchJson(path) {
  const answer = await fetch(path, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function details() {
  if (!viewer) return;
  const stream = viewer.stream;
  try {
    const count = await fetchJson(`/v1/streams/${stream}/viewers`);
    if (viewer?.stream !== stream) return;
    $('sessions').textContent = number.format(count.sessions);
    $('peak').textContent = number.format(count.peak.viewers);
  } catch {
    // The socket's own state says what is wrong.
  }
}

async function ranking() {
  const list = $('top');
  try {
    const { items } = await fetchJson('/v1/rankings?limit=10');
    list.replaceChildren(...items.map(row));
    $('ranking-note').textContent = items.length === 0 ? TEXTS.noStreams : '';
  } catch {
    $('ranking-note').textContent = TEXTS.noRanking;
  }
}

function row(item) {
  const line = document.createElement('li');
  const button = document.createElement('button');
  const name = document.createElement('span');
  const count = document.createElement('span');
  button.type = 'button';
  name.textContent = item.title ?? item.stream;
  count.textContent = number.format(item.viewers);
  count.className = 'count';
  button.append(name, count);
  button.addEventListener('click', () => {
    $('stream').value = item.stream;
    join();
  });
  line.append(button);
  return line;
}

/** Once after another, never two at a time; nothing is asked while nobody looks. */
function repeat(work, millis) {
  setTimeout(async () => {
    if (!document.hidden) await work();
    repeat(work, millis);
  }, millis);
}

const query = new URLSearchParams(location.search);
$('user').value = query.get('user') ?? remembered('user', guest());
$('stream').value = query.get('stream') ?? 'demo';
$('form').addEventListener('submit', join);
$('leave').addEventListener('click', leave);
show();
ranking();
repeat(details, DETAILS_MILLIS);
repeat(ranking, RANKING_MILLIS);
if (query.has('stream') && query.has('user')) join();
