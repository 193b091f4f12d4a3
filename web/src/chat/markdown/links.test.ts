// Addresses in what a person typed, and where links say that they lead.
import { describe, expect, test } from 'vitest';

import { hostBeside, safeHref } from './links';
import { readTyped } from './plain';

const links = (text: string) =>
  readTyped(text, []).flatMap((block) =>
    block.kind === 'paragraph'
      ? block.children.flatMap((it) =>
          it.kind === 'link' ? it.children.map((part) => ('text' in part ? part.text : '')) : [],
        )
      : [],
  );

describe('what is an address', () => {
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
    ['주소는https://example.com/a', ['https://example.com/a']],
    ['https://example.com/r/blue-otter-42로 오세요', ['https://example.com/r/blue-otter-42']],
    ['https://ko.wikipedia.org/wiki/수달', ['https://ko.wikipedia.org/wiki/수달']],
    ['https://한글.한국/회의', ['https://한글.한국/회의']],
    ['https://a.example?x=1&y=2#z!', ['https://a.example?x=1&y=2#z']],
    ['https://a.example/x\u202egpj.exe', ['https://a.example/x']],
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

  test('brackets and full stops without end belong to the sentence', () => {
    expect(links(`https://example.com/${')'.repeat(7_900)}`)).toEqual(['https://example.com/']);
    expect(links(`https://example.com/a${'.)'.repeat(3_900)}`)).toEqual(['https://example.com/a']);
    expect(links(`https://${'a.'.repeat(3_900)}`)).toHaveLength(1);
  });
});

describe('where a link leads', () => {
  test.each([
    ['https://example.com/a', 'https://example.com/a'],
    ['example.com', 'https://example.com/a'],
    ['https://한글.한국/회의', 'https://xn--bj0bj06e.xn--3e0b707e/'],
    ['mina@example.com', 'mailto:mina@example.com'],
  ])('%s says it itself', (text, href) => {
    expect(hostBeside(text, href)).toBeNull();
  });

  test.each([
    ['our bank', 'https://evil.example/', 'evil.example'],
    ['https://bank.example', 'https://evil.example/', 'evil.example'],
    ['https://bank.example', 'https://bank.example:8443/', 'bank.example:8443'],
    ['https://bank.example', 'https://bank.example@evil.example/', 'evil.example'],
    ['\u202eelpmaxe.knab', 'https://evil.example/', 'evil.example'],
    // The first letter is a Cyrillic one.
    ['https://аpple.com', 'https://xn--pple-43d.com/', 'xn--pple-43d.com'],
    ['write to us', 'mailto:mina@example.com', 'mina@example.com'],
  ])('beside %s stands where', (text, href, host) => {
    expect(hostBeside(text, href)).toBe(host);
  });

  test('only to pages and mailboxes', () => {
    for (const address of ['https://a.example', 'http://a.example', 'mailto:a@b.example'])
      expect(safeHref(address)).not.toBeNull();
    for (const address of [
      'javascript:alert(1)',
      ' JaVaScRiPt:alert(1)',
      'java\tscript:alert(1)',
      'java\nscript:alert(1)',
      '\u0001javascript:alert(1)',
      'vbscript:x',
      'data:text/html,<script>alert(1)</script>',
      'blob:https://a.example/x',
      'file:///etc/passwd',
      '//a.example',
      '/r/x',
      '#m1',
      'x',
    ])
      expect(safeHref(address), address).toBeNull();
  });
});
