// A link of its own between the program and one browser, with a bad network in its middle.
//
// Three network namespaces: that of the tests with the program, one in the middle with the tool
// that impairs (`e2e/impair`), one with the browser. Media goes through the middle. The page comes
// past it, over sockets in the file system: it is on 127.0.0.1 there as it is here, which browsers
// trust with a camera, and what is measured is media alone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FarEnd } from '../browsers.ts';
import { freePort } from '../port.ts';
import { Helper, inside, run } from './process.ts';

const tool =
  process.env['ZOOM_E2E_IMPAIR'] ??
  new URL('../../../target/debug/zoom-impair', import.meta.url).pathname;

/** How often the tool reports. */
const reportEveryMs = 50;

/** One direction; what is not named is as on a cable. See `e2e/impair/src/conditions.rs`. */
export interface Conditions {
  delay_ms?: number;
  jitter_ms?: number;
  loss?: number;
  burst?: { enter: number; leave: number; loss: number };
  rate_kbit?: number;
  queue_ms?: number;
  reorder?: number;
  reorder_ms?: number;
  duplicate?: number;
}

/** `down` goes from the program to the browser. */
export interface LinkConditions {
  down?: Conditions;
  up?: Conditions;
}

/** What a direction has done; bytes are those of Ethernet frames. */
export interface DirectionReport {
  frames_in: number;
  bytes_in: number;
  frames_out: number;
  bytes_out: number;
  frames_lost: number;
  bytes_lost: number;
  frames_dropped: number;
  bytes_dropped: number;
  frames_duplicated: number;
  frames_reordered: number;
  frames_unsent: number;
  queue_bytes: number;
  queue_ms: number;
  /** Of frames that left the queue since the last reset. */
  waits: { frames: number; p50_ms: number; p95_ms: number; p99_ms: number; max_ms: number };
}

export interface Report {
  /** Since the tool began. */
  at_ms: number;
  down: DirectionReport;
  up: DirectionReport;
}

/** A process that does nothing but hold a network namespace. */
const holder = ['unshare', '--net', 'sh', '-c', 'echo made; exec cat'];

const relayProgram = new URL('relay.mjs', import.meta.url).pathname;

export class Link {
  /** Everything that the tool has reported, one report each 50 ms. */
  readonly reports: Report[] = [];

  private constructor(
    /** Where the browser runs. */
    readonly farEnd: FarEnd,
    private readonly folder: string,
    private readonly tool: Helper,
    private readonly helpers: Helper[],
  ) {
    tool.lines.on('line', (line) => {
      this.reports.push(JSON.parse(line) as Report);
    });
    this.command({ command: 'report', every_ms: reportEveryMs });
  }

  /** Lays the link with this number, from 1 on; it is as good as a cable until `set`. */
  static async lay(number: number, seed = number): Promise<Link> {
    const folder = await mkdtemp(join(tmpdir(), 'zoom-link-'));
    const helpers: Helper[] = [];
    const start = async (command: string[]): Promise<Helper> => {
      const helper = await Helper.start(command);
      helpers.push(helper);
      return helper;
    };
    try {
      const middle = await start(holder);
      const far = await start(holder);
      await wire(number, middle.pid, far.pid);
      const ends = ['--server', 'near', '--client', 'far', '--seed', String(seed)];
      const impair = await start(inside(middle.pid, [tool, ...ends]));
      const farEnd = { pid: far.pid, controlPort: await freePort() };
      const link = new Link(farEnd, folder, impair, helpers);
      await link.relay(farEnd.controlPort, undefined, far.pid);
      return link;
    } catch (error) {
      for (const helper of helpers.reverse()) await helper.end();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Lets the far end reach a port of 127.0.0.1 of here, past the tool. */
  async offer(port: number): Promise<void> {
    await this.relay(port, this.farEnd.pid, undefined);
  }

  /** Replaces the conditions of the directions that are named. */
  set(conditions: LinkConditions): void {
    this.command({ command: 'set', ...conditions });
  }

  /** Forgets how long frames have waited until now. */
  reset(): void {
    this.command({ command: 'reset' });
  }

  /** A report that the tool made after it did all that it was told before. */
  async report(): Promise<Report> {
    // The next may be on its way already; the one behind it is not.
    await this.tool.line();
    await this.tool.line();
    const newest = this.reports.at(-1);
    if (!newest) throw new Error('the tool reports nothing');
    return newest;
  }

  /** Takes the link away, with everything that runs for it. */
  async remove(): Promise<void> {
    for (const helper of this.helpers.splice(0).reverse()) await helper.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  private command(command: object): void {
    this.tool.write(JSON.stringify(command));
  }

  /** Carries connections to a port in one namespace to the same port in another. */
  private async relay(port: number, from: number | undefined, to: number | undefined) {
    const socket = join(this.folder, String(port));
    for (const [pid, ends] of [
      [to, [socket, String(port)]],
      [from, [String(port), socket]],
    ] as const) {
      this.helpers.push(await Helper.start(inside(pid, [process.execPath, relayProgram, ...ends])));
    }
  }
}

/** Two pairs of interfaces, from here to the middle and from there to the far end. */
async function wire(number: number, middle: number, far: number): Promise<void> {
  const here = `link${number}`;
  const address = `10.99.0.${10 + number}`;
  const commands: [number | undefined, string][] = [
    [undefined, `ip link add ${here} type veth peer name near netns ${middle}`],
    [middle, `ip link add far type veth peer name eth netns ${far}`],
    [far, 'ip link set lo up'],
  ];
  for (const [pid, name] of [
    [undefined, here],
    [middle, 'near'],
    [middle, 'far'],
    [far, 'eth'],
  ] as const) {
    commands.push(
      // Frames longer than a network carries, and without checksums, are for one machine alone.
      [pid, `ethtool -K ${name} tx off tso off gso off gro off`],
      // No link-local addresses: nothing but what is measured goes over the link.
      [pid, `ip link set ${name} addrgenmode none up`],
    );
  }
  commands.push(
    // The program has one address, whatever the link.
    [undefined, `ip route add ${address} dev ${here} src 10.99.0.1`],
    [far, `ip address add ${address}/24 dev eth`],
    [far, 'ip route add default dev eth'],
  );
  for (const [pid, command] of commands) await run(inside(pid, command.split(' ')));
}
