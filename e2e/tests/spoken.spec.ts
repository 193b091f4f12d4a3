// What a screen reader is given of the main screens, in both languages.
import { screens } from '../pictures/screens.ts';
import { settled } from '../support/gallery.ts';
import { expect, test } from '../support/test.ts';

const kinds = ['entrance', 'entrance-denied', 'room-states', 'share-1', 'help', 'left'];

for (const language of ['en', 'ko'] as const) {
  test(`a screen reader is told the names and states of everything (${language})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage('chromium', { locale: language === 'ko' ? 'ko-KR' : 'en-US' });
    for (const name of kinds) {
      const screen = screens.find((it) => it.name === name);
      if (screen === undefined) throw new Error(`no screen ${name}`);
      await test.step(name, async () => {
        await gallery.show(page, screen, { language });
        await settled(page);
        await expect
          .soft(page.locator('body'))
          .toMatchAriaSnapshot({ name: `${name}-${language}.aria.yml` });
      });
    }
  });
}
