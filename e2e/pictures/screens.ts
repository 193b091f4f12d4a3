// Every screen of the gallery: what is there, and what one does until it shows.
import type { Page } from '@playwright/test';

import type { World } from '../../web/gallery/world.ts';
import { png, text } from '../support/drawn.ts';
import { onGallery } from '../support/gallery.ts';
import type { texts } from '../support/texts.ts';
import { writing } from './writing.ts';

type Words = ReturnType<typeof texts>;

export interface Screen {
  name: string;
  /** A page of the program itself, instead of a room of the gallery. */
  path?: string;
  world?: Partial<World>;
  /** Whether one goes in. */
  inside?: boolean;
  /** Done before the picture is taken. */
  act?: (page: Page, words: Words) => Promise<void>;
}

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) });

/** Presses a button with this pressed or expanded state only where it is not so already. */
async function expand(page: Page, name: string | RegExp): Promise<void> {
  // The chat's tells how much is new, where there is something.
  const opener = button(page, typeof name === 'string' ? new RegExp(`^${name}(?:,|$)`) : name);
  if ((await opener.getAttribute('aria-expanded')) === 'false') await opener.click();
}

/** The last thread, beside the conversation where there is space. */
export async function threadOpened(page: Page, words: Words): Promise<void> {
  await expand(page, words('chat'));
  await page.getByRole('list', { name: words('messages'), exact: true }).waitFor();
  await page.locator('button.replies').last().click();
  await page.getByRole('region', { name: words('thread') }).waitFor();
}

const entrances: Screen[] = [
  { name: 'entrance' },
  ...(['asking', 'denied', 'missing', 'busy', 'insecure'] as const).map((devices) => ({
    name: `entrance-${devices}`,
    world: { devices },
  })),
  {
    name: 'entrance-name-missing',
    act: async (page, words) => {
      await page.getByRole('textbox', { name: words('your_name') }).fill('');
      await button(page, words('join')).click();
    },
  },
  {
    name: 'entrance-full',
    world: { entering: 'full' },
    act: async (page, words) => {
      await button(page, words('join')).click();
      await page.getByRole('alert').first().waitFor();
    },
  },
  {
    name: 'entrance-waiting',
    world: { entering: 'silence' },
    act: (page, words) => button(page, words('join')).click(),
  },
];

const crowds: Screen[] = [1, 2, 3, 5, 9, 16, 25, 60].map((people) => ({
  name: `room-${people}`,
  inside: true,
  world: {
    people,
    muted: [1, 4, 6, 7, 11, 13],
    dark: people > 3 ? [3, 8, 12, 20] : [],
    speaking: people > 2 ? [2] : [],
  },
}));

