// What headcount.js does while nobody looks: Node.js has no pages, so this one is made here.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { ScriptedServer } from "./scripted-server.mjs";
import { inState } from "./waiting.mjs";

const page = Object.assign(new EventTarget(), { hidden: false });
globalThis.document = page;
const { Observer, Viewer } = await import("../../main/resources/webroot/headcount.js");
const random = Math.random;
let server;
let connection;

before(async () => (server = await ScriptedServer.start()));
after(() => server.stop());
afterEach(() => {
  Math.random = random;
  connection.close();
  look(true);
});

function look(shown) {
  page.hidden = !shown;
  page.dispatchEvent(new Event("visibilitychange"));
}

test("an observer lets go of its socket while the page is hidden, and is back when it is shown", async () => {
  connection = new Observer(["42"], { baseUrl: server.url, pauseAfterMillis: 20 });
  connection.connect();
  const peer = await server.connection();
  await inState(connection, "live");

  look(false);
  await inState(connection, "paused");
  assert.equal(connection.reason, "hidden");
  await peer.closed;

  look(true);
  await server.connection();
  await inState(connection, "live");
});

test("a glance away is no reason to let go", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  connection = new Observer(["42"], { baseUrl: server.url });
  connection.connect();
  await server.connection();
  await inState(connection, "live");
  look(false);
  t.mock.timers.tick(4_000);
  look(true);
  t.mock.timers.tick(4_000);
  assert.equal(connection.state, "live");
});

test("a viewer stays in a hidden page, and asks at once whether the server is there when it is shown", async () => {
  connection = new Viewer("42", { baseUrl: server.url });
  connection.connect();
  const peer = await server.connection();
  peer.welcome();
  await inState(connection, "live");
  look(false);
  assert.equal(connection.state, "live");

  look(true);

  while (peer.heard.length === 0) await new Promise(setImmediate);
  assert.deepEqual(peer.heard, ['{"type":"ping"}']);
});

test("a page that is shown does not wait for the next attempt, unless the server said when", async () => {
  Math.random = () => 1;
  connection = new Viewer("42", { baseUrl: server.url });
  connection.connect();
  const first = await server.connection();
  first.welcome();
  first.say({ type: "reconnect", afterMillis: 60_000 });
  first.close(1012);
  await inState(connection, "restoring");
  Math.random = () => 0;
  look(true);
  assert.ok(connection.retryInMillis > 50_000);
  connection.close();

  Math.random = () => 1;
  connection.connect();
  (await server.connection()).vanish();
  await inState(connection, "restoring");
  assert.ok(connection.retryInMillis > 400);
  Math.random = () => 0;
  look(true);
  assert.ok(connection.retryInMillis < 5);
});
