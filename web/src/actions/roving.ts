/** How the arrows run: a list from top to bottom, or a row that both directions move along. */
export type Direction = 'list' | 'row';

/** What a key press wants in a menu: another item, or nothing that is a menu's business. */
export function nextItem(
  key: string,
  current: number,
  labels: readonly string[],
  direction: Direction,
): number | null {
  const last = labels.length - 1;
  if (last < 0) return null;
  const around = (index: number) => (index + labels.length) % labels.length;
  const row = direction === 'row';
  switch (key) {
    case 'ArrowDown':
      return around(current + 1);
    case 'ArrowUp':
      return current < 0 ? last : around(current - 1);
    case 'ArrowRight':
      return row ? around(current + 1) : null;
    case 'ArrowLeft':
      return row ? around(current - 1) : null;
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return beginningWith(key, current, labels);
  }
}

/** The next item after this one whose label begins with a typed sign. */
function beginningWith(key: string, current: number, labels: readonly string[]): number | null {
  if ([...key].length !== 1 || key === ' ') return null;
  const wanted = key.toLocaleLowerCase();
  for (let step = 1; step <= labels.length; step += 1) {
    const index = (current + step) % labels.length;
    if (labels[index]?.toLocaleLowerCase().startsWith(wanted)) return index;
  }
  return null;
}
