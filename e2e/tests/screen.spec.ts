// A shared screen arrives in the other browser, and stops.
import { expectPictures, offerCounts } from '../support/media.ts';
import { expect, test } from '../support/test.ts';

for (const [sharer, viewer] of [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const) {
  test(`a screen shared in ${sharer} is seen in ${viewer}`, async ({ person }) => {
    const ann = await person(sharer, 'Ann', { window: true });
    const kim = await person(viewer, 'Kim');
    await ann.enter('screen', { camera: true });
    await kim.enter('screen');
    await expectPictures(kim.page, 1);

    await ann.set('Share screen', true);
    // The camera and the screen.
    await expectPictures(kim.page, 2);
    const widest = await kim.widestPicture();
    expect(widest).toBeGreaterThan(640);

    await ann.set('Share screen', false);
    await expectPictures(kim.page, 1);
    expect(await offerCounts(ann.page)).toEqual([1]);
    expect(await offerCounts(kim.page)).toEqual([1]);
  });
}

test('a share is sent sharply, and smoothly when the presenter says so', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  await ann.enter('motion');
  await ann.set('Share screen', true);
  await expect(ann.page.getByText(/^You are presenting/).first()).toBeVisible();
  const hint = () =>
    ann.page.evaluate(() => {
      const senders = window.watched.peers[0]?.peer.getSenders() ?? [];
      return senders.map(({ track }) => track?.contentHint).find((it) => it);
    });
  await expect.poll(hint).toBe('detail');
  await ann.page.keyboard.press('Alt+Shift+m');
  await expect.poll(hint).toBe('motion');
  await ann.button('Stop sharing').click();
  await expect(ann.button('Share screen')).toHaveAttribute('aria-pressed', 'false');
});
