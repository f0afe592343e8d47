// The fan-out of Node's ws, for comparison: prints its port; "push N MILLIS" sends N counts in that interval.
const { WebSocketServer } = require("ws");
const readline = require("readline");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, backlog: 4096 });
let viewers = 1000;
const message = (type) =>
  `{"type":"${type}",${type === "welcome" ? '"session":"s",' : ""}"stream":"bench-0","viewers":${viewers},` +
  `"asOf":1764000000000,"mode":"exact"}`;

server.on("listening", () => console.log(`port=${server.address().port}`));
server.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.send(message("welcome"));
});

readline.createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [, count, millis] = line.split(" ").map(Number);
    let left = count;
    const timer = setInterval(() => {
      viewers++;
      const bytes = Buffer.from(message("count"));
      for (const socket of server.clients) socket.send(bytes, { binary: false });
      if (--left === 0) {
        clearInterval(timer);
        setTimeout(() => console.log("pushed=1"), millis);
      }
    }, millis);
  })
  .on("close", () => process.exit(0));
