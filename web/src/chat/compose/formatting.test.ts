// Formats that keys put on what is selected, and take away again.
import { describe, expect, test } from 'vitest';

import type { Format } from './formatting';
import { fenced, format, inFence } from './formatting';

/** A text with its selection between two bars. */
function after(kind: Format, marked: string): string {
  const start = marked.indexOf('|');
  const end = marked.lastIndexOf('|') - 1;
  const text = marked.replaceAll('|', '');
  const { from, to, insert, select } = format(kind, text, start, Math.max(start, end));
  const changed = text.slice(0, from) + insert + text.slice(to);
  const [first, last] = select;
  return `${changed.slice(0, first)}|${changed.slice(first, last)}|${changed.slice(last)}`;
}

describe('a format', () => {
  test.each<[Format, string, string]>([
    ['bold', 'a |b| c', 'a **|b|** c'],
    ['bold', 'a **|b|** c', 'a |b| c'],
    ['bold', 'a |**b**| c', 'a |b| c'],
    ['bold', 'a |b |c', 'a **|b|** c'],
    ['bold', 'a ||', 'a **||**'],
    ['italic', '|b|', '*|b|*'],
    ['italic', '*|b|*', '|b|'],
    ['italic', '**|b|**', '***|b|***'],
    ['italic', '***|b|***', '**|b|**'],
    ['bold', '***|b|***', '*|b|*'],
    ['code', '|x|', '`|x|`'],
    ['code', '`|x|`', '|x|'],
    ['code', 'see |a\nb|.', 'see \n```\n|a\nb|\n```\n.'],
    ['link', '|text|', '[text](||)'],
    ['link', '|https://a.example|', '[||](https://a.example)'],
    ['link', '||', '[||]()'],
  ])('%s of %s', (kind, text, expected) => {
    expect(after(kind, text)).toBe(expected);
  });
});

test('fences are longer than those in the code', () => {
  expect(fenced('a\n```\nb')).toBe('````\na\n```\nb\n````');
  expect(fenced('x', 'rust')).toBe('```rust\nx\n```');
});

test.each([
  ['```\na', true],
  ['```rust\na\n```\nb', false],
  ['````\n```\na', true],
  ['a ``` b', false],
  ['~~~\na', true],
  ['`a`', false],
])('in a block of code: %s', (text, expected) => {
  expect(inFence(text, text.length)).toBe(expected);
});
