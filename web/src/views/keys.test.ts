// Enter sends; the Enter that ends a composed syllable does not.
import { expect, test } from 'vitest';

import { isSendKey } from './keys';

const press = (changes: Partial<Parameters<typeof isSendKey>[0]>) =>
  isSendKey({ key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13, ...changes });

test('Enter sends', () => {
  expect(press({})).toBe(true);
});

test('Shift+Enter begins a line', () => {
  expect(press({ shiftKey: true })).toBe(false);
});

test('Enter while a syllable is being composed never sends', () => {
  expect(press({ isComposing: true, keyCode: 229 })).toBe(false);
  // Safari has ended the composition by then.
  expect(press({ isComposing: false, keyCode: 229 })).toBe(false);
});

test('other keys do not send', () => {
  expect(press({ key: 'a', keyCode: 65 })).toBe(false);
});
