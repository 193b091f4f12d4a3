// zoom can be installed as an app: what the browser itself says about the manifest and the icons.
import { expect, test } from '../support/test.ts';

for (const locale of ['en', 'ko']) {
  test(`the start page can be installed, in ${locale}`, async ({ person, program }) => {
    const kim = await person('chromium', 'Kim', { locale });
    await kim.page.goto(program.base);
    const browser = await kim.page.context().newCDPSession(kim.page);
    const { errors } = await browser.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
    // Profiles of tests are private windows, which nothing can be installed from.
    const wrong = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
    expect(wrong).toEqual([]);
  });
}
