const key = 'zoom.emoji';
/** Three rows of them. */
const most = 24;

/** The emoji that were picked last on this browser, the latest first. */
export function recentEmoji(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.filter((it): it is string => typeof it === 'string').slice(0, most);
  } catch {
    return [];
  }
}

export function rememberEmoji(emoji: string): void {
  const recent = [emoji, ...recentEmoji().filter((it) => it !== emoji)].slice(0, most);
  try {
    localStorage.setItem(key, JSON.stringify(recent));
  } catch {
    // Private windows of some browsers have no storage.
  }
}
