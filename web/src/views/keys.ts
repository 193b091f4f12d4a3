type Press = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'isComposing' | 'keyCode'>;

/**
 * Whether a key belongs to the composition of a Korean, Japanese or Chinese word. Safari ends the composition before
 * it tells of the key that did so, and says it only by the key code 229.
 */
export function isOfComposition(press: Pick<Press, 'isComposing' | 'keyCode'>): boolean {
  return press.isComposing || press.keyCode === 229;
}

/** Whether a key press means "send": Enter without Shift, and not the Enter that ends a composition. */
export function isSendKey(press: Press): boolean {
  return press.key === 'Enter' && !press.shiftKey && !isOfComposition(press);
}

/** Whether one writes with a keyboard on the screen, whose Enter makes a line: there is a button beside the field. */
export function hasScreenKeyboard(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}
