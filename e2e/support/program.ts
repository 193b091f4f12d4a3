// The program under test: its own data folder and ports, ended by its process id.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './port.ts';

/** The debug build, unless told otherwise. */
const binary =
  process.env['ZOOM_E2E_PROGRAM'] ?? new URL('../../target/debug/zoom', import.meta.url).pathname;

/** One `zoom` on a temporary data folder. */
export class Program {
  /** What its pages' addresses begin with. */
  readonly base: string;
  private readonly listen: string;
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    port: number,
    private readonly mediaPort: number,
    readonly folder: string,
    private readonly flags: readonly string[],
  ) {
    const lan = flags.includes('--lan');
    this.listen = `${lan ? '0.0.0.0' : '127.0.0.1'}:${port}`;
    this.base = lan ? `https://10.99.0.1:${port}` : `http://127.0.0.1:${port}`;
  }

  static async start(flags: readonly string[] = []): Promise<Program> {
    const folder = await mkdtemp(join(tmpdir(), 'zoom-e2e-'));
    const program = new Program(await freePort(), await freePort(), folder, flags);
    await program.restart();
    return program;
  }

  /** Everything it has printed, over all starts. */
  get log(): string {
    return this.output;
  }

  /** Starts it (again) on the same data and ports; resolves when it answers. */
  async restart(): Promise<void> {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('ZOOM_'));
    const child = spawn(
      binary,
      [
        'serve',
        ...['--listen', this.listen],
        ...['--media-port', String(this.mediaPort)],
        ...['--data', this.folder],
        ...this.flags,
      ],
      { env: Object.fromEntries(own), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const hear = (data: Buffer) => {
        said += data.toString();
        this.output += data.toString();
        // It prints only addresses that answer.
        if (said.includes(this.base)) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`zoom ended with ${code}:\n${said}`)));
    });
  }

  /** Ends it without a chance to write anything (`kill -9`). */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends it as an operator does; resolves to its exit code. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Ends it and removes its data. */
  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }
}
