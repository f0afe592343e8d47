'use strict';

const LOOK_MILLIS = 2000;
const GIVE_UP_MILLIS = 5000;

const state = document.getElementById('state');
const checks = document.getElementById('checks');

function say(text, good) {
  state.textContent = text;
  state.className = good ? 'good' : 'bad';
}

function row(name, value) {
  const line = document.createElement('tr');
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = name;
  const cell = document.createElement('td');
  cell.textContent = value;
  cell.className = value === 'ok' ? 'good' : 'bad';
  line.append(head, cell);
  return line;
}

async function look() {
  try {
    const answer = await fetch('/health/ready', { cache: 'no-store', signal: AbortSignal.timeout(GIVE_UP_MILLIS) });
    const report = await answer.json();
    say(report.ready ? 'Ready for viewers.' : 'Not ready: see what is missing below.', report.ready);
    checks.replaceChildren(...Object.entries(report.checks).map(([name, value]) => row(name, value)));
  } catch {
    say('The node does not answer. Is it running?', false);
  }
  setTimeout(look, LOOK_MILLIS);
}

look();
