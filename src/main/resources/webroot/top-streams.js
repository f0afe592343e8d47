// The streams with most viewers, as links that join them. Which streams these are is asked for now and then; their
// numbers are live: an element each, all over one observer's socket.

import { HeadcountViewers } from "/headcount-viewers.js";
import { poll } from "/poll.js";
import { texts } from "/texts.js";

const EVERY_MILLIS = 3_000;

/** Of the streams that are listed and have one. */
export const titles = new Map();

/**
 * Fills the list for as long as the page lives.
 *
 * @param {(stream: string) => void} join is called with the stream that was picked
 * @param {boolean} live whether the server lets this page observe; otherwise numbers are as old as the list
 * @param {string | undefined} token that observing takes
 */
export function showTopStreams(join, live, token) {
  HeadcountViewers.token = token;
  poll("/v1/rankings?limit=10", EVERY_MILLIS, (answer) => {
    const listed = answer?.items?.filter((item) => item.viewers > 0) ?? [];
    const message = document.getElementById("top-message");
    message.textContent = answer === null ? texts.topUnavailable : texts.topEmpty;
    message.hidden = answer !== null && listed.length > 0;
    titles.clear();
    for (const { stream, title } of listed) if (title) titles.set(stream, title);
    // A list that is out of reach keeps what was known: the message above says so.
    if (answer !== null) update(document.getElementById("top-streams"), listed, join, live);
  });
}

/** Lines are reused, so that a link that has the focus keeps it. */
function update(list, items, join, live) {
  while (list.children.length > items.length) list.lastElementChild.remove();
  while (list.children.length < items.length) list.append(line(join));
  const most = Math.max(1, ...items.map(({ viewers }) => viewers));
  items.forEach((item, index) => {
    fill(list.children[index], item, live);
    list.children[index].firstElementChild.style.setProperty("--share", item.viewers / most);
  });
}

function line(join) {
  const made = document.createElement("li");
  const link = document.createElement("a");
  const about = document.createElement("small");
  const viewers = document.createElement("headcount-viewers");
  viewers.setAttribute("notation", "standard");
  const names = document.createElement("span");
  names.append(document.createElement("span"), about);
  link.append(names, viewers);
  link.addEventListener("click", (event) => {
    // Another tab or window is the browser's business.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    join(link.dataset.stream);
  });
  made.append(link);
  return made;
}

function fill(made, { stream, title, broadcaster, category, viewers }, live) {
  const link = made.firstElementChild;
  const [names, count] = link.children;
  link.dataset.stream = stream;
  link.href = `/?${new URLSearchParams({ stream })}`;
  names.firstElementChild.textContent = title || texts.stream(stream);
  names.lastElementChild.textContent = [broadcaster, category].filter(Boolean).join(" · ");
  if (live && count.getAttribute("stream") !== stream) count.setAttribute("stream", stream);
  // Better than nothing until, or where, nobody tells more.
  if (!live || count.viewers === null) count.show({ viewers }, "connecting");
}
