// How long it takes from the click on Join to the first picture of somebody else, and where that time goes.
import { expect, test } from '../support/test.ts';

/** How often somebody joins. */
const rounds = 20;
/** Milliseconds that half of them may take at most, on one machine that does little else. */
const most_ms = 500;

/** What is noted on the way, in its order; milliseconds since the click. */
const steps = [
  'join sent',
  'joined',
  'answer taken',
  'connected',
  'first packet',
  'picture',
] as const;
type Step = (typeof steps)[number];

declare global {
  interface Window {
    joining: Partial<Record<Step, number>>;
  }
}

/** Given to `addInitScript`: notes when each step happens. */
function note(): void {
  let clicked = 0;
  window.joining = {};
  const at = (step: Step) => {
    if (clicked > 0) window.joining[step] ??= performance.now() - clicked;
  };
  addEventListener(
    'click',
    ({ target }) => {
      if (target instanceof Element && target.closest('[type=submit]')) clicked = performance.now();
    },
    true,
  );
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        if (String(data).includes('"joined"')) at('joined');
      });
    }

    override send(data: string): void {
      if (data.includes('"join"')) at('join sent');
      super.send(data);
    }
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') at('connected');
      });
      this.addEventListener('track', ({ track }) => {
        if (track.kind === 'video') track.addEventListener('unmute', () => at('first packet'));
      });
    }

    override async setRemoteDescription(answer: RTCSessionDescriptionInit): Promise<void> {
      await super.setRemoteDescription(answer);
      at('answer taken');
    }
  };
  const look = () => {
    // One's own preview is muted; everybody else's picture is not.
    for (const video of document.querySelectorAll('video')) {
      if (!video.muted && video.videoWidth > 0 && video.readyState >= 2) at('picture');
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** The value that a share of them does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

test('from Join to the first picture of somebody else', async ({ person }) => {
  const kim = await person('chromium', 'Kim');
  await kim.enter('joining', { microphone: true, camera: true });
  const ann = await person('chromium', 'Ann');
  await ann.page.addInitScript(note);

  const all: Record<Step, number>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await ann.visit('joining');
    // Somebody looks at the preview for a moment before they press.
    await expect(ann.page.locator('video')).toBeVisible();
    await ann.page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
    await ann.join.click();
    await ann.page.waitForFunction(() => window.joining.picture !== undefined);
    all.push((await ann.page.evaluate(() => window.joining)) as Record<Step, number>);
    await ann.button('Leave').click();
    await kim.expectParticipants(['Kim']);
  }

  const lines = steps.map((step) => {
    const values = all.map((times) => times[step]);
    const [half, most] = [0.5, 0.9].map((share) => quantile(values, share).toFixed(0).padStart(5));
    return `${step.padEnd(14)} p50 ${half} ms   p90 ${most} ms`;
  });
  console.log(lines.join('\n'));
  expect(
    quantile(
      all.map(({ picture }) => picture),
      0.5,
    ),
  ).toBeLessThanOrEqual(most_ms);
});
