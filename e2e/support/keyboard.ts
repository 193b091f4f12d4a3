// Whoever has no mouse: everything by keys, and never without seeing where one is.
import { expect, type Locator, type Page } from '@playwright/test';

/** More stops than any screen has. */
const most_stops = 80;

/** Walks by Tab, or back, to this element, and fails where it is not reached or is not seen to have the focus. */
export async function tabTo(page: Page, element: Locator): Promise<void> {
  await element.waitFor();
  // Backwards to what was passed already: around the page's end the way leads through the browser's own bars.
  const passed = await element.evaluate((it) => {
    const order = it.compareDocumentPosition(document.activeElement ?? document.body);
    return (order & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  });
  for (let stop = 0; stop < most_stops; stop += 1) {
    if (await isFocused(element)) break;
    await page.keyboard.press(passed ? 'Shift+Tab' : 'Tab');
  }
  await expectFocused(element);
  await expectVisibleFocus(page);
}

/** Walks to this element and presses it. */
export async function pressByKey(
  page: Page,
  element: Locator,
  key: 'Enter' | 'Space' = 'Enter',
): Promise<void> {
  await tabTo(page, element);
  await page.keyboard.press(key);
}

/** Waits until keys go to this element; whether its window is in front is the system's affair. */
export async function expectFocused(element: Locator): Promise<void> {
  await expect.poll(() => isFocused(element), 'keys go there').toBe(true);
}

function isFocused(element: Locator): Promise<boolean> {
  return element.evaluate((it) => it === document.activeElement);
}

/** Fails where nothing shows which element has the focus. */
async function expectVisibleFocus(page: Page): Promise<void> {
  const shown = await page.evaluate(() => {
    const focused = document.activeElement;
    if (focused === null) return 'nothing has it';
    // A field may have its frame around the buttons beside it, too.
    let element: Element | null = focused;
    for (let level = 0; level < 4 && element !== null; level += 1) {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const outlined = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
      if (outlined || (level === 0 && boxShadow !== 'none')) return 'seen';
      element = element.parentElement;
    }
    return focused.outerHTML.slice(0, 120);
  });
  expect(shown, 'the focus').toBe('seen');
}
