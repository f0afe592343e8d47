// What headcount.js makes of what a server says, and of what it does not say.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Observer, Viewer } from "../../main/resources/webroot/headcount.js";
import { ScriptedServer } from "./scripted-server.mjs";
import { inState, until } from "./waiting.mjs";

const random = Math.random;
let server;
let open;

beforeEach(async () => {
  server = await ScriptedServer.start();
  open = [];
});

afterEach(() => {
  Math.random = random;
  for (const connection of open) connection.close();
  server.stop();
});

function made(options = {}) {
  const viewer = new Viewer("42", { baseUrl: server.url, ...options });
  open.push(viewer);
  return viewer;
}

function watch(options = {}) {
  const viewer = made(options);
  viewer.connect();
  return viewer;
}

test("tells the count of the welcome and those after it", async () => {
  const viewer = watch({ user: "u1" });
  const peer = await server.connection();
  assert.equal(peer.path, "/v1/streams/42/watch?user=u1");
  peer.welcome(7);
  await inState(viewer, "live");
  assert.deepEqual([viewer.viewers, viewer.mode, viewer.asOf, viewer.session], [7, "exact", 1, "s1"]);

  peer.count(8, 2);
  await until(viewer, () => viewer.viewers === 8);
  assert.ok(viewer.ageMillis < 5_000);
  assert.equal(viewer.reason, null);
});

test("waits by full jitter from half a second on, twice as long each time", async () => {
  Math.random = () => 0.5;
  server.refuseWith = 503;
  const waits = [];
  const viewer = watch();
  viewer.addEventListener("state", () => {
    if (viewer.state === "restoring" && viewer.retryInMillis > 0) waits.push(viewer.retryInMillis);
  });

  await until(viewer, () => waits.length >= 3);

  [250, 500, 1_000].forEach((expected, i) => assert.ok(waits[i] <= expected && waits[i] > expected - 200, `${waits}`));
  assert.equal(viewer.reason, "lost");
});

test("comes back when a restarting server told it to, and not before", async () => {
  const viewer = watch();
  const first = await server.connection();
  first.welcome();
  await inState(viewer, "live");
  const told = performance.now();
  first.say({ type: "reconnect", afterMillis: 700 });
  first.close(1012);
  await inState(viewer, "restoring");
  assert.equal(viewer.reason, "restart");
  globalThis.dispatchEvent?.(new Event("online"));

  const second = await server.connection();

  assert.ok(performance.now() - told >= 690, `${performance.now() - told}`);
  second.welcome(5, 2);
  await inState(viewer, "live");
  assert.equal(viewer.viewers, 5);
});

test("moves to another server by itself when the one that told it to go does not close", async () => {
  const viewer = watch();
  const first = await server.connection();
  first.welcome();
  first.say({ type: "reconnect", afterMillis: 100 });
  const second = await server.connection();
  second.welcome(3, 2);
  await first.closed;
  await until(viewer, () => viewer.viewers === 3);
});

for (const [code, reason] of [
  [1002, "protocol"],
  [1003, "protocol"],
  [1007, "protocol"],
  [1008, "policy"],
  [1009, "protocol"],
  [4401, "token-expired"],
  [4429, "too-many-sessions"],
]) {
  test(`stays away after ${code}, and says why: ${reason}`, async () => {
    const viewer = watch();
    const peer = await server.connection();
    peer.welcome();
    peer.close(code);
    await inState(viewer, "refused");
    assert.equal(viewer.reason, reason);
    assert.equal(viewer.retryInMillis, null);
    assert.equal(viewer.session, null);
    assert.equal(server.handshakes, 1);
  });
}

for (const [code, reason] of [
  [1006, "lost"],
  [1011, "lost"],
  [1012, "restart"],
  [1013, "slow-reader"],
]) {
  test(`comes back after ${code}: ${reason}`, async () => {
    Math.random = () => 0;
    const viewer = watch();
    const peer = await server.connection();
    peer.welcome();
    await inState(viewer, "live");
    const why = [];
    viewer.addEventListener("state", () => why.push(viewer.reason));
    if (code === 1006) peer.vanish();
    else peer.close(code);
    (await server.connection()).welcome(2, 2);
    await until(viewer, () => viewer.viewers === 2 && viewer.state === "live");
    assert.equal(why[0], reason);
  });
}

test("is over with the stream, by message or by 1000", async () => {
  for (const end of [(peer) => peer.say({ type: "ended", stream: "42" }), (peer) => peer.close(1000)]) {
    const viewer = watch();
    const peer = await server.connection();
    peer.welcome(9);
    end(peer);
    await inState(viewer, "ended");
    assert.equal(viewer.viewers, 9);
    await peer.closed;
  }
  assert.equal(server.handshakes, 2);
});

test("asks for a token at each attempt, and says that the last one expired", async () => {
  Math.random = () => 0;
  const asked = [];
  const viewer = watch({
    token: async (reason) => {
      asked.push(reason);
      if (asked.length === 2) throw new Error("the sign-in page is away");
      return `t${asked.length}`;
    },
  });
  const first = await server.connection();
  assert.deepEqual(first.protocols, ["headcount.v1", "bearer.t1"]);
  first.welcome();
  first.close(4401);

  const second = await server.connection();

  assert.deepEqual(second.protocols, ["headcount.v1", "bearer.t3"]);
  assert.deepEqual(asked, [null, "token-expired", "no-token"]);
  second.welcome(2, 2);
  await inState(viewer, "live");
});

