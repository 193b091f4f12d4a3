// Serves the example, and passes its WebSocket on to zoom. The page and the socket then have one
// origin, which is what zoom asks for; any reverse proxy does the same.
//
//   node examples/chat/serve.mjs [PORT] [PORT OF ZOOM]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';

const [port = '9000', zoom = '8080'] = process.argv.slice(2);
const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/chat.js': ['chat.js', 'text/javascript; charset=utf-8'],
};

const server = createServer(async ({ url }, response) => {
  const [file, type] = files[new URL(url, 'http://localhost').pathname] ?? [];
  if (!file) return response.writeHead(404).end('There is no such page.\n');
  response.writeHead(200, { 'content-type': type });
  response.end(await readFile(new URL(file, import.meta.url)));
});

server.on('upgrade', ({ url, rawHeaders }, client, head) => {
  const upstream = connect(Number(zoom), '127.0.0.1');
  const lines = [`GET ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
  upstream.write(head);
  upstream.pipe(client).pipe(upstream);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  upstream.on('close', () => client.destroy());
});

server.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/?room=blue-otter-42&name=Ann`);
});
