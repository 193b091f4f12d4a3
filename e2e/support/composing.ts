// Text as an input method writes it: syllables that are composed before they are there.
import type { Page } from '@playwright/test';

/**
 * Composes a text in the field that has the focus, presses Enter while its last syllable is not finished, and then
 * finishes it. In Chromium by the browser's own composition; in Firefox, which cannot be told to, by the events that
 * it would send.
 */
export async function compose(page: Page, steps: readonly string[], enter = true): Promise<void> {
  if (page.context().browser()?.browserType().name() === 'chromium') {
    await composeInChromium(page, steps, enter);
  } else {
    await page.evaluate(composeByEvents, { steps: [...steps], enter });
  }
}

async function composeInChromium(page: Page, steps: readonly string[], enter: boolean) {
  const session = await page.context().newCDPSession(page);
  for (const text of steps) {
    const { length } = text;
    await session.send('Input.imeSetComposition', {
      text,
      selectionStart: length,
      selectionEnd: length,
    });
  }
  if (enter) {
    const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 };
    await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
  }
  await session.send('Input.insertText', { text: steps.at(-1) ?? '' });
  await session.detach();
}

/** Runs in the page, and knows nothing of this file. */
function composeByEvents({ steps, enter }: { steps: string[]; enter: boolean }): void {
  const field = document.activeElement as HTMLTextAreaElement;
  const place = field.selectionStart;
  const told = (type: string, data: string) =>
    field.dispatchEvent(new CompositionEvent(type, { data, bubbles: true }));
  const input = (data: string, isComposing: boolean) =>
    field.dispatchEvent(
      new InputEvent('input', {
        data,
        isComposing,
        inputType: 'insertCompositionText',
        bubbles: true,
      }),
    );
  told('compositionstart', '');
  let written = '';
  for (const text of steps) {
    told('compositionupdate', text);
    field.setRangeText(text, place, place + written.length, 'end');
    written = text;
    input(text, true);
  }
  const key = { key: 'Enter', code: 'Enter', keyCode: 229, isComposing: true };
  const options = { ...key, bubbles: true, cancelable: true };
  if (enter) field.dispatchEvent(new KeyboardEvent('keydown', options));
  told('compositionend', written);
  input(written, false);
  if (enter) field.dispatchEvent(new KeyboardEvent('keyup', options));
}
