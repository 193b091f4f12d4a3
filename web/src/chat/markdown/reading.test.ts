// Messages taken apart: Markdown as people write it in a chat, and nothing of what was typed gets lost.
import { describe, expect, test } from 'vitest';

import type { Mention } from '../../protocol/messages';
import { readPlain } from './plain';
import { readMarkdown } from './read';
import type { Block, Inline } from './tree';

/** The tree in short, as a sentence in brackets. */
function short(blocks: readonly Block[]): string {
  return blocks.map(shortBlock).join(' ');
}

function shortBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return line(block.children);
    case 'heading':
      return `h${String(block.level)}(${line(block.children)})`;
    case 'quote':
      return `quote(${short(block.children)})`;
    case 'list':
      return `${block.start === null ? 'ul' : `ol${String(block.start)}`}(${block.items.map(short).join('; ')})`;
    case 'code':
      return `code:${block.language ?? ''}(${block.text})`;
    case 'table':
      return `table(${[block.head, ...block.rows]
        .map((row) => row.map((cell) => line(cell.children)).join('|'))
        .join('; ')})`;
    case 'rule':
      return 'rule';
  }
}

function line(inlines: readonly Inline[]): string {
  return inlines
    .map((it) => {
      switch (it.kind) {
        case 'text':
          return it.text;
        case 'mention':
          return `mention[${it.text}]`;
        case 'code':
          return `code[${it.text}]`;
        case 'link':
          return `link[${line(it.children)}→${it.href}${it.host === null ? '' : ` ${it.host}`}]`;
        case 'strong':
        case 'emphasis':
        case 'deleted':
          return `${it.kind}[${line(it.children)}]`;
      }
    })
    .join('');
}

const read = (text: string, mentions: readonly Mention[] = []) =>
  short(readMarkdown(text, mentions));

