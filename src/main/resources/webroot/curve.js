// The curve of what this page has been told since it joined: no history, just what it saw.

const MOST_POINTS = 600;
const SPAN_MILLIS = 120_000;
const LEAST_SPAN_MILLIS = 10_000;
const WIDTH = 240;
const HEIGHT = 48;
const EDGE = 3;

/** Draws into an svg with an .area and a .line: what there is of the last two minutes, now at the right edge. */
export class Curve {
  #svg;
  #points = [];

  constructor(svg) {
    this.#svg = svg;
  }

  clear() {
    this.#points = [];
    this.draw();
  }

  add(viewers) {
    this.#points.push({ at: performance.now(), viewers });
    if (this.#points.length > MOST_POINTS) this.#points.shift();
    this.draw();
  }

  draw() {
    const now = performance.now();
    let from = now - SPAN_MILLIS;
    // The one before the window gives its left edge.
    while (this.#points.length > 1 && this.#points[1].at < from) this.#points.shift();
    const [area, line] = this.#svg.children;
    if (this.#points.length === 0) {
      for (const path of [area, line]) path.setAttribute("d", "");
      return;
    }
    from = Math.max(from, Math.min(this.#points[0].at, now - LEAST_SPAN_MILLIS));
    const counts = this.#points.map(({ viewers }) => viewers);
    const most = Math.max(...counts, 1);
    // From zero, unless the changes of a large audience could not be seen then.
    const least = Math.max(0, Math.min(...counts) - 2 * (most - Math.min(...counts)));
    const base = least === most ? 0 : least;
    const x = (at) => (Math.max(0, (at - from) / (now - from)) * WIDTH).toFixed(1);
    const y = (viewers) => (HEIGHT - EDGE - ((viewers - base) / (most - base)) * (HEIGHT - 2 * EDGE)).toFixed(1);
    // Steps: between two counts the first one held.
    const steps = this.#points.map(({ at, viewers }, i) => `${i === 0 ? "M" : "H"}${x(at)}${i === 0 ? "," : "V"}${y(viewers)}`);
    const path = `${steps.join("")}H${WIDTH}`;
    line.setAttribute("d", path);
    area.setAttribute("d", `${path}V${HEIGHT}H${x(this.#points[0].at)}Z`);
  }
}
