// headcount.js at a real node: HEADCOUNT_URL, where a user may have two sessions and tokens are signed with
// HEADCOUNT_SECRET and believed for no longer than they say.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { afterEach, test } from "node:test";
import { Beats } from "../../main/resources/webroot/headcount-beats.js";
import { Observer, Viewer } from "../../main/resources/webroot/headcount.js";
import { inState, until } from "./waiting.mjs";

const baseUrl = process.env.HEADCOUNT_URL;
const secret = process.env.HEADCOUNT_SECRET;
const stream = `node-js-${process.pid}`;
const open = [];

afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});

function token(sub, lifeSeconds = 600) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1_000) + lifeSeconds;
  const input = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ sub, exp })}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

function connected(connection) {
  open.push(connection);
  connection.connect();
  return connection;
}

const watch = (name, options) => connected(new Viewer(`${stream}-${name}`, { baseUrl, ...options }));

test("is counted once with two sessions, and an observer is told and not counted", async () => {
  const first = watch("tabs", { token: token("u1") });
  await inState(first, "live");
  const second = watch("tabs", { token: token("u1") });
  const other = watch("tabs", { token: token("u2") });
  await until(first, () => first.viewers === 2);
  await inState(second, "live");

  const observer = connected(new Observer([`${stream}-tabs`], { baseUrl, token: token("u3") }));
  await until(observer, () => observer.counts.get(`${stream}-tabs`)?.viewers === 2);
  assert.equal(first.mode, "exact");
  assert.notEqual(first.session, second.session);

  other.close();
  await until(observer, () => observer.counts.get(`${stream}-tabs`).viewers === 1);
});

test("iterates over what really happens", async () => {
  const seen = [];
  const other = new Viewer(`${stream}-loop`, { baseUrl, token: token("u2") });
  open.push(other);
  for await (const { viewers } of new Viewer(`${stream}-loop`, { baseUrl, token: token("u1") })) {
    seen.push(viewers);
    if (viewers === 2) break;
    if (other.state === "idle") other.connect();
  }
  assert.equal(seen[0], 1);
  assert.equal(seen.at(-1), 2);
});

test("brings a new token when the server says that the last one expired", async () => {
  const asked = [];
  const viewer = watch("expiring", {
    token: (reason) => {
      asked.push(reason);
      return token("u1", asked.length === 1 ? 2 : 600);
    },
  });
  await inState(viewer, "live");
  const session = viewer.session;

  await until(viewer, () => viewer.state === "live" && viewer.session !== session);

  assert.deepEqual(asked, [null, "token-expired"]);
});

test("is counted where a proxy lets no WebSocket through, and is gone when it leaves", async () => {
  const proxy = await proxyWithoutWebSockets();
  const options = { baseUrl: `http://127.0.0.1:${proxy.address().port}`, fallback: Beats };
  const viewer = watch("blocked", { ...options, token: token("u1") });
  const observer = connected(new Observer([`${stream}-blocked`], { ...options, token: token("u3") }));
  const other = watch("blocked", { token: token("u2") });

  await until(viewer, () => viewer.state === "live" && viewer.viewers === 2);
  await until(observer, () => observer.counts.get(`${stream}-blocked`)?.viewers === 2);
  await until(other, () => other.viewers === 2);

  viewer.close();
  await until(other, () => other.viewers === 1);
  observer.close();
  proxy.close();
  proxy.closeAllConnections();
});

async function proxyWithoutWebSockets() {
  const proxy = createServer((asked, answer) => {
    const { method, headers } = asked;
    const onward = request(new URL(asked.url, baseUrl), { method, headers }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  });
  proxy.on("upgrade", (asked, socket) => socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n"));
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return proxy;
}

test("stays away when the user has too many sessions", async () => {
  const both = [watch("many", { token: token("u1") }), watch("many", { token: token("u1") })];
  for (const viewer of both) await inState(viewer, "live");

  const third = watch("many", { token: token("u1") });

  await inState(third, "refused");
  assert.equal(third.reason, "too-many-sessions");
});
