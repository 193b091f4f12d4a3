// The pages around the room: home, language, addresses that lead nowhere; for everybody.
import { expectAccessible } from '../support/accessible.ts';
import { launch } from '../support/browsers.ts';
import { expect, test } from '../support/test.ts';

for (const browser of ['chromium', 'firefox'] as const) {
  test(`home proposes a room, and its button leads there (${browser})`, async ({
    person,
    program,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.page.goto(program.base);
    await expectAccessible(ann.page);
    await ann.button('New room').click();
    await expect(ann.page).toHaveURL(/\/r\/[a-z]+-[a-z]+-[0-9]+$/);
    await expectAccessible(ann.page);
    await ann.page.getByRole('textbox', { name: 'Your name' }).fill('Ann');
    await ann.join.click();
    await ann.expectParticipants(['Ann']);
    await ann.say('hello');
    await ann.expectMessage('hello');
    await expectAccessible(ann.page);
  });
}

test('everything is readable in the dark', async ({ person, program }) => {
  // Firefox cannot be told to prefer the dark.
  const ann = await person('chromium', 'Ann', { dark: true });
  await ann.page.goto(program.base);
  await expectAccessible(ann.page);
  await ann.visit('dark');
  await expectAccessible(ann.page);
  await ann.join.click();
  await ann.say('hello https://example.org');
  await ann.expectMessage('hello');
  await expectAccessible(ann.page);
});

test('home shows the rooms that were visited from this browser', async ({ person, program }) => {
  const kim = await person('firefox', 'Kim');
  await kim.enter('우리-반');
  await kim.page.goto(program.base);
  await kim.page.getByRole('link', { name: '우리-반' }).click();
  // The name is remembered too.
  await expect(kim.page.getByRole('textbox', { name: 'Your name' })).toHaveValue('Kim');
});

test('home works without JavaScript', async ({ program }) => {
  const browser = await launch('chromium');
  try {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' });
    const page = await context.newPage();
    await page.goto(program.base);
    await page.getByRole('button', { name: 'New room', exact: true }).click();
    await expect(page).toHaveURL(/\/r\/[a-z]+-[a-z]+-[0-9]+$/);
    await expect(page.locator('body')).toContainText('JavaScript', { useInnerText: true });
  } finally {
    await browser.close();
  }
});

test('the page speaks the browser’s language, and a switch is remembered', async ({
  person,
  program,
}) => {
  const kim = await person('chromium', '김 철수', { locale: 'ko-KR' });
  await kim.page.goto(program.base);
  await expect(kim.page.locator('html')).toHaveAttribute('lang', 'ko');
  await expect(kim.page.locator('body')).toContainText(/새 (회의)?방|방 만들기/);
  await kim.page.getByText('English', { exact: true }).first().click();
  await expect(kim.page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(kim.button('New room')).toBeVisible();
  await kim.page.goto(`${program.base}/r/blue-otter-42`);
  await expect(kim.page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(kim.join).toBeVisible();
});

test('the room speaks Korean', async ({ person, program }) => {
  const kim = await person('firefox', '김 철수', { locale: 'ko-KR' });
  await kim.page.goto(`${program.base}/r/${encodeURIComponent('파란-수달-42')}`);
  await expect(kim.page.locator('html')).toHaveAttribute('lang', 'ko');
  await kim.page.getByRole('textbox').first().fill('김 철수');
  await kim.page.getByRole('textbox').first().press('Enter');
  await expect(kim.page.getByRole('list', { name: '참가자' })).toContainText('김 철수');
});

test('an address that leads nowhere gets a friendly page, and nothing else on disk is served', async ({
  person,
  program,
}) => {
  const ann = await person('chromium', 'Ann');
  const response = await ann.page.goto(`${program.base}/no/such/page`);
  expect(response?.status()).toBe(404);
  await expect(ann.page.getByRole('heading').first()).toBeVisible();
  for (const path of ['/public/../Cargo.toml', '/public/%2e%2e/secret', '/public/', '/.git/HEAD']) {
    expect((await ann.page.request.get(program.base + path)).status(), path).toBe(404);
  }
});

test('what may not be a room’s name is refused with the reason', async ({ person, program }) => {
  const ann = await person('chromium', 'Ann');
  const response = await ann.page.goto(`${program.base}/r/${encodeURIComponent('a b')}`);
  expect(response?.status()).toBe(400);
  await expect(ann.page.locator('body')).toContainText('letters');
});
