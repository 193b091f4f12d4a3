// Keys: found by what is printed on them, on every keyboard and in every writing system.
import { expect, test } from 'vitest';

import type { Press } from './shortcut';
import { alt, ariaText, command, keysOf, matches, shortcutText } from './shortcut';

const press = (changes: Partial<Press>): Press => ({
  key: '',
  code: '',
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...changes,
});
const withAlt = (key: string, code: string, shiftKey = false) =>
  press({ key, code, altKey: true, shiftKey });

test('a Latin letter is where it is printed, wherever that is', () => {
  expect(matches(alt('M'), withAlt('m', 'KeyM'), false)).toBe(true);
  // The M of a French keyboard stands where others have a semicolon.
  expect(matches(alt('M'), withAlt('m', 'Semicolon'), false)).toBe(true);
  expect(matches(alt('M'), withAlt(',', 'KeyM'), false)).toBe(true);
  expect(matches(alt('Q'), withAlt('a', 'KeyQ'), false)).toBe(false);
});

test('a key that says something else, as in Korean or with Option, is known by its place', () => {
  expect(matches(alt('M'), withAlt('ㅡ', 'KeyM'), false)).toBe(true);
  expect(matches(alt('M'), withAlt('µ', 'KeyM'), true)).toBe(true);
  expect(matches(alt('U'), withAlt('Dead', 'KeyU'), true)).toBe(true);
  expect(matches(alt('1', 'shift'), withAlt('!', 'Digit1', true), false)).toBe(true);
  expect(matches(alt('.'), withAlt('≥', 'Period'), true)).toBe(true);
});

test('a key with more or fewer keys held is another one', () => {
  const held = withAlt('m', 'KeyM');
  expect(matches(alt('M'), { ...held, shiftKey: true }, false)).toBe(false);
  expect(matches(alt('M', 'shift'), held, false)).toBe(false);
  expect(matches(alt('M'), { ...held, altKey: false }, false)).toBe(false);
  // The right Alt of many keyboards writes signs, and is told as both.
  expect(matches(alt('M'), { ...held, ctrlKey: true }, false)).toBe(false);
  expect(matches(alt('M'), { ...held, metaKey: true }, false)).toBe(false);
});

test('the command key is Ctrl, and Command on Apple keyboards', () => {
  const ctrl = press({ key: 'k', code: 'KeyK', ctrlKey: true });
  const meta = press({ key: 'k', code: 'KeyK', metaKey: true });
  expect([matches(command('K'), ctrl, false), matches(command('K'), meta, false)]).toEqual([
    true,
    false,
  ]);
  expect([matches(command('K'), ctrl, true), matches(command('K'), meta, true)]).toEqual([
    false,
    true,
  ]);
});

test('keys are written as they are printed, and as screen readers know them', () => {
  expect(shortcutText(alt('F', 'shift'), false)).toBe('Alt+Shift+F');
  expect(shortcutText(alt('F', 'shift'), true)).toBe('⌥⇧F');
  expect(keysOf(command('K'), false)).toEqual(['Ctrl', 'K']);
  expect(ariaText(command('K'), false)).toBe('Control+K');
  expect(ariaText(command('K'), true)).toBe('Meta+K');
  expect(ariaText(alt('F', 'shift'), true)).toBe('Alt+Shift+F');
});