const rooms: Screen[] = [
  {
    name: 'room-names',
    inside: true,
    world: {
      people: 9,
      names: 'mixed',
      room: 'the-yearly-meeting-of-the-gardening-society-of-the-lower-valley',
      dark: [1, 2, 4, 5],
      muted: [1, 2, 3, 5],
      speaking: [2],
      typing: [1, 2, 3],
      talk: 'long',
    },
  },
  {
    name: 'room-states',
    inside: true,
    world: {
      people: 9,
      dark: [6],
      muted: [2, 5],
      speaking: [1],
      hands: [4, 2],
      paused: [3],
      away: [5],
      fair: [7],
      poor: [8],
    },
  },
  { name: 'room-dark', inside: true, world: { people: 5, dark: [1, 2, 3, 4] } },
  { name: 'share-1', inside: true, world: { people: 5, screens: [2], speaking: [1] } },
  { name: 'share-3', inside: true, world: { people: 12, screens: [1, 2, 3], speaking: [4] } },
  {
    name: 'share-window',
    inside: true,
    world: { people: 5, screens: [2], screenShape: 1.2, speaking: [1] },
  },
  { name: 'share-alone', inside: true, world: { people: 2, screens: [1] } },
  {
    name: 'share-own',
    inside: true,
    world: { people: 4 },
    // Narrow screens have the button in a menu.
    act: async (page, words) => {
      await page.keyboard.press('Alt+p');
      await button(page, words('stop_sharing')).waitFor();
    },
  },
  {
    name: 'chat-long',
    inside: true,
    world: { people: 4, talk: 'long', typing: [2] },
    act: (page, words) => expand(page, words('chat')),
  },
  {
    name: 'chat-empty',
    inside: true,
    world: { people: 2, talk: 'none' },
    act: (page, words) => expand(page, words('chat')),
  },
  {
    name: 'chat-lively',
    inside: true,
    world: { people: 4, talk: 'lively', unread: 3 },
    act: (page, words) => expand(page, words('chat')),
  },
  {
    name: 'chat-message',
    inside: true,
    world: { people: 4, talk: 'lively' },
    act: async (page, words) => {
      await expand(page, words('chat'));
      await page.getByRole('article').last().hover();
    },
  },
  {
    name: 'chat-thread',
    inside: true,
    world: { people: 4, talk: 'lively' },
    act: threadOpened,
  },
  ...(['message_edit', 'message_delete'] as const).map((what) => ({
    name: `chat-${what === 'message_edit' ? 'edit' : 'delete'}`,
    inside: true,
    world: { people: 4, talk: 'lively' as const },
    act: async (page: Page, words: Words) => {
      await expand(page, words('chat'));
      const own = page.getByRole('article').filter({ has: page.locator('code') });
      await own.last().scrollIntoViewIfNeeded();
      await own.last().hover();
      // A finger would rest on the message: its tools are not seen then, but there.
      await own
        .last()
        .getByRole('button', { name: words('message_more'), exact: true })
        .dispatchEvent('click');
      await page.getByRole('menuitem', { name: words(what), exact: true }).click();
    },
  })),
  ...['chat-emoji', 'chat-emoji-found'].map((name) => ({
    name,
    inside: true,
    world: { people: 4, talk: 'lively' as const },
    act: async (page: Page, words: Words) => {
      await expand(page, words('chat'));
      await page
        .getByRole('button', { name: words('message_mark'), exact: true })
        .last()
        .click();
      await page.getByRole('option').first().waitFor();
      if (name === 'chat-emoji') return;
      await page.getByRole('combobox', { name: words('emoji_search') }).fill('고양이');
      await page.getByRole('group', { name: words('emoji_found') }).waitFor();
    },
  })),
  {
    name: 'chat-date',
    inside: true,
    world: { people: 3, talk: 'long' },
    act: async (page, words) => {
      await page.keyboard.press('Alt+Shift+d');
      await page.getByRole('dialog', { name: words('to_date') }).waitFor();
    },
  },
  {
    name: 'chat-offline',
    inside: true,
    world: { people: 3 },
    act: async (page, words) => {
      await expand(page, words('chat'));
      await onGallery(page, (gallery) => gallery.server.vanish(), null);
      await page.getByRole('textbox', { name: words('message'), exact: true }).fill('…');
      await button(page, words('send')).click();
      await page.getByText(words('pending_offline')).waitFor();
    },
  },
  {
    name: 'settings',
    inside: true,
    world: { people: 3 },
    act: async (page, words) => {
      await page.keyboard.press('Alt+Shift+o');
      await page.getByRole('dialog', { name: words('settings_heading') }).waitFor();
    },
  },
  {
    name: 'palette',
    inside: true,
    world: { people: 5 },
    act: async (page, words) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: words('palette') }).waitFor();
    },
  },
  {
    name: 'palette-found',
    inside: true,
    world: { people: 5 },
    act: async (page, words) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: words('palette') }).fill('ㅎㅁ');
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'help',
    inside: true,
    world: { people: 3 },
    act: async (page, words) => {
      await page.keyboard.press('Alt+k');
      await page.getByRole('dialog', { name: words('help') }).waitFor();
    },
  },
  {
    name: 'menu-more',
    inside: true,
    world: { people: 5 },
    act: async (page, words) => {
      await button(page, words('more')).click();
      await page.getByRole('menu', { name: words('more') }).waitFor();
    },
  },
  {
    name: 'menu-person',
    inside: true,
    world: { people: 5, hands: [3, 1] },
    act: async (page, words) => {
      await expand(page, words('chat'));
      // Low screens have the list folded.
      await expand(page, new RegExp(`^${words('participants')} \\(`));
      const list = page.getByRole('list', { name: words('participants') });
      await list.getByRole('button').nth(2).click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'reconnecting',
    inside: true,
    world: { people: 4 },
    act: async (page, words) => {
      await onGallery(page, (gallery) => gallery.server.vanish(), null);
      await page.getByText(words('reconnecting')).first().waitFor();
    },
  },
  {
    name: 'media-broken',
    inside: true,
    world: { people: 4 },
    act: async (page, words) => {
      await onGallery(page, (gallery) => gallery.breakMedia(), null);
      await page.getByText(words('media_broken')).first().waitFor();
    },
  },
  {
    name: 'media-blocked',
    inside: true,
    world: { people: 4, media: false },
    act: (page, words) => page.getByText(words('media_blocked')).first().waitFor(),
  },
  {
    name: 'sound-blocked',
    inside: true,
    world: { people: 3, soundBlocked: true },
    act: (page, words) => button(page, words('sound_allow')).waitFor(),
  },
  {
    name: 'left',
    inside: true,
    act: async (page, words) => {
      await button(page, words('leave')).click();
      await page.getByRole('heading', { name: words('left_heading') }).waitFor();
    },
  },
];

