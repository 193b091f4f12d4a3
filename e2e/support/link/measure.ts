// Measurements: looks at a page and its link for a while, and what is told of it.
import { loadavg } from 'node:os';

import { expect, type Page } from '@playwright/test';

import type { Person } from '../person.ts';
import type { Link } from './link.ts';
import { noteShown, sample, type Received, type Sample } from './sample.ts';

/** Resolves after this time: what happens meanwhile is what is measured. */
export async function pass(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}

/** Looks at a page again and again, for so long. */
export async function samples(page: Page, seconds: number): Promise<Sample[]> {
  await noteShown(page);
  const taken = [await sample(page)];
  const until = (taken[0]?.at_ms ?? 0) + seconds * 1_000;
  while ((taken.at(-1)?.at_ms ?? until) < until) {
    await pass(0.25);
    taken.push(await sample(page));
  }
  return taken;
}

/** The first and the last of some looks. */
export function ends(taken: readonly Sample[]): [Sample, Sample] {
  const [first, last] = [taken[0], taken.at(-1)];
  if (!first || !last) throw new Error('nobody looked');
  return [first, last];
}

/** Waits until the best layer of the one picture arrives. */
export async function expectBestPicture(person: Person): Promise<void> {
  const heights = async () => (await sample(person.page)).streams.map(({ height }) => height);
  await expect.poll(heights, { timeout: 40_000 }).toContain(540);
}

/** How long the queue towards the browser was, from a moment on, in steps of the reports. */
export function queue(
  link: Link,
  from_ms: number,
  seconds: number,
): { at_ms: number; ms: number }[] {
  return link.reports
    .filter(({ at_ms }) => at_ms >= from_ms && at_ms <= from_ms + seconds * 1_000)
    .map(({ at_ms, down }) => ({ at_ms: at_ms - from_ms, ms: down.queue_ms }));
}

/** One goal: what was measured must be at most, or at least, this. */
export interface Goal {
  what: string;
  value: number | null;
  atMost?: number;
  atLeast?: number;
}

/** Sound comes, and little of it is made up. */
export function soundGoals(received: Received, when = ''): Goal[] {
  return [
    // Nothing concealed is no merit where nothing comes; in pauses Opus sends less.
    { what: `packets of sound a second${when}`, value: received.sound_packets_per_s, atLeast: 35 },
    { what: `share of concealed sound${when}`, value: received.concealed_share, atMost: 0.01 },
  ];
}

/** Prints a measurement as one line of JSON, then fails for every goal that it misses. */
export function tell(condition: string, figures: object, goals: readonly Goal[]): void {
  const told = { condition, ...figures, load: loadavg()[0] };
  console.log(
    JSON.stringify(told, (_, value: unknown) =>
      typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value,
    ),
  );
  for (const { what, value, atMost = Infinity, atLeast = -Infinity } of goals) {
    // What a browser does not count is no miss.
    if (value === null) continue;
    const message = `${condition}: ${what} is ${value.toFixed(4)}`;
    expect.soft(value, message).toBeLessThanOrEqual(atMost);
    expect.soft(value, message).toBeGreaterThanOrEqual(atLeast);
  }
}
