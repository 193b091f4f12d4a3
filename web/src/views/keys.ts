/**
 * Whether a key press means "send": Enter without Shift, and not the Enter that ends the composition of a Korean,
 * Japanese or Chinese word. Safari ends the composition first and tells only by the key code 229.
 */
export function isSendKey(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'isComposing' | 'keyCode'>,
): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}