/** Opens what was said, and searches in it. */
async function find(page: Page, words: Words, text: string): Promise<void> {
  await page.keyboard.press('Alt+Shift+l');
  await page.getByRole('searchbox', { name: words('find') }).fill(text);
}

const files: Screen[] = [
  {
    name: 'files',
    inside: true,
    world: { people: 3, talk: 'files' },
    act: (page, words) => expand(page, words('chat')),
  },
  {
    name: 'files-tray',
    inside: true,
    world: { people: 3 },
    act: async (page, words) => {
      await expand(page, words('chat'));
      await page
        .locator('#chat input[type="file"]')
        .first()
        .setInputFiles([
          png('garden.png', 120, 90),
          text('the yearly plan of the gardening society.pdf', 'plan'),
        ]);
      await page.getByRole('list', { name: words('files_chosen') }).waitFor();
    },
  },
  {
    name: 'files-drop',
    inside: true,
    world: { people: 3 },
    act: async (page, words) => {
      await page.waitForLoadState('networkidle');
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([''], 'a'));
        document.body.dispatchEvent(new DragEvent('dragenter', { dataTransfer, bubbles: true }));
      });
      await page.getByText(words('files_drop')).waitFor();
    },
  },
  {
    name: 'picture-viewer',
    inside: true,
    world: { people: 3, talk: 'files' },
    act: async (page, words) => {
      await expand(page, words('chat'));
      const name = new RegExp(words('picture_open').replace('{name}', '.*(two|둘)\\.png'));
      await page.getByRole('button', { name }).click();
      await page.getByRole('dialog').getByRole('img').waitFor();
    },
  },
  {
    name: 'search',
    inside: true,
    world: { people: 3, talk: 'long' },
    act: async (page, words) => {
      await find(page, words, words('find') === 'Search messages' ? 'the' : '토마토');
      await page.getByRole('list', { name: words('find_results') }).waitFor();
    },
  },
  {
    name: 'search-filters',
    inside: true,
    world: { people: 3, talk: 'long' },
    act: async (page, words) => {
      await find(page, words, 'zzz');
      await button(page, words('find_filters')).click();
      await page.getByText(words('find_none')).last().waitFor();
    },
  },
  {
    name: 'menu-chat',
    inside: true,
    world: { people: 3 },
    act: async (page, words) => {
      await expand(page, words('chat'));
      await page.locator('#chat header').getByRole('button').last().click();
      await page.getByRole('menu').waitFor();
    },
  },
];

/** Pages that the program renders. */
const sites: Screen[] = [
  { name: 'home', path: '/' },
  { name: 'home-error', path: '/open?new=%2F%2F' },
  { name: 'not-found', path: '/no-such-page' },
];

export const screens: readonly Screen[] = [
  ...sites,
  ...entrances,
  ...crowds,
  ...rooms,
  ...writing,
  ...files,
];
