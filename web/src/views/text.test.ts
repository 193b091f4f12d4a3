// What a person typed, taken apart: links, code, and everything else as it was typed.
import { describe, expect, test } from 'vitest';

import { readMessage } from './text';

const links = (text: string) =>
  readMessage(text).flatMap((block) =>
    block.kind === 'text'
      ? block.spans.filter((span) => span.kind === 'link').map((span) => span.text)
      : [],
  );
const all = (text: string) =>
  readMessage(text)
    .map((block) =>
      block.kind === 'code' ? block.text : block.spans.map((it) => it.text).join(''),
    )
    .join('|');

describe('links', () => {
  test.each([
    ['see https://example.com.', ['https://example.com']],
    ['(https://example.com/a)', ['https://example.com/a']],
    [
      'https://en.wikipedia.org/wiki/Otter_(animal)',
      ['https://en.wikipedia.org/wiki/Otter_(animal)'],
    ],
    [
      'http://127.0.0.1:8080/r/x, http://localhost:1',
      ['http://127.0.0.1:8080/r/x', 'http://localhost:1'],
    ],
    ['http://[::1]:8080/r/x', ['http://[::1]:8080/r/x']],
    ['https://example.com에서 만나요', ['https://example.com']],
    ['https://example.com/r/blue-otter-42로 오세요', ['https://example.com/r/blue-otter-42']],
    ['https://ko.wikipedia.org/wiki/수달', ['https://ko.wikipedia.org/wiki/수달']],
    ['https://한글.한국/회의', ['https://한글.한국/회의']],
    ['https://a.example?x=1&y=2#z!', ['https://a.example?x=1&y=2#z']],
  ])('%s', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://example.com',
    'https://',
    'https://-',
    'ahttps://x',
    'file:///etc/passwd',
  ])('%s is none', (text) => {
    expect(links(text)).toEqual([]);
  });

  test('user names in addresses are not taken for a host', () => {
    expect(links('https://bank.example@evil.example/')).toEqual(['https://bank.example']);
  });
});

test('nothing is lost, whatever it looks like', () => {
  for (const text of [
    '<b>bold</b> & <script>x</script>',
    'a `b` c',
    'x https://example.com, y',
    '한국어 😀 text',
    '`',
    '```',
    '`a\nb`',
  ]) {
    expect(all(text).replaceAll('`', '')).toBe(text.replaceAll('`', ''));
  }
});

test('line ends stay', () => {
  expect(readMessage('a\n\nb')).toEqual([
    { kind: 'text', spans: [{ kind: 'text', text: 'a\n\nb' }] },
  ]);
});

test('code between backticks is code, and links in it are not', () => {
  expect(readMessage('run `curl https://example.com` now')).toEqual([
    {
      kind: 'text',
      spans: [
        { kind: 'text', text: 'run ' },
        { kind: 'code', text: 'curl https://example.com' },
        { kind: 'text', text: ' now' },
      ],
    },
  ]);
});

test('a block of code keeps its lines and spaces, with text around it', () => {
  expect(readMessage('before\n```rust\nfn main() {\n    x\n}\n```\nafter')).toEqual([
    { kind: 'text', spans: [{ kind: 'text', text: 'before' }] },
    { kind: 'code', text: 'fn main() {\n    x\n}' },
    { kind: 'text', spans: [{ kind: 'text', text: 'after' }] },
  ]);
});

test('a block that is never closed is text', () => {
  expect(readMessage('```\nopen').every(({ kind }) => kind === 'text')).toBe(true);
});

test('brackets and full stops without end belong to the sentence', () => {
  expect(links(`https://example.com/${')'.repeat(7_900)}`)).toEqual(['https://example.com/']);
  expect(links(`https://example.com/a${'.)'.repeat(3_900)}`)).toEqual(['https://example.com/a']);
  expect(links(`https://${'a.'.repeat(3_900)}`)).toHaveLength(1);
});
