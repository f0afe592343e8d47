// The event bus over the bridge's plain WebSocket: addresses to listen to, questions with answers.
const PING_MILLIS = 10000;
const ANSWER_MILLIS = 10000;

/** A connection that is kept up until `stop`; `listeners` by address; `onState(up)` when it comes or goes. */
export class Bus {
  constructor(listeners, onState) {
    this.listeners = listeners;
    this.onState = onState;
    this.waiting = new Map();
    this.asked = 0;
    this.tries = 0;
    this.open();
  }

  open() {
    const url = new URL('/eventbus/websocket', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    this.socket = new WebSocket(url);
    this.socket.onopen = () => {
      this.tries = 0;
      Object.keys(this.listeners).forEach((address) => this.send({ type: 'register', address, headers: {} }));
      this.pings = setInterval(() => this.send({ type: 'ping' }), PING_MILLIS);
      this.onState(true);
    };
    this.socket.onmessage = async ({ data }) => this.take(JSON.parse(typeof data === 'string' ? data : await data.text()));
    this.socket.onclose = () => {
      clearInterval(this.pings);
      this.waiting.forEach(({ reject }) => reject(new Error('closed')));
      this.waiting.clear();
      if (this.stopped) return;
      this.onState(false);
      const wait = Math.min(10000, 500 * 2 ** this.tries++) * (0.5 + Math.random() / 2);
      this.retry = setTimeout(() => this.open(), wait);
    };
  }

  take(frame) {
    const waiting = this.waiting.get(frame.address);
    if (waiting) {
      this.waiting.delete(frame.address);
      clearTimeout(waiting.timer);
      if (frame.type === 'err') waiting.reject(new Error(frame.message));
      else waiting.resolve(frame.body);
    } else if (frame.type === 'rec') {
      this.listeners[frame.address]?.(frame.body);
    }
  }

  ask(address, body) {
    return new Promise((resolve, reject) => {
      const replyAddress = `answer-${++this.asked}`;
      const timer = setTimeout(() => {
        this.waiting.delete(replyAddress);
        reject(new Error('no answer'));
      }, ANSWER_MILLIS);
      this.waiting.set(replyAddress, { resolve, reject, timer });
      this.send({ type: 'send', address, body, replyAddress, headers: {} });
    });
  }

  send(frame) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.retry);
    this.socket.close();
  }
}
