// Carries connections from one address to another. Two of these with a socket in the file system
// between them lead from one network namespace into another, past every link.
//
//   node relay.mjs FROM TO     where each is a port of 127.0.0.1 or the path of a socket
import { connect, createServer } from 'node:net';

const [from, to] = process.argv.slice(2).map((address) => {
  return /^\d+$/.test(address) ? { host: '127.0.0.1', port: Number(address) } : { path: address };
});

const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ ...to, noDelay: true });
  // One that ends badly ends the other; how it ended is for its two ends to say.
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
  near.pipe(far);
  far.pipe(near);
});
server.listen(from, () => console.log('listening'));
// It ends with whoever started it.
process.stdin.on('end', () => process.exit()).resume();
