// The watch page: one viewer of one stream, what the socket says of it, and what the API adds.

import { ID_PATTERN, Viewer } from "/headcount.js";
import { Beats } from "/headcount-beats.js";
import { speak, texts } from "/texts.js";
import { showTopStreams, titles } from "/top-streams.js";
import { poll } from "/poll.js";
import { roll } from "/counter.js";
import { Curve } from "/curve.js";

const DETAILS_EVERY_MILLIS = 2_000;
const SPEAK_EVERY_MILLIS = 5_000;
const TICK_MILLIS = 500;
const USER_KEY = "headcount.user";
/** Behind the #, where neither servers nor their logs see it. */
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? undefined;

const $ = (id) => document.getElementById(id);
const curve = new Curve($("curve"));
const numbers = new Intl.NumberFormat(document.documentElement.lang);
const times = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

let viewer = null;
let details = null;
/** How this server may know viewers: "name", "token", "device". */
let ways = new Set(["name"]);

/** A name that nobody else is likely to have: two tabs that were not told otherwise are two people. */
function guest() {
  const letters = crypto.getRandomValues(new Uint8Array(6));
  return `guest-${Array.from(letters, (it) => (it % 36).toString(36)).join("")}`;
}

/** sessionStorage is the tab's own; where it is switched off the name lives as long as the page. */
function remembered() {
  try {
    return sessionStorage.getItem(USER_KEY);
  } catch {
    return null;
  }
}

function remember(user) {
  try {
    sessionStorage.setItem(USER_KEY, user);
  } catch {
    // Nothing is lost but the name after a reload.
  }
}

/** Asked for and not taken from the page, which may come from a cache: the answer brings this browser's cookie too. */
async function askForWays() {
  try {
    const answer = await fetch("/", { method: "HEAD", cache: "no-store" });
    const listed = answer.headers.get("Headcount-Identity");
    return new Set(listed === null ? ["name"] : listed.split(/, */));
  } catch {
    return new Set(["name"]);
  }
}

function setText(id, text) {
  // Unchanged text stays untouched, or a screen reader would say it again.
  if ($(id).textContent !== text) $(id).textContent = text;
}

function watchAddress(stream, user) {
  return `/?${new URLSearchParams(user === undefined ? { stream } : { stream, user })}${location.hash}`;
}

function badUser(name) {
  if (token !== undefined) return null;
  if (name === "") return ways.has("device") ? null : ways.has("name") ? texts.badUser : texts.needsToken;
  if (!ways.has("name")) return ways.has("device") ? texts.noNames : texts.needsToken;
  return ID_PATTERN.test(name) ? null : texts.badUser;
}

function validate() {
  const complaints = [
    [$("stream"), ID_PATTERN.test($("stream").value.trim()) ? null : texts.badStream],
    [$("user"), badUser($("user").value.trim())],
  ].filter(([field, complaint]) => {
    field.setAttribute("aria-invalid", String(complaint !== null));
    return complaint !== null;
  });
  setText("form-message", complaints.map(([, complaint]) => complaint).join("\n"));
  complaints[0]?.[0].focus();
  return complaints.length === 0;
}

function join() {
  if (!validate()) return;
  const stream = $("stream").value.trim();
  const name = $("user").value.trim();
  const user = token !== undefined || name === "" ? undefined : name;
  viewer?.close();
  remember(name);
  // Without the name: who is sent this address is somebody else. A reload finds the name in this tab's memory.
  history.replaceState(null, "", watchAddress(stream));
  viewer = new Viewer(stream, { user, token, fallback: Beats });
  const joined = viewer;
  curve.clear();
  viewer.addEventListener("count", () => joined === viewer && showCount());
  viewer.addEventListener("stale", () => joined === viewer && showStatus());
  viewer.addEventListener("state", () => joined === viewer && showStatus());
  details?.stop();
  showDetails(null);
  details = poll(`/v1/streams/${stream}/viewers`, DETAILS_EVERY_MILLIS, showDetails);
  viewer.connect();
  $("other-user").href = watchAddress(stream, guest());
  $("same-user").href = watchAddress(stream, user);
  $("other-user").hidden = !ways.has("name") || token !== undefined;
  setText("same-user", texts.sameUser(user ?? (token === undefined ? texts.thisBrowser : texts.tokenOwner)));
  setText("stream-title", titles.get(stream) ?? texts.stream(stream));
  showCount();
}

function leave() {
  details?.stop();
  viewer?.close();
  viewer = null;
  curve.clear();
  history.replaceState(null, "", `/${location.hash}`);
  showIdle();
}

function showIdle() {
  setText("stream-title", texts.noStream);
  showDetails(null);
  showCount();
}

function showCount() {
  const viewers = viewer?.viewers ?? null;
  const shown = viewers === null ? texts.unknown : numbers.format(viewers);
  if ($("viewers").textContent !== shown) {
    const before = $("viewers").dataset.viewers;
    roll($("viewers"), shown, viewers === null || !before ? 0 : Math.sign(viewers - Number(before)));
    $("viewers").style.setProperty("--characters", Math.max(shown.length, 3)); // a million fits on a phone
    speakSoon();
  }
  if (viewers !== null) curve.add(viewers);
  $("viewers").dataset.viewers = viewers ?? "";
  document.title = viewers === null ? "Headcount" : `${shown} · ${texts.stream(viewer.stream)}`;
  showStatus();
}

