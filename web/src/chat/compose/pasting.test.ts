// What is pasted: code keeps its lines and indents, an address becomes a link of what is selected.
import { describe, expect, test } from 'vitest';

import { asPasted } from './pasting';

const paste = (text: string, more: { html?: string; editor?: string; into?: string } = {}) => {
  const { html = '', editor = '', into = '' } = more;
  return asPasted({ text, html, editor }, into, into.length, into.length);
};

const rust = 'fn main() {\n    println!("hi");\n}';

describe('code is fenced', () => {
  test.each([
    [rust, '```\nfn main() {\n    println!("hi");\n}\n```'],
    ['def f(x):\r\n\treturn x\r\n', '```\ndef f(x):\n\treturn x\n```'],
    ['    if (x) {\n      y();\n    }', '```\nif (x) {\n  y();\n}\n```'],
    ['{\n  "a": 1,\n  "b": [\n  ]\n}', '```\n{\n  "a": 1,\n  "b": [\n  ]\n}\n```'],
  ])('%j', (text, expected) => {
    expect(paste(text)).toBe(expected);
  });

  test('out of an editor whatever it looks like, with its language', () => {
    const editor = JSON.stringify({ version: 1, mode: 'yaml' });
    expect(paste('a: b\nc: d', { editor })).toBe('```yaml\na: b\nc: d\n```');
    expect(paste('a: b\nc: d', { editor: 'broken' })).toBe('```\na: b\nc: d\n```');
  });

  test('out of a page that showed it as code', () => {
    expect(paste('for x\n  y', { html: '<pre><code>…</code></pre>' })).toBe('```\nfor x\n  y\n```');
  });

  test('on lines of its own', () => {
    expect(paste(rust, { into: 'see' })).toMatch(/^\n```/);
    expect(paste(rust, { into: 'see\n' })).toMatch(/^```/);
  });
});

describe('anything else is pasted as it is', () => {
  test.each([
    'one line();',
    'one\ntwo\nthree',
    'A letter.\n\n  With an indent\n  of its own, and more',
    '- one\n  - two\n  - three',
    '1. one\n   2. two',
    '안녕하세요.\n  다음 주에 만나요.',
    '```\nfenced {\n  already;\n}\n```',
  ])('%j', (text) => {
    expect(paste(text)).toBeNull();
  });

  test('also in a block of code', () => {
    expect(paste(rust, { into: '```\n' })).toBeNull();
  });
});

test('an address over selected words makes a link of them', () => {
  const clip = { text: 'https://a.example/x ', html: '', editor: '' };
  expect(asPasted(clip, 'see this', 4, 8)).toBe('[this](https://a.example/x)');
  expect(asPasted(clip, 'see this', 4, 4)).toBeNull();
  expect(asPasted(clip, 'https://b.example', 0, 17)).toBeNull();
});