test("does not use a token that comes after it was closed", async () => {
  let bring;
  const viewer = watch({ token: () => new Promise((resolve) => (bring = resolve)) });
  viewer.close();
  bring("late");
  await new Promise(setImmediate);
  assert.equal(viewer.state, "idle");
  assert.equal(server.handshakes, 0);
});

test("takes an unusable token for none, and tries again", async () => {
  Math.random = () => 0;
  let asked = 0;
  watch({ token: () => (++asked === 1 ? "not a token" : "good") });
  assert.deepEqual((await server.connection()).protocols, ["headcount.v1", "bearer.good"]);
});

test("asks a silent server whether it is there, and goes when it is not", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const viewer = watch();
  const peer = await server.connection();
  peer.welcome();
  await inState(viewer, "live");

  t.mock.timers.tick(5_000);
  assert.equal(viewer.stale, true);
  await pinged(peer);
  assert.equal(viewer.state, "live");

  t.mock.timers.tick(10_000);
  assert.equal(viewer.state, "restoring");
  assert.equal(viewer.reason, "silent");
});

test("believes a server that answers the ping", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const viewer = watch();
  const peer = await server.connection();
  peer.welcome();
  await inState(viewer, "live");
  t.mock.timers.tick(5_000);
  await pinged(peer);
  peer.say({ type: "pong" });
  peer.count(2, 2);
  await until(viewer, () => viewer.viewers === 2);
  assert.equal(viewer.stale, false);

  t.mock.timers.tick(4_900);
  assert.equal(viewer.state, "live");
});

test("takes the same asOf for no news, and a slower server's word for its pace", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const viewer = watch();
  const peer = await server.connection();
  peer.welcome(1, 1);
  await inState(viewer, "live");
  t.mock.timers.tick(3_000);
  peer.say({ type: "count", stream: "42", viewers: 1, asOf: 1, mode: "degraded" });
  await until(viewer, () => viewer.mode === "degraded");
  t.mock.timers.tick(2_000);
  assert.equal(viewer.stale, true);

  peer.say({ type: "count", stream: "42", viewers: 1, asOf: 2, mode: "exact", everyMillis: 4_000 });
  await until(viewer, () => !viewer.stale);
  t.mock.timers.tick(4_900);
  peer.say({ type: "pong" });
  assert.equal(viewer.stale, false);
  t.mock.timers.tick(4_100);
  assert.equal(viewer.stale, true);
});

test("iterates over counts, and leaves out those that nobody waited for", async () => {
  const viewer = made();
  const counts = viewer[Symbol.asyncIterator]();
  const first = counts.next();
  const peer = await server.connection();
  peer.welcome(1, 1);
  assert.deepEqual(await first, { done: false, value: { stream: "42", viewers: 1, mode: "exact", asOf: 1 } });

  for (let i = 2; i <= 5; i++) peer.count(i, i);
  await until(viewer, () => viewer.viewers === 5);
  assert.equal((await counts.next()).value.viewers, 5);

  peer.say({ type: "ended", stream: "42" });
  assert.equal((await counts.next()).done, true);
});

test("closes what a loop connected when the loop is left, and throws when it is refused", async () => {
  const viewer = made();
  const peers = server.connection().then((peer) => (peer.welcome(), peer));
  for await (const { viewers } of viewer) {
    assert.equal(viewers, 1);
    break;
  }
  assert.equal(viewer.state, "idle");
  await (await peers).closed;

  server.connection().then((peer) => peer.close(1008));
  await assert.rejects(viewer[Symbol.asyncIterator]().next(), /refused: policy/);
});

test("observes several streams without being welcomed, and goes on when one of them ends", async () => {
  const observer = new Observer(["a", "b"], { baseUrl: server.url });
  open.push(observer);
  observer.connect();
  const peer = await server.connection();
  assert.equal(peer.path, "/v1/counts?stream=a&stream=b");
  await inState(observer, "live");
  peer.count(3, 1, "a");
  peer.count(4, 1, "b");
  await until(observer, () => observer.counts.size === 2);
  assert.equal(observer.counts.get("b").viewers, 4);

  peer.say({ type: "ended", stream: "a" });
  await until(observer, () => observer.counts.size === 1);
  assert.equal(observer.state, "live");
});

test("ignores what it does not understand", async () => {
  const viewer = watch();
  const peer = await server.connection();
  peer.say({ type: "news", of: "a later version" });
  peer.say(42);
  peer.welcome(3);
  await inState(viewer, "live");
  assert.equal(viewer.viewers, 3);
});

test("refuses ids that no server would take", () => {
  for (const bad of ["", "a b", "a/b", "x".repeat(65)]) {
    assert.throws(() => new Viewer(bad, { baseUrl: server.url }), RangeError);
    assert.throws(() => new Viewer("42", { baseUrl: server.url, user: bad }), RangeError);
    assert.throws(() => new Observer(["ok", bad], { baseUrl: server.url }), RangeError);
  }
});

async function pinged(peer) {
  while (peer.heard.length === 0) await new Promise(setImmediate);
  assert.equal(peer.heard[0], '{"type":"ping"}');
}
