// A WebSocket server on a free port of 127.0.0.1 that says what a test tells it to: the codes, messages and silences
// that a real node gives only when something breaks. Frames of up to 125 bytes, which is all that tests need.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export class ScriptedServer {
  #http = createServer((request, response) => this.answer(request, response));
  #arrived = [];
  #awaited = [];
  #sockets = new Set();
  /** While set, handshakes are answered with this status. */
  refuseWith = null;
  handshakes = 0;

  static async start() {
    const server = new ScriptedServer();
    server.#http.on("upgrade", (request, socket) => server.#upgrade(request, socket));
    server.#http.listen(0, "127.0.0.1");
    await once(server.#http, "listening");
    return server;
  }

  /** Of plain requests: nothing, unless a test sets it. */
  answer = (request, response) => response.writeHead(404).end();

  get url() {
    return `http://127.0.0.1:${this.#http.address().port}`;
  }

  /** The next connection, when it comes. */
  connection() {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    return new Promise((resolve) => this.#awaited.push(resolve));
  }

  stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  #upgrade(request, socket) {
    this.handshakes += 1;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    if (this.refuseWith !== null) {
      socket.end(`HTTP/1.1 ${this.refuseWith} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + GUID).digest("base64");
    const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(/, */).filter(Boolean);
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
        `sec-websocket-accept: ${accept}\r\n` +
        (protocols.length > 0 ? `sec-websocket-protocol: ${protocols[0]}\r\n\r\n` : "\r\n"),
    );
    const made = new Peer(request.url, protocols, socket);
    if (this.#awaited.length > 0) this.#awaited.shift()(made);
    else this.#arrived.push(made);
  }
}

class Peer {
  #socket;
  #unread = Buffer.alloc(0);
  /** Texts that the client sent. */
  heard = [];

  constructor(path, protocols, socket) {
    this.path = path;
    this.protocols = protocols;
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("data", (bytes) => this.#read(bytes));
  }

  say(message) {
    this.#frame(1, Buffer.from(JSON.stringify(message)));
  }

  welcome(viewers = 1, asOf = 1) {
    this.say({ type: "welcome", session: `s${asOf}`, stream: "42", viewers, asOf, mode: "exact" });
  }

  count(viewers, asOf, stream = "42") {
    this.say({ type: "count", stream, viewers, asOf, mode: "exact" });
  }

  close(code) {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#frame(8, payload);
  }

  /** Without a word. */
  vanish() {
    this.#socket.destroy();
  }

  #frame(opcode, payload) {
    this.#socket.write(Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]));
  }

  #read(bytes) {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    while (this.#unread.length >= 6) {
      const [first, second] = this.#unread;
      const length = second & 0x7f;
      if (this.#unread.length < 6 + length) return;
      const mask = this.#unread.subarray(2, 6);
      const payload = Buffer.from(this.#unread.subarray(6, 6 + length).map((byte, i) => byte ^ mask[i % 4]));
      this.#unread = this.#unread.subarray(6 + length);
      if ((first & 0x0f) === 1) this.heard.push(payload.toString());
      if ((first & 0x0f) === 8) this.#socket.end(Buffer.concat([Buffer.from([0x88, payload.length]), payload]));
    }
  }
}
