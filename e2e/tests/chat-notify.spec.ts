// Messages that nobody sees: in the tab, on the desktop where that is wanted, and a press leads to them.
import type { BrowserName } from '../support/browsers.ts';
import type { Person } from '../support/person.ts';
import { expectAccessible } from '../support/accessible.ts';
import { expect, test } from '../support/test.ts';

const both: BrowserName[] = ['chromium', 'firefox'];

interface Shown {
  title: string;
  body: string;
  press: () => void;
}

declare global {
  interface Window {
    toldOf: Shown[];
    askedFor: number;
  }
}

/** Browsers without a desktop show no notifications: notes what the page would have shown. */
async function watchNotifications({ page }: Person, answer: NotificationPermission) {
  await page.addInitScript((given) => {
    // about:blank, where every page begins, remembers nothing.
    if (!window.isSecureContext) return;
    window.toldOf = [];
    window.askedFor = 0;
    class Noted {
      // As a browser does, it remembers what it was answered.
      static permission = (localStorage.getItem('answered') ?? 'default') as NotificationPermission;
      static requestPermission(): Promise<NotificationPermission> {
        window.askedFor += 1;
        Noted.permission = given;
        localStorage.setItem('answered', given);
        return Promise.resolve(given);
      }
      onclick: (() => void) | null = null;
      constructor(title: string, { body = '' }: NotificationOptions) {
        window.toldOf.push({ title, body, press: () => this.onclick?.() });
      }
      close(): void {
        // There is nothing to see.
      }
    }
    Object.assign(window, { Notification: Noted });
  }, answer);
}

const titles = ({ page }: Person) => page.evaluate(() => window.toldOf.map(({ title }) => title));
const icon = ({ page }: Person) => page.locator('link[rel="icon"]').getAttribute('href');

/** Chooses in the chat's menu. */
async function choose(who: Person, name: string, role: 'menuitemradio' | 'menuitemcheckbox') {
  await who.button('Conversation').click();
  await who.page.getByRole(role).filter({ hasText: name }).click();
}

for (const browser of both) {
  test(`${browser}: a hidden page counts in its title and icon, and shows what was asked for`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    const kim = await person(browser === 'chromium' ? 'firefox' : 'chromium', 'Kim');
    await watchNotifications(ann, 'granted');
    await ann.enter('notify');
    await kim.enter('notify');
    const plain = await icon(ann);
    expect(await ann.page.evaluate(() => window.askedFor)).toBe(0);
    await ann.button('Conversation').click();
    await expectAccessible(ann.page, 'of the menu with what one is told of');
    await ann.page.keyboard.press('Escape');
    await choose(ann, 'Only what is for me', 'menuitemradio');
    expect(await ann.page.evaluate(() => window.askedFor)).toBe(1);

    await kim.say('while it is seen, @Ann');
    await ann.expectMessage('while it is seen');
    await ann.setVisible(false);
    await kim.say('for everybody');
    await kim.say('and **this** for you, @Ann');
    await expect.poll(() => titles(ann)).toEqual(['Kim · notify']);
    expect(await ann.page.evaluate(() => window.toldOf[0]?.body)).toBe('and this for you, @Ann');
    await expect(ann.page).toHaveTitle('(2) notify · zoom');
    await expect.poll(() => icon(ann)).toMatch(/^blob:/);

    await ann.setVisible(true);
    await ann.page.evaluate(() => window.toldOf[0]?.press());
    await expect(ann.page).toHaveTitle('notify · zoom');
    await expect.poll(() => icon(ann)).toBe(plain);

    // It is remembered for this room, and for no other.
    await ann.enter('elsewhere');
    await ann.button('Conversation').click();
    const chosen = ann.page.getByRole('menuitemradio', { checked: true });
    await expect(chosen).toContainText('No notifications');
    await ann.enter('notify');
    await ann.setVisible(false);
    await kim.say('again, @Ann');
    await expect.poll(() => titles(ann)).toEqual(['Kim · notify']);

    await ann.setVisible(true);
    await choose(ann, 'All messages', 'menuitemradio');
    await ann.setVisible(false);
    await kim.say('whoever may be here');
    await expect.poll(() => titles(ann)).toHaveLength(2);
    await ann.setVisible(true);
    await choose(ann, 'No notifications', 'menuitemradio');
    await ann.setVisible(false);
    await kim.say('not even for you, @Ann');
    await ann.expectMessage('not even for you');
    expect(await titles(ann)).toHaveLength(2);
  });
}

test('who says no to the browser is told where to change that', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  await watchNotifications(ann, 'denied');
  await ann.enter('denied');
  await choose(ann, 'All messages', 'menuitemradio');
  await expect(ann.page.getByText('does not allow notifications').first()).toBeVisible();
});

test('a sound is heard while nobody looks, and can be switched off', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.page.addInitScript(() => {
    const counted = window as unknown as { notes: number };
    counted.notes = 0;
    window.OscillatorNode = class extends OscillatorNode {
      override start(when?: number): void {
        counted.notes += 1;
        super.start(when);
      }
    };
  });
  const notes = () => ann.page.evaluate(() => (window as unknown as { notes: number }).notes);
  await ann.enter('sounds');
  await kim.enter('sounds');
  await kim.say('seen');
  await ann.expectMessage('seen');
  expect(await notes()).toBe(0);
  await ann.setVisible(false);
  await kim.say('not seen');
  await expect.poll(notes).toBe(1);
  await ann.setVisible(true);
  await choose(ann, 'Message sounds', 'menuitemcheckbox');
  await ann.setVisible(false);
  await kim.say('not heard');
  await ann.expectMessage('not heard');
  expect(await notes()).toBe(1);
});
