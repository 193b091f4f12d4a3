// The conversation is for everybody, whatever of it is open: names, contrast, order, and room for a finger.
import {
  expectAccessible,
  expectLargeTargets,
  expectRoomForLargeText,
} from '../support/accessible.ts';
import { settled } from '../support/gallery.ts';
import { everyScreen } from '../support/screens.ts';
import { test } from '../support/test.ts';

/** The screens of the conversation that differ in what is on them; two thousand emoji are as ten of them. */
const kinds = [
  ...['chat-lively', 'chat-thread', 'chat-edit', 'chat-emoji-found', 'chat-markdown', 'chat-names'],
  ...['chat-private', 'chat-told', 'chat-empty', 'chat-offline', 'chat-date', 'files'],
  ...['files-tray', 'picture-viewer', 'search', 'search-filters'],
];

/** Those that have other things to press. */
const fewer = [
  ...['chat-lively', 'chat-thread', 'chat-edit', 'chat-emoji', 'chat-private', 'chat-date'],
  ...['files', 'files-tray', 'picture-viewer', 'search-filters'],
];

test('axe finds nothing in the conversation, in the light and in the dark (chromium)', async ({
  gallery,
  stage,
}) => {
  const page = await stage('chromium');
  await everyScreen(gallery, page, kinds, async (_, what) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await settled(page);
      await expectAccessible(page, `${what}, ${colorScheme}`);
    }
  });
});

test('axe finds nothing in the conversation (firefox)', async ({ gallery, stage }) => {
  const names = ['chat-lively', 'chat-thread', 'chat-markdown', 'chat-private', 'files', 'search'];
  await everyScreen(gallery, await stage('firefox'), names, expectAccessible);
});

test('whatever one presses in the conversation is large enough for a finger', async ({
  gallery,
  stage,
}) => {
  const page = await stage('chromium', { viewport: { width: 390, height: 844 } });
  await everyScreen(gallery, page, fewer, expectLargeTargets);
});

test('text of twice the size fits into the conversation', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await everyScreen(gallery, page, fewer, expectRoomForLargeText);
});
