// A way to the server that can be cut, as a network can.

import net from "node:net";

/**
 * Leads from a port of its own to the server.
 * @param {string} base
 */
export async function bridge(base) {
  const { hostname, port } = new URL(base);
  const sockets = new Set();
  let isCut = false;
  const server = net.createServer((near) => {
    if (isCut) return near.destroy();
    const far = net.connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => { near.destroy(); far.destroy(); });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    mend() { isCut = false; },
    close() {
      this.cut();
      server.close();
    },
  };
}
