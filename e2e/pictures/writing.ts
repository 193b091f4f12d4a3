// Screens of writing and reading messages, and of what one is told of.
import type { Page } from '@playwright/test';

import type { texts } from '../support/texts.ts';

type Words = ReturnType<typeof texts>;

const field = (page: Page, words: Words) =>
  page.getByRole('textbox', { name: words('message'), exact: true });

/** Opens the chat where it is not open yet, and writes something without sending it. */
async function write(page: Page, words: Words, text: string): Promise<void> {
  const opener = page.getByRole('button', { name: words('chat'), exact: true });
  if ((await opener.getAttribute('aria-expanded')) === 'false') await opener.click();
  await field(page, words).fill('');
  await field(page, words).pressSequentially(text);
}

const said = [
  '**굵게**, *italic*, ~~gone~~, `code` — **"강조"**입니다',
  '1. one\n2. two\n   - three\n\n> 인용한 글\n> second line\n\n---\n\n# Heading',
  '```rust\nfn main() {\n    // 인사\n    let name = "otter";\n    println!("hello, {name}", 42);\n}\n```',
  '| 이름 | when |\n|---|--:|\n| 회의 | 10:30 |\n| lunch | 12:00 |',
  '[our bank](https://evil.example/login) https://ko.wikipedia.org/wiki/수달',
  'مرحبا بكم في **الغرفة**',
];

const inside = true;

export const writing = [
  {
    name: 'chat-markdown',
    inside,
    world: { people: 3, talk: 'none' as const },
    act: async (page: Page, words: Words) => {
      await write(page, words, '');
      for (const text of said) {
        await field(page, words).fill(text);
        await page.getByRole('button', { name: words('send'), exact: true }).click();
      }
      await page.locator('pre .keyword').first().waitFor({ state: 'attached' });
    },
  },
  {
    name: 'chat-very-long',
    inside,
    world: { people: 3, talk: 'none' as const },
    act: async (page: Page, words: Words) => {
      await write(page, words, '');
      await field(page, words).fill('한 줄 one line\n'.repeat(60));
      await page.getByRole('button', { name: words('send'), exact: true }).click();
      await page.getByRole('button', { name: words('text_more') }).waitFor();
    },
  },
  {
    name: 'chat-names',
    inside,
    world: { people: 9, names: 'mixed' as const },
    act: async (page: Page, words: Words) => {
      await write(page, words, '@');
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'chat-private',
    inside,
    world: { people: 4 },
    act: async (page: Page, words: Words) => {
      await write(page, words, '/');
      await page.getByRole('option').first().click();
      await field(page, words).pressSequentially('psst, 비밀이에요');
    },
  },
  {
    name: 'chat-too-long',
    inside,
    world: { people: 3 },
    act: async (page: Page, words: Words) => {
      await write(page, words, '');
      await field(page, words).fill('길고 긴 글 long text '.repeat(500));
    },
  },
  {
    name: 'chat-told',
    inside,
    world: { people: 3 },
    act: async (page: Page, words: Words) => {
      await write(page, words, '');
      await page.getByRole('button', { name: words('chat_menu'), exact: true }).click();
    },
  },
];
