// A message as it is shown: nothing that somebody writes becomes markup, and links say where they lead.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';

import MarkdownText from './MarkdownText.svelte';
import { prepareMarkdown } from './reading.svelte';
import { evasions } from './testing/evasions';

let shown: Record<string, unknown> | null = null;

beforeAll(() => prepareMarkdown());

afterEach(async () => {
  if (shown !== null) await unmount(shown);
  shown = null;
});

function show(text: string, more: object = {}): HTMLElement {
  document.body.replaceChildren();
  shown = mount(MarkdownText, { target: document.body, props: { text, ...more } });
  flushSync();
  return document.body;
}

/** What a message may be made of, with the attributes that each may have. */
const allowed: Record<string, readonly string[]> = {
  DIV: ['class', 'tabindex', 'role', 'aria-label'],
  P: ['class', 'dir'],
  BLOCKQUOTE: ['class'],
  UL: ['class', 'role'],
  OL: ['class', 'role', 'start'],
  LI: ['class', 'dir'],
  PRE: ['class', 'dir'],
  CODE: ['class', 'dir', 'data-language'],
  SPAN: ['class'],
  HR: ['class'],
  TABLE: ['class'],
  THEAD: [],
  TBODY: [],
  TR: [],
  TH: ['class', 'dir', 'scope', 'style'],
  TD: ['class', 'dir', 'style'],
  STRONG: ['class'],
  EM: [],
  DEL: [],
  BDI: ['class', 'dir'],
  A: ['href', 'target', 'rel', 'title'],
};

test('there are as many ways to try as the public lists have', () => {
  expect(evasions.length).toBeGreaterThan(240);
});

test.each(evasions)('%s stays text', (text) => {
  const handed: string[] = [];
  watchMarkup(handed);
  const mentions = [{ author: 'a', name: '<img src=x onerror=window.escaped=1>' }];
  const place = show(text, { mentions });
  for (const element of place.querySelectorAll('*')) {
    const attributes = allowed[element.tagName];
    expect(attributes, `<${element.tagName}>`).toBeDefined();
    for (const { name, value } of element.attributes) {
      expect(attributes, `${element.tagName} ${name}`).toContain(name);
      if (name === 'style') expect(value).toMatch(/^text-align: \w+;?$/);
    }
  }
  for (const link of place.querySelectorAll('a')) {
    expect(link.getAttribute('href')).toMatch(/^(?:https?|mailto):/);
    expect(link.rel).toBe('noopener noreferrer nofollow');
    expect(link.target).toBe('_blank');
  }
  // Svelte parses its own templates; nothing of a message is ever among what is parsed.
  expect(handed.filter((it) => /escaped|evil|script|a\.example/i.test(it))).toEqual([]);
});

/** Notes whatever is given to the browser to be read as markup. */
function watchMarkup(handed: string[]): void {
  for (const [type, name] of [
    [Element, 'innerHTML'],
    [Element, 'outerHTML'],
    [ShadowRoot, 'innerHTML'],
    [HTMLTemplateElement, 'innerHTML'],
    [HTMLIFrameElement, 'srcdoc'],
  ] as const) {
    const own = Object.getOwnPropertyDescriptor(type.prototype, name);
    if (own?.set === undefined) continue;
    vi.spyOn(type.prototype as unknown as Record<string, string>, name, 'set').mockImplementation(
      function (this: unknown, markup: string) {
        handed.push(markup);
        own.set?.call(this, markup);
      },
    );
  }
  for (const [type, name] of [
    [Element.prototype, 'insertAdjacentHTML'],
    [Document.prototype, 'write'],
    [DOMParser.prototype, 'parseFromString'],
    [Range.prototype, 'createContextualFragment'],
  ] as const) {
    vi.spyOn(
      type as unknown as Record<string, (...all: unknown[]) => void>,
      name,
    ).mockImplementation((...all) => {
      handed.push(all.join(' '));
    });
  }
}

test('a link opens elsewhere, and its host is beside it where its text hides it', () => {
  const place = show('[our bank](https://evil.example/login)');
  const link = place.querySelector('a');
  expect(link?.textContent).toBe('our bank');
  expect(link?.title).toContain('https://evil.example/login');
  expect(place.textContent).toContain('our bank (evil.example)');
});

test('a link to a message of this room stays in this tab', () => {
  vi.stubGlobal('location', { origin: 'https://zoom.example', pathname: '/r/otter' });
  expect(show('https://zoom.example/r/otter#m12').querySelector('a')?.target).toBe('');
  expect(show('https://zoom.example/r/other#m12').querySelector('a')?.target).toBe('_blank');
});

test('a mention of oneself stands out among others', () => {
  const mentions = [
    { author: 'me', name: '민지' },
    { author: 'you', name: 'Kim' },
  ];
  const place = show('@민지님, @Kim', { mentions, own: 'me' });
  expect([...place.querySelectorAll('.mention')].map((it) => it.textContent)).toEqual([
    '@민지',
    '@Kim',
  ]);
  expect(place.querySelector('.mention.own')?.textContent).toBe('@민지');
});

test('every paragraph has its own direction, and names do not turn what is around them', () => {
  const place = show('hello\n\nاهلا', { mentions: [] });
  expect([...place.querySelectorAll('p')].map((it) => it.dir)).toEqual(['auto', 'auto']);
});

test('lines, spaces and indents of code are as they were typed', () => {
  const code = 'fn main() {\n    let  x = "<b>";\n}';
  expect(show('```\n' + code + '\n```').querySelector('pre')?.textContent).toBe(code);
});

test('code gets its colours, and nothing else changes', async () => {
  const code = 'fn main() { let x = "<b>"; } // done';
  const place = show('```rust\n' + code + '\n```');
  await vi.waitFor(() => {
    expect(place.querySelector('span.keyword')?.textContent).toBe('fn');
  });
  expect(place.querySelector('span.string')?.textContent).toBe('"<b>"');
  expect(place.querySelector('span.comment')?.textContent).toBe('// done');
  expect(place.querySelector('pre')?.textContent).toBe(code);
});

test('a very long message is cut, and shown whole when asked', () => {
  const place = show('line\n'.repeat(100));
  const button = place.querySelector('button');
  expect(place.querySelector('.cut')).not.toBeNull();
  expect(button?.getAttribute('aria-expanded')).toBe('false');
  button?.click();
  flushSync();
  expect(place.querySelector('.cut')).toBeNull();
  expect(show('short').querySelector('button')).toBeNull();
});
