// Shows this node's readiness, check by check, every two seconds.
const verdict = document.getElementById('verdict');
const checks = document.getElementById('checks');

async function look() {
  try {
    const answer = await fetch('/health/ready');
    const report = await answer.json();
    verdict.textContent = report.ready ? 'Ready' : 'Not ready';
    verdict.dataset.ready = report.ready;
    checks.replaceChildren(...Object.entries(report.checks).flatMap(([name, state]) => {
      const term = document.createElement('dt');
      const detail = document.createElement('dd');
      term.textContent = name;
      detail.textContent = state;
      detail.dataset.ok = state === 'ok';
      return [term, detail];
    }));
  } catch {
    verdict.textContent = 'The node does not answer';
    verdict.dataset.ready = false;
  }
  setTimeout(look, 2000);
}

look();
