// Fails when a dependency's licence could not be used by a program under MIT OR Apache-2.0.
// Reads `cargo metadata` and the npm lock files; nothing is downloaded.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);

/** Permissive licences, and the two weak ones (data, whole files) that ask nothing of our code. */
const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 WITH LLVM-exception',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'CC0-1.0',
  'CDLA-Permissive-2.0',
  'ISC',
  'MIT',
  'MIT-0',
  'OpenSSL',
  'Python-2.0',
  'Unicode-3.0',
  'Unlicense',
  'Zlib',
]);

/** Tools of our own desk, never part of the program: their licences bind changes to themselves. */
const acceptedForTools = new Set([...accepted, 'CC-BY-4.0', 'CC-BY-3.0', 'MPL-2.0']);

/** What somebody looked at: the licence, where it is given, and why it is fine. */
const lookedAt = new Map([
  // MPL-2.0. Runs inside the compiler only (rust-embed's macro); nothing of it is in the program.
  ['crate option-ext 0.2.0', 'MPL-2.0'],
  // Their packages carry an MIT or Apache-2.0 text without naming it in the manifest; build tools.
  ['npm node_modules/@inlang/plugin-message-format 4.4.4', undefined],
  ['npm node_modules/sqlite-wasm-kysely 0.3.0', undefined],
  // Permissive, Python's own. Reads the options of markdown-it's command line; nothing of it is in the page.
  ['npm node_modules/argparse 3.0.4', 'PSF-2.0'],
]);

/**
 * Whether one can choose accepted licences out of an SPDX expression: AND needs both sides, OR
 * one. Older manifests write OR as a slash.
 */
function isAccepted(expression, licences) {
  const tokens = expression.replaceAll('/', ' OR ').match(/\(|\)|[^\s()]+(?: WITH [^\s()]+)?/g);
  let at = 0;
  const single = () => {
    if (tokens[at] !== '(') return licences.has(tokens[at++]);
    at += 1;
    const inner = any();
    at += 1;
    return inner;
  };
  const all = () => {
    let value = single();
    while (tokens[at] === 'AND') {
      at += 1;
      value = single() && value;
    }
    return value;
  };
  const any = () => {
    let value = all();
    while (tokens[at] === 'OR') {
      at += 1;
      value = all() || value;
    }
    return value;
  };
  return any() && at === tokens.length;
}

const refused = [];
let count = 0;
function check(name, licence, licences) {
  count += 1;
  if (lookedAt.has(name) && lookedAt.get(name) === (licence ?? undefined)) return;
  if (!licence || !isAccepted(licence, licences)) {
    refused.push(`${name}: ${licence ?? 'no licence given'}`);
  }
}

const metadata = execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], {
  cwd: root,
  maxBuffer: 1 << 28,
  encoding: 'utf8',
});
for (const crate of JSON.parse(metadata).packages) {
  check(`crate ${crate.name} ${crate.version}`, crate.license, accepted);
}
for (const folder of ['web', 'e2e']) {
  const lock = JSON.parse(readFileSync(new URL(`${folder}/package-lock.json`, root), 'utf8'));
  for (const [path, entry] of Object.entries(lock.packages)) {
    const licences = entry.dev ? acceptedForTools : accepted;
    if (!entry.link) check(`npm ${path || folder} ${entry.version ?? ''}`, entry.license, licences);
  }
}

if (refused.length > 0) {
  console.error(`These licences do not fit MIT OR Apache-2.0:\n  ${refused.join('\n  ')}`);
  process.exit(1);
}
console.log(`${count} dependencies have licences that fit MIT OR Apache-2.0`);
