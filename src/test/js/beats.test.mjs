// What headcount-beats.js makes of what a server answers.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Beats } from "../../main/resources/webroot/headcount-beats.js";
import { Viewer } from "../../main/resources/webroot/headcount.js";
import { ScriptedServer } from "./scripted-server.mjs";
import { inState, until } from "./waiting.mjs";

const random = Math.random;
let server;
let viewer;
/** What was asked for: method, path and body, or null. */
let asked;
/** Answers to beats, in turn; the last one again and again. */
let answers;

beforeEach(async () => {
  Math.random = () => 0;
  asked = [];
  server = await ScriptedServer.start();
  server.refuseWith = 403;
  server.answer = async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    asked.push({ method: request.method, path: request.url, body, authorization: request.headers.authorization });
    const counts = { items: [{ stream: "42", viewers: 7, asOf: asked.length, mode: "exact" }] };
    const [status, json, headers] = request.method === "POST" ? next() : [request.method === "GET" ? 200 : 204, counts];
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(status === 204 ? undefined : JSON.stringify(json));
  };
});

afterEach(() => {
  Math.random = random;
  Beats.probeEveryMillis = 60_000;
  viewer.close();
  server.stop();
});

const next = () => (answers.length > 1 ? answers.shift() : answers[0]);
const session = (name, nextBeatMillis = 20_000) => [200, { session: name, viewers: 7, nextBeatMillis }];
const posts = () => asked.filter(({ method }) => method === "POST");

function watch(options = {}) {
  viewer = new Viewer("42", { baseUrl: server.url, fallback: Beats, ...options });
  viewer.connect();
}

test("is the third way in a row that is tried, carries counts, and ends its session", async () => {
  answers = [session("s1")];
  watch({ user: "u1" });
  await inState(viewer, "live");

  assert.equal(server.handshakes, 2);
  assert.deepEqual([viewer.viewers, viewer.mode, viewer.session], [7, "exact", "s1"]);
  assert.deepEqual(posts()[0], { method: "POST", path: "/v1/streams/42/beat?user=u1", body: "{}", authorization: undefined });
  assert.ok(asked.some(({ path }) => path === "/v1/viewers?stream=42"));

  viewer.close();
  while (!asked.some(({ method }) => method === "DELETE")) await new Promise(setImmediate);
  assert.equal(asked.at(-1).path, "/v1/streams/42/beat/s1?user=u1");
});

test("names its session with each beat, and begins a new one when that is gone", async () => {
  answers = [session("s1", 50), session("s1", 50), [410, {}], session("s2")];
  watch({ token: "t" });
  await until(viewer, () => viewer.session === "s2");

  assert.deepEqual(
    posts().map(({ body }) => body),
    ["{}", '{"session":"s1"}', '{"session":"s1"}', "{}"],
  );
  assert.equal(posts()[0].authorization, "Bearer t");
});

test("makes room for a WebSocket once there is one to be had", async () => {
  Beats.probeEveryMillis = 100;
  answers = [session("s1")];
  watch();
  await inState(viewer, "live");
  const before = server.handshakes;
  while (server.handshakes === before) await new Promise(setImmediate);
  assert.equal(viewer.session, "s1");

  server.refuseWith = null;
  const probe = await server.connection();
  assert.equal(probe.path, "/v1/counts?stream=42");
  let peer = await server.connection();
  while (peer.path.startsWith("/v1/counts")) peer = await server.connection();
  peer.welcome(8, 100);
  await until(viewer, () => viewer.session === "s100");

  assert.equal(viewer.viewers, 8);
  while (!asked.some(({ method }) => method === "DELETE")) await new Promise(setImmediate);
});

test("is over when the stream is", async () => {
  answers = [[410, {}]];
  watch();
  await inState(viewer, "ended");
});

test("comes back when the server said, and not before", async () => {
  answers = [[503, {}, { "retry-after": "1" }], session("s1")];
  watch();
  while (posts().length === 0) await new Promise(setImmediate);
  const told = performance.now();

  await inState(viewer, "live");

  assert.ok(performance.now() - told >= 950, `${performance.now() - told}`);
});

test("asks for a new token where the last one is refused", async () => {
  const reasons = [];
  answers = [[401, {}], session("s1")];
  watch({
    token: (reason) => {
      reasons.push(reason);
      return "t";
    },
  });
  await inState(viewer, "live");

  assert.ok(reasons.includes("token-expired"), `${reasons}`);
});
