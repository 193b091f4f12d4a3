// The development loop: Vite in front with the app's sources, the program behind it, both kept up
// to date. A change to a view or a style shows without a reload, a change to a template reloads the
// page, a change to Rust builds, restarts the program and reloads the page.
//
//   npm run dev [-- FLAGS]      FLAGS go to the program (npm run dev -- --data other)
//
// ZOOM_DEV_PORT (5173) is where to open it, ZOOM_DEV_PROGRAM_PORT (8081) where the program listens.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const web = path.join(root, 'web');
const crates = path.join(root, 'crates');
const port = Number(process.env.ZOOM_DEV_PORT ?? 5173);
const programPort = Number(process.env.ZOOM_DEV_PROGRAM_PORT ?? 8081);
const program = `http://127.0.0.1:${programPort}`;
// Vite has the app, so that the program is built without it.
const environment = { ...process.env, ZOOM_WEB: 'stub', ZOOM_PROGRAM: program };
process.env.ZOOM_PROGRAM = program;

/** How long to wait for more changes before building: an editor writes several files at once. */
const settleMs = 100;

/** The running program, its build, and what to do when it ends. */
let running = null;
let building = null;
let ending = false;

installApp();
const vite = await startVite();
await rebuild();
console.log(`\nOpen http://127.0.0.1:${port}/ (Ctrl-C ends it)\n`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end());

/** Installs what the app is built with, when its lock file is newer. */
function installApp() {
  const installed = path.join(web, 'node_modules/.package-lock.json');
  const wanted = path.join(web, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: web, stdio: 'inherit' });
  if (npm.status !== 0) throw new Error('npm ci failed in web/');
}

async function startVite() {
  const entry = createRequire(path.join(web, 'package.json')).resolve('vite');
  const { createServer } = await import(pathToFileURL(entry).href);
  const server = await createServer({
    root: web,
    configFile: path.join(web, 'vite.config.ts'),
    clearScreen: false,
    server: {
      host: '127.0.0.1',
      port,
      // The icons are the program's own, below /public/ as the app is.
      proxy: { '^/public/icons/': { target: program } },
    },
  });
  await server.listen();
  let timer;
  server.watcher.add([crates, path.join(root, 'Cargo.toml')]);
  server.watcher.on('all', (_event, file) => {
    const inCrates = file.startsWith(crates + path.sep) || file === path.join(root, 'Cargo.toml');
    if (!inCrates || ending) return;
    if (file.startsWith(path.join(crates, 'server/templates') + path.sep)) {
      // The program reads templates anew for each page.
      server.ws.send({ type: 'full-reload' });
    } else if (/\.(?:rs|toml|json|svg)$/.test(file) && !/\/tests\//.test(file)) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        console.log(`${path.relative(root, file)} changed`);
        void rebuild();
      }, settleMs);
    }
  });
  return server;
}

/** Builds the program; when that works, puts it in the place of the one that runs. */
async function rebuild() {
  building?.kill();
  const build = spawn('cargo', ['build', '-p', 'zoom'], {
    cwd: root,
    env: environment,
    stdio: 'inherit',
  });
  building = build;
  const code = await new Promise((resolve) => build.once('exit', resolve));
  // A later change killed this build, and builds itself.
  if (building !== build || ending) return;
  building = null;
  if (code !== 0) {
    console.log('The program that runs is the one from before this error.');
    return;
  }
  await stopProgram();
  startProgram();
  await listening();
  vite.ws.send({ type: 'full-reload' });
}

function startProgram() {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
  const flags = ['--listen', `127.0.0.1:${programPort}`, '--development', ...process.argv.slice(2)];
  const child = spawn(path.join(target, 'debug/zoom'), flags, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running = child;
  child.once('exit', (code) => {
    if (running !== child) return;
    running = null;
    if (!ending) console.log(`The program ended (${code}); it starts again after the next change.`);
  });
}

async function stopProgram() {
  const child = running;
  if (child === null) return;
  running = null;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

/** Waits until the program answers, or has ended. */
async function listening() {
  const child = running;
  while (running === child && child !== null) {
    const answers = await new Promise((resolve) => {
      const socket = connect(programPort, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
      socket.once('connect', () => socket.end());
    });
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function end() {
  ending = true;
  building?.kill();
  await stopProgram();
  await vite.close();
  process.exit(0);
}
