// The operators' console: log in, then everything arrives over the event bus.
import { Bus } from './bus.js';
import { language, number, speak, text } from './texts.js';

const PAGE = 50;
const CURVE_MILLIS = 15 * 60 * 1000;
const MEBI = 1024 * 1024;
const $ = (id) => document.getElementById(id);
const sections = ['overview', 'nodes', 'streams'];

let bus = null;
let points = [];
let nodes = [];
let overview = null;
let offset = 0;
let matching = 0;
let asking = 0;

const show = (id, shown) => { $(id).hidden = !shown; };

async function post(path, body) {
  return fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

async function remainingMillis() {
  const answer = await fetch('/console/session');
  return (await answer.json()).remainingMillis;
}

function loggedOut(why) {
  bus?.stop();
  bus = null;
  points = [];
  show('login', true);
  show('nav', false);
  show('logout', false);
  sections.forEach((section) => show(section, false));
  $('state').textContent = '';
  $('refusal').textContent = why ? text(why) : '';
  $('token').focus();
}

function loggedIn() {
  show('login', false);
  show('nav', true);
  show('logout', true);
  $('refusal').textContent = '';
  bus = new Bus({
    'console.overview': onOverview,
    'console.nodes': (body) => { nodes = body.nodes; drawNodes(); },
  }, onConnection);
  route();
}

async function onConnection(up) {
  $('state').textContent = text(up ? 'live' : 'lost');
  $('state').dataset.ok = up;
  if (up) {
    loadCurve();
    loadStreams();
    return;
  }
  // A socket that closed because the session ended must not be tried for ever.
  const left = await remainingMillis().catch(() => 1);
  if (left === 0 && bus) loggedOut('over');
}

async function loadCurve() {
  try {
    points = (await bus.ask('console.command.curve', {})).points;
    drawCurve();
  } catch { /* the next connection asks again */ }
}

function onOverview(body) {
  overview = body;
  points.push([body.atMillis, body.viewers, body.sessions]);
  while (points[0][0] < body.atMillis - CURVE_MILLIS) points.shift();
  drawOverview();
  if (location.hash === '#streams') loadStreams();
}

function drawOverview() {
  if (!overview) return;
  $('viewers').textContent = number(overview.viewers);
  $('sessions').textContent = number(overview.sessions);
  $('live').textContent = number(overview.streams);
  $('joins').textContent = number(overview.joinsPerSecond, 1);
  $('leaves').textContent = number(overview.leavesPerSecond, 1);
  $('trust').textContent = overview.degraded === 0 ? text('exact') : `${text('degraded')}: ${number(overview.degraded)}`;
  $('trust').dataset.ok = overview.degraded === 0;
  drawCurve();
}

function drawCurve() {
  if (points.length === 0) return;
  const last = points[points.length - 1][0];
  const highest = Math.max(1, ...points.map((point) => point[2]));
  const line = (column) => points.map((point) =>
    `${(600 * (1 - (last - point[0]) / CURVE_MILLIS)).toFixed(1)},${(156 - 150 * point[column] / highest).toFixed(1)}`);
  $('line-viewers').setAttribute('points', line(1).join(' '));
  $('line-sessions').setAttribute('points', line(2).join(' '));
  $('highest').textContent = number(Math.max(...points.map((point) => point[2])));
}

function drawNodes() {
  for (const name of ['redis', 'mysql']) {
    const bad = nodes.filter((node) => node.checks[name] && node.checks[name] !== 'ok');
    const asked = nodes.filter((node) => node.checks[name]);
    $(name).textContent = asked.length === 0 ? '–' : bad.length === 0 ? text('ok') : `${bad[0].node}: ${bad[0].checks[name]}`;
    $(name).dataset.ok = bad.length === 0;
  }
  $('cards').replaceChildren(...nodes.map(card));
}

function card(node) {
  const item = document.createElement('li');
  const name = document.createElement('h3');
  const list = document.createElement('dl');
  name.textContent = node.node;
  const row = (term, value, ok) => {
    const left = document.createElement('dt');
    const right = document.createElement('dd');
    left.textContent = term;
    right.textContent = value;
    if (ok !== undefined) right.dataset.ok = ok;
    list.append(left, right);
  };
  row(text('sockets'), number(node.sockets));
  row(text('joins'), number(node.joinsPerSecond, 1));
  row(text('leaves'), number(node.leavesPerSecond, 1));
  row(text('owned'), number(node.streamsOwned));
  row(text('heap'), `${number(node.heapUsedBytes / MEBI)} / ${number(node.heapMaxBytes / MEBI)} MiB`);
  row(text('lag'), `${number(node.loopLagMillis)} ms`, node.loopLagMillis < 100);
  row(text('life'), node.life || text('noLease'), node.life !== '');
  row(text('roles'), node.roles.join(', '));
  row(text('version'), node.version);
  Object.entries(node.checks).forEach(([check, state]) => row(check, state === 'ok' ? text('ok') : state, state === 'ok'));
  item.append(name, list);
  return item;
}

async function loadStreams() {
  const mine = ++asking;
  const question = { search: $('search').value.trim(), sort: $('sort').value, offset, limit: PAGE };
  try {
    const page = await bus.ask('console.command.streams', question);
    if (mine !== asking) return;
    matching = page.matching;
    drawStreams(page.items);
  } catch { /* asked again a second later */ }
}

function drawStreams(items) {
  $('rows').replaceChildren(...items.map((item) => {
    const row = document.createElement('tr');
    const values = [item.stream, number(item.viewers), number(item.sessions), number(item.peak), text(item.mode)];
    row.append(...values.map((value) => {
      const cell = document.createElement('td');
      cell.textContent = value;
      return cell;
    }));
    row.lastChild.dataset.ok = item.mode === 'exact';
    return row;
  }));
  $('range').textContent = items.length === 0 ? text('none')
    : `${number(offset + 1)}–${number(offset + items.length)} ${text('of')} ${number(matching)}`;
  $('previous').disabled = offset === 0;
  $('next').disabled = offset + items.length >= matching;
}

function turn(to) {
  offset = Math.max(0, to);
  loadStreams();
}

function route() {
  if (!bus) return;
  const wanted = sections.includes(location.hash.slice(1)) ? location.hash.slice(1) : 'overview';
  sections.forEach((section) => show(section, section === wanted));
  document.querySelectorAll('nav a').forEach((link) => {
    if (link.hash === `#${wanted}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
  if (wanted === 'streams') loadStreams();
}

$('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = $('token').value;
  $('token').value = '';
  try {
    const answer = await post('/console/login', { token });
    if (answer.ok) loggedIn();
    else loggedOut({ 429: 'tooMany', 503: 'noToken' }[answer.status] ?? 'wrong');
  } catch {
    loggedOut('failed');
  }
});
$('logout').addEventListener('click', async () => {
  await post('/console/logout', {}).catch(() => null);
  loggedOut();
});
$('language').addEventListener('change', () => {
  speak($('language').value);
  drawOverview();
  drawNodes();
  if (bus) loadStreams();
});
$('search').addEventListener('input', () => turn(0));
$('sort').addEventListener('change', () => turn(0));
$('previous').addEventListener('click', () => turn(offset - PAGE));
$('next').addEventListener('click', () => turn(offset + PAGE));
addEventListener('hashchange', route);

speak(language);
$('language').value = language;
remainingMillis().then((left) => (left > 0 ? loggedIn() : loggedOut()), () => loggedOut('failed'));
