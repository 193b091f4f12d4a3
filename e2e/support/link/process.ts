// Processes in network namespaces, and those that live as long as somebody holds their input.
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

/** A command as it runs in the network namespace of a process; without one, here. */
export function inside(pid: number | undefined, command: string[]): string[] {
  if (pid === undefined) return command;
  return ['nsenter', '--target', String(pid), '--net', '--', ...command];
}

/** Runs a command to its end. */
export async function run([program = '', ...rest]: string[]): Promise<void> {
  await promisify(execFile)(program, rest);
}

/** One process that prints lines, and ends with its standard input or by `end`. */
export class Helper {
  readonly lines: Interface;
  private readonly failure: Promise<never>;

  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    readonly pid: number,
    command: string[],
  ) {
    this.lines = createInterface({ input: child.stdout });
    this.failure = once(child, 'exit').then(([code]: (number | null)[]) => {
      throw new Error(`${command.join(' ')} ended with ${code}`);
    });
    // Nobody may wait for a line when it ends.
    this.failure.catch(() => undefined);
    child.stdin.on('error', () => undefined);
  }

  /** Starts it; resolves at its first line, by which it says that it is ready. */
  static async start(command: string[]): Promise<Helper> {
    const [program = '', ...rest] = command;
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child, 'spawn');
    const helper = new Helper(child, child.pid ?? 0, command);
    await helper.line();
    return helper;
  }

  /** Resolves at the next line; rejects when it ends before. */
  async line(): Promise<void> {
    await Promise.race([once(this.lines, 'line'), this.failure]);
  }

  write(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.failure.catch(() => undefined);
  }
}
