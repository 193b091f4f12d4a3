// Ports that nobody has.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that the system gives to connections: a browser's may not have it a moment later. */
const first = 20_000;
const last = 32_000;

let next = first + Math.floor(Math.random() * (last - first));

/** A TCP port that nobody has; none is given out again soon. */
export async function freePort(): Promise<number> {
  for (;;) {
    next = next < last ? next + 1 : first;
    if (await isFree(next)) return next;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
