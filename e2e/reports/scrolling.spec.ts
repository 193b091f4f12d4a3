// How smoothly a room of 100,000 messages scrolls: frames, jumps, what is drawn and what is kept in memory.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import type { CDPSession, Page } from '@playwright/test';

import { expect, test } from '../support/test.ts';

const messages = 100_000;
/**
 * Pixels of each frame, and for how many frames: as one reads on by the wheel, and as one flicks to find something.
 * What one sees may be beside where the scrolling took it by less than one can see: a tenth of a step in a flick.
 */
const ways = [
  { name: 'reading on', by: 60, frames: 900, most_px: 1.5 },
  { name: 'flicking', by: 400, frames: 1_200, most_px: 40 },
] as const;
/** Milliseconds that 99 of 100 frames may take at most: two at 60 a second. */
const most_ms = 34;

/** Fills a room while nobody serves it. `zoom-bench` lies beside the program. */
async function fill(folder: string, room: string): Promise<void> {
  const program =
    process.env['ZOOM_E2E_PROGRAM'] ?? new URL('../../target/debug/zoom', import.meta.url).pathname;
  const bench = join(dirname(program), 'zoom-bench');
  const wish = ['--data', folder, '--room', room, '--messages', String(messages)];
  await promisify(execFile)(bench, ['fill', ...wish]);
}

interface Scrolled {
  /** Milliseconds from each frame to the next. */
  frames: number[];
  /** Pixels that some message was beside its place, frame by frame where any was. */
  shifts: number[];
  /** Frames in which there was nothing to scroll to yet. */
  held: number;
  /** Milliseconds of tasks that took longer than 50. */
  tasks: number[];
  /** Most messages that were drawn at once. */
  drawn: number;
}

/** Scrolls back with every frame, and looks at each as it is painted. */
async function scroll(page: Page, by: number, count: number): Promise<Scrolled> {
  const list = page.getByRole('list', { name: 'Messages', exact: true });
  return list.evaluate(
    async (element, { by, count }) => {
      const place = element.parentElement as HTMLElement;
      const tasks: number[] = [];
      const observer = new PerformanceObserver((all) => {
        for (const { duration } of all.getEntries()) tasks.push(duration);
      });
      observer.observe({ type: 'longtask' });
      // What is painted is what is there when all observers of sizes were told: this one is told last.
      const probe = document.body.appendChild(document.createElement('div'));
      probe.style.cssText = 'position: fixed; inline-size: 1px; opacity: 0';
      let painted = () => undefined as unknown;
      const last = new ResizeObserver(() => painted());
      last.observe(probe);
      const seen = () => {
        const { top, bottom } = place.getBoundingClientRect();
        const tops = new Map<string, number>();
        for (const row of place.querySelectorAll<HTMLElement>('[data-key]')) {
          const box = row.getBoundingClientRect();
          if (box.bottom > top && box.top < bottom) tops.set(row.dataset['key'] ?? '', box.top);
        }
        return tops;
      };
      const shifts: number[] = [];
      const frames: number[] = [];
      let [held, drawn, before, at] = [0, 0, seen(), performance.now()];
      for (let frame = 0; frame < count; frame += 1) {
        let moved = 0;
        await new Promise((done) => {
          painted = () => done(undefined);
          requestAnimationFrame((now) => {
            if (frame > 0) frames.push(now - at);
            at = now;
            const from = place.scrollTop;
            place.scrollTop -= by;
            moved = from - place.scrollTop;
            probe.style.blockSize = probe.style.blockSize === '1px' ? '2px' : '1px';
          });
        });
        if (moved < by) held += 1;
        const now = seen();
        let shift = 0;
        for (const [key, top] of now) {
          const was = before.get(key);
          if (was !== undefined) shift = Math.max(shift, Math.abs(top - was - moved));
        }
        if (shift > 0) shifts.push(shift);
        before = now;
        drawn = Math.max(drawn, element.querySelectorAll('[data-key]').length);
      }
      observer.disconnect();
      last.disconnect();
      probe.remove();
      return { frames, shifts, held, tasks, drawn };
    },
    { by, count },
  );
}

/** What the page keeps, after what it does not was collected. */
async function kept(session: CDPSession): Promise<{ nodes: number; heap_mib: number }> {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? NaN;
  return { nodes: value('Nodes'), heap_mib: value('JSHeapUsedSize') / 2 ** 20 };
}

/** The value that a share of them does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

test('through a room of 100,000 messages', async ({ person, program }) => {
  await program.stop();
  await fill(program.folder, 'long');
  await program.restart();
  const ann = await person('chromium', 'Ann');
  const session = await ann.page.context().newCDPSession(ann.page);
  await session.send('Performance.enable');

  await ann.visit('long');
  const clicked = performance.now();
  await ann.join.click();
  await expect(ann.messages.getByRole('listitem').last()).toBeVisible();
  const lines = [`opened         ${(performance.now() - clicked).toFixed(0)} ms after Join`];
  const tell = async (name: string) => {
    const { nodes, heap_mib } = await kept(session);
    lines.push(`${name.padEnd(14)} ${nodes} DOM nodes, heap ${heap_mib.toFixed(1)} MiB`);
  };
  await tell('at the end');

  const all: (Scrolled & { most_px: number })[] = [];
  for (const { name, by, frames, most_px } of ways) {
    const before = (await ann.requests()).length;
    const scrolled = await scroll(ann.page, by, frames);
    all.push({ ...scrolled, most_px });
    const asked = (await ann.requests()).slice(before);
    const pages = asked.filter((request) => request === 'history').length;
    const [half, most, nearly_all] = [0.5, 0.95, 0.99].map((share) =>
      quantile(scrolled.frames, share).toFixed(1),
    );
    lines.push(
      `${name.padEnd(14)} ${frames} frames of ${by} px, ${pages} older pages read, ${scrolled.held} frames held up`,
      `  frames       p50 ${half} ms, p95 ${most} ms, p99 ${nearly_all} ms, longest ${Math.max(...scrolled.frames).toFixed(1)} ms`,
      `  long tasks   ${scrolled.tasks.length}, longest ${Math.max(0, ...scrolled.tasks).toFixed(0)} ms`,
      `  what is seen beside its place by ${Math.max(0, ...scrolled.shifts).toFixed(2)} px at most, by more than ${most_px} px in ${scrolled.shifts.filter((px) => px > most_px).length} frames`,
      `  drawn        ${scrolled.drawn} messages at most`,
    );
    await tell('  after it');
  }
  console.log(lines.join('\n'));
  for (const { frames, shifts, most_px } of all) {
    expect.soft(quantile(frames, 0.99), 'p99 of frames').toBeLessThanOrEqual(most_ms);
    expect.soft(Math.max(0, ...shifts), 'what is seen stays').toBeLessThanOrEqual(most_px);
  }
});
