import type { Action } from './action';
import type { Press } from './shortcut';
import { isApple, matches } from './shortcut';

/** A key press with where it happened. */
export type KeyPress = Press &
  Pick<KeyboardEvent, 'isComposing' | 'keyCode' | 'repeat' | 'target' | 'defaultPrevented'>;

/** What takes typed text, or letters to choose by. */
const writing =
  'textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button]), ' +
  '[contenteditable]:not([contenteditable=false]), [role=textbox], [role=combobox], [role=searchbox]';

/** What a space does something to: presses, chooses, or scrolls. */
const spaced =
  'button, a[href], summary, input, select, textarea, label, video[controls], iframe, ' +
  '[contenteditable]:not([contenteditable=false]), [tabindex="0"], [role=button], [role=slider], ' +
  '[role=textbox], [role=combobox], [role=menu]';

/** What holds the keyboard until it is closed. */
const holding = 'dialog[open], [role=dialog], [role=menu]';

/** Whether somebody writes, or composes a syllable, so that keys are text. */
export function isWriting({ isComposing, keyCode, target }: KeyPress): boolean {
  // Safari tells of the key that ends a composition only by its code, 229.
  return isComposing || keyCode === 229 || (target instanceof Element && target.matches(writing));
}

/** Whether a dialog or a menu holds the keyboard. */
function isHeld({ target }: KeyPress): boolean {
  return (
    (target instanceof Element && target.closest(holding) !== null) ||
    document.querySelector('dialog[open]') !== null
  );
}

/** The action that a key press means; none while somebody writes. */
export function actionOf(
  actions: readonly Action[],
  press: KeyPress,
  apple: boolean = isApple(),
): Action | null {
  if (press.defaultPrevented || press.repeat || isWriting(press)) return null;
  const meant = actions.find(
    ({ shortcut, available, enabled }) =>
      shortcut !== null && available && enabled && matches(shortcut, press, apple),
  );
  if (meant === undefined) return null;
  return meant.everywhere === true || !isHeld(press) ? meant : null;
}

/** Whether a key press is the space bar where it does nothing else, so that one may talk while it is held. */
export function isTalkKey(press: KeyPress): boolean {
  const { code, key, altKey, ctrlKey, metaKey, shiftKey, target } = press;
  const space = code === 'Space' || key === ' ';
  if (!space || altKey || ctrlKey || metaKey || shiftKey) return false;
  if (press.defaultPrevented || isWriting(press) || isHeld(press)) return false;
  return !(target instanceof Element) || target.closest(spaced) === null;
}
