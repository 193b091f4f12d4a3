import type { Change } from './formatting';

/** Changes what is in a field as if it were typed: the browser's undo takes it back. */
export function insert(field: HTMLTextAreaElement, change: Change): void {
  const { from, to, insert, select } = change;
  field.focus();
  field.setSelectionRange(from, to);
  if (!typed(insert)) {
    field.setRangeText(insert, from, to, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  field.setSelectionRange(...select);
}

/** There is no other way to write into the browser's undo; both browsers have it, tests without one do not. */
function typed(text: string): boolean {
  const edit = document as { execCommand?: typeof document.execCommand };
  if (edit.execCommand === undefined) return false;
  return text === '' ? edit.execCommand('delete') : edit.execCommand('insertText', false, text);
}