/** exact and degraded are the server's words; a count that no server stands behind any more is stale. */
function modeNow() {
  if (viewer?.state === "ended") return "ended";
  if (!viewer || viewer.viewers === null) return "none";
  return viewer.state === "live" && !viewer.stale ? viewer.mode : "stale";
}

function showStatus() {
  const state = viewer?.state ?? "idle";
  const mode = modeNow();
  const modes = { exact: texts.modeExact, stale: texts.modeStale, ended: texts.modeEnded, none: texts.modeNone };
  const notices = { exact: "", stale: texts.stale, ended: "", none: "" };
  $("mode").dataset.mode = mode;
  setText("mode", modes[mode] ?? texts.modeDegraded);
  setText("notice", notices[mode] ?? texts.degraded);
  $("notice").hidden = $("notice").textContent === "";
  const viewers = viewer?.viewers ?? null;
  const people = state === "ended" ? texts.peopleAtTheEnd : texts.people;
  setText("people", viewers === null ? "" : people(viewers));
  $("connection").dataset.state = state;
  setText("connection", connectionText(state));
  $("count-card").dataset.mode = mode;
  $("count-card").dataset.state = state;
  $("mode").hidden = state === "idle";
  for (const id of ["facts", "proof"]) $(id).hidden = state === "idle" || state === "ended";
  $("leave").disabled = state === "idle";
  if (state === "ended") details.stop();
  setText("join", viewer ? texts.joinOther : texts.join);
  tick();
}

function connectionText(state) {
  switch (state) {
    case "connecting":
      return texts.connectionConnecting;
    case "live":
      return texts.connectionLive(viewer.user ?? (token === undefined ? texts.thisBrowser : texts.tokenOwner));
    case "restoring":
      return texts.restoring[viewer.reason] ?? texts.restoring.lost;
    case "ended":
      return texts.connectionEnded;
    case "refused":
      return texts.refused[viewer.reason] ?? texts.refused.policy;
    default:
      return texts.connectionIdle;
  }
}

/** What changes with time alone. None of it is announced: a screen reader would never fall silent. */
function tick() {
  const age = viewer?.ageMillis ?? null;
  setText("age", age === null ? texts.unknown : texts.seconds(Math.floor(age / 1000)));
  if (!document.hidden && viewer?.state === "live") curve.draw();
  setText("next-attempt", viewer?.state === "restoring" ? attemptText(viewer.retryInMillis ?? 0) : "");
}

function attemptText(millis) {
  return millis < 1 ? texts.attemptNow : texts.attemptIn(Math.ceil(millis / 1000));
}

function showDetails(answer) {
  if (viewer) setText("stream-title", titles.get(viewer.stream) ?? texts.stream(viewer.stream));
  const peak = answer?.peak;
  setText("tabs-explained", answer?.sessions ? texts.tabsExplained(answer.sessions, answer.viewers, numbers.format) : "");
  setText("sessions", answer ? numbers.format(answer.sessions) : texts.unknown);
  setText("peak", peak ? numbers.format(peak.viewers) : texts.unknown);
  setText("peak-at", peak?.at ? texts.peakAt(times.format(new Date(peak.at))) : "");
}

let speaking = null;

/** A count that moves twice a second must not be read out twice a second. */
function speakSoon() {
  speaking ??= setTimeout(() => {
    speaking = null;
    if (viewer && viewer.viewers !== null) setText("announcer", texts.spoken(viewer.viewers, viewer.stream));
  }, SPEAK_EVERY_MILLIS);
}

async function start() {
  const known = askForWays();
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = texts[element.dataset.text];
  }
  $("languages").setAttribute("aria-label", texts.language);
  for (const link of $("languages").children) {
    if (link.lang === document.documentElement.lang) link.setAttribute("aria-current", "true");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      speak(link.lang);
    });
  }
  $("join-form").addEventListener("submit", (event) => {
    event.preventDefault();
    known.then(join);
  });
  $("leave").addEventListener("click", leave);
  // Each opening is another person.
  $("other-user").addEventListener("click", () => {
    const { stream } = viewer;
    setTimeout(() => ($("other-user").href = watchAddress(stream, guest())));
  });
  setInterval(tick, TICK_MILLIS);

  const asked = new URLSearchParams(location.search);
  const nobody = guest();
  $("user").value = asked.get("user") ?? (remembered() || nobody);
  $("stream").value = asked.get("stream") ?? "42";
  showIdle();
  ways = await known;
  const named = ways.has("name") && token === undefined;
  $("user").closest("div").hidden = $("user-hint").hidden = !named;
  if (!named || (ways.has("device") && $("user").value === nobody)) $("user").value = "";
  showTopStreams(
    (stream) => {
      $("stream").value = stream;
      join();
      $("stream-title").scrollIntoView({ block: "nearest" });
    },
    ways.has("name") || ways.has("device") || token !== undefined,
    token,
  );
  if (ways.has("device")) setText("user-hint", texts.userHintAnonymous);
  if (asked.has("stream")) join();
}

start();
