// Asks the API again and again, never twice at once, and not while nobody looks.

const ANSWER_WITHIN_MILLIS = 4_000;

/**
 * Calls show with each answer's JSON, or with null when there is none to be had, until stop().
 *
 * @param {string} address of the API, on this server
 * @param {number} everyMillis from one answer to the next question, give or take a fifth
 * @param {(answer: object | null) => void} show
 */
export function poll(address, everyMillis, show) {
  let timer;
  let stopped = false;

  async function round() {
    if (!document.hidden) {
      const answer = await ask(address);
      if (stopped) return;
      show(answer);
    }
    timer = setTimeout(round, everyMillis * (0.8 + 0.4 * Math.random()));
  }

  round();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function ask(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_WITHIN_MILLIS), cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