describe('Markdown', () => {
  test.each([
    ['**bold** and *italic* and ~~gone~~', 'strong[bold] and emphasis[italic] and deleted[gone]'],
    ['run `a < b && c`', 'run code[a < b && c]'],
    ['- one\n- two', 'ul(one; two)'],
    ['3. one\n4. two', 'ol3(one; two)'],
    ['> so\n> it is', 'quote(so\nit is)'],
    ['# Title', 'h1(Title)'],
    ['one\ntwo', 'one\ntwo'],
    ['one\n\ntwo', 'one two'],
    ['```rust\nfn main() {\n    x\n}\n```', 'code:rust(fn main() {\n    x\n})'],
    ['```C++ {1}\nx\n```', 'code:c++(x)'],
    ['```\nopen', 'code:(open)'],
    ['| a | b |\n|---|--:|\n| 1 | *2* |', 'table(a|b; 1|emphasis[2])'],
    ['one\n\n---\n\ntwo', 'one rule two'],
    ['&amp; &#44032; \\*', '&amp; &#44032; *'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test.each([
    ['**"강조"**입니다', 'strong["강조"]입니다'],
    ['**안녕(hi)**하세요', 'strong[안녕(hi)]하세요'],
    ['~~취소(x)~~해요', 'deleted[취소(x)]해요'],
    ['*「強調」*です', 'emphasis[「強調」]です'],
    ['snake_case_name과 1_000', 'snake_case_name과 1_000'],
  ])('emphasis ends before a particle: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

describe('links', () => {
  test.each([
    ['[text](https://a.example/x)', 'link[text→https://a.example/x a.example]'],
    ['<https://a.example/x>', 'link[https://a.example/x→https://a.example/x]'],
    ['**https://a.example/x**', 'strong[link[https://a.example/x→https://a.example/x]]'],
    ['https://a.example/_x_*y*z', 'link[https://a.example/_x_*y*z→https://a.example/_x_*y*z]'],
    [
      '[https://bank.example/](https://evil.example/)',
      'link[https://bank.example/→https://evil.example/ evil.example]',
    ],
    ['[](https://a.example/)', 'link[https://a.example/→https://a.example/]'],
    ['![a cat](https://a.example/cat.png)', 'link[a cat→https://a.example/cat.png a.example]'],
    ['[write](mailto:a@b.example)', 'link[write→mailto:a@b.example a@b.example]'],
    ['`https://a.example`', 'code[https://a.example]'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test.each(['[x](javascript:alert(1))', '[x](/r/elsewhere)', '[x](data:text/html,x)', '[x]: y'])(
    '%s is shown as it was typed',
    (text) => {
      expect(read(text)).toBe(text);
    },
  );

  test('a picture in a link is its description', () => {
    expect(read('[![a cat](https://b.example/c.png)](https://a.example/)')).toBe(
      'link[a cat→https://a.example/ a.example]',
    );
  });
});

describe('mentions', () => {
  const mentions = [
    { author: 'a', name: 'Mina' },
    { author: 'b', name: 'Mina Kim' },
    { author: 'c', name: '_*x*_' },
    { author: 'd', name: '민지' },
  ];

  test.each([
    ['hi @Mina Kim!', 'hi mention[@Mina Kim]!'],
    ['hi @Minato', 'hi mention[@Mina]to'],
    ['@_*x*_ *you*', 'mention[@_*x*_] emphasis[you]'],
    ['**@민지**님', 'strong[mention[@민지]]님'],
    ['`@Mina`', 'code[@Mina]'],
    ['@nobody *x*', '@nobody emphasis[x]'],
    ['[@Mina](https://a.example/)', 'link[@Mina→https://a.example/ a.example]'],
  ])('%s', (text, expected) => {
    expect(read(text, mentions)).toBe(expected);
  });
});

describe('what needs no Markdown', () => {
  const mentions = [{ author: 'c', name: '_*x*_' }];

  test.each([
    'hello',
    '안녕하세요? ㅎㅎ (좋아요!)',
    'one\ntwo\n\nthree',
    'see https://a.example/x_y?a=1&b=2 please',
    '10 - 3 = 7; 2 + 2',
    '@_*x*_ hello',
    'اهلا وسهلا',
    'a@b.example #1 !',
  ])('%s reads the same without', (text) => {
    expect(readPlain(text, mentions)).toEqual(readMarkdown(text, mentions));
  });

  test.each([
    '*x*',
    '# x',
    '> x',
    '- x',
    '1. x',
    'x\n---',
    'x\n===',
    '    x',
    'x  \ny',
    'a|b',
    '<b>',
    '\\*',
    '[x]',
    '~x~',
    '`x`',
  ])('%s is read with it', (text) => {
    expect(readPlain(text, [])).toBeNull();
  });

  test('of a hundred made-up texts none reads otherwise with it', () => {
    // A generator of its own, so that a failure repeats.
    let seed = 42;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed % below;
    };
    const parts = ['a', ' ', '\n', '\n\n', '가', '.', '-', '+', '1', ')', '#', '!', ':', '@', '(', '=', 'http://a.b ', '$', '%', '{', '"', "'", '/', '?', '😀', '\u202e']; // prettier-ignore
    let compared = 0;
    for (let text = 0; text < 5_000 || compared < 100; text += 1) {
      const made = Array.from({ length: 1 + random(12) }, () => parts[random(parts.length)])
        .join('')
        .trim();
      const plain = readPlain(made, []);
      if (made === '' || plain === null) continue;
      compared += 1;
      expect(plain, JSON.stringify(made)).toEqual(readMarkdown(made, []));
    }
  });
});

describe('what tries the reader', () => {
  const most = 8_000;
  const fill = (part: string) => part.repeat(Math.ceil(most / part.length)).slice(0, most);

  test.each(['#', '>', '-', '1.', '- -', '> >', '```\n```'])(
    '%s alone says nothing, so that it is shown as it was typed',
    (text) => {
      expect(read(text)).toBe(text);
    },
  );

  test.each([
    '>',
    '> ',
    '1. ',
    '- ',
    '> - ',
    '[',
    '![',
    '[a](',
    '*a **a ',
    'a**b',
    '~~a ',
    '`a',
    '<http:',
    '&',
    'a\n-\n',
    '-\n',
    '|a',
    'https://',
    'https://a.b/',
    '@',
  ])('8,000 characters of %s end, and no tree is deeper than one may draw', (part) => {
    const blocks = readMarkdown(fill(part), [{ author: 'a', name: 'x' }]);
    expect(blocks.length).toBeGreaterThan(0);
    expect(depthOf(blocks)).toBeLessThan(60);
  });

  test('rows of asterisks end', () => {
    const text = `${'*'.repeat(3_999)}a${'*'.repeat(3_999)}`;
    expect(depthOf(readMarkdown(text, []))).toBeLessThan(60);
  });

  test('what is too deep is there without what it is in', () => {
    expect(read(`${'> '.repeat(40)}deep`)).toContain('deep');
    expect(read(`${'> '.repeat(400)}deep`)).toContain('deep');
    expect(read(`${'**a _b '.repeat(30)}x${'_ **'.repeat(30)}`)).toContain('x');
  });
});

function depthOf(tree: unknown): number {
  if (typeof tree !== 'object' || tree === null) return 0;
  return 1 + Math.max(0, ...Object.values(tree).map(depthOf));
}
