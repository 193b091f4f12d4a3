import { m } from '../../paraglide/messages.js';

/** People who are named; of more, their number is told. */
const most_named = 3;

/** Somebody came, or several at about the same time. */
export function cameText(names: readonly string[]): string {
  const [name = ''] = names;
  const { length: count } = names;
  if (count > most_named) return m.announce_came_count({ count });
  return count > 1
    ? m.announce_came_several({ names: names.join(', ') })
    : m.announce_came({ name });
}

/** Somebody left, or several at about the same time. */
export function wentText(names: readonly string[]): string {
  const [name = ''] = names;
  const { length: count } = names;
  if (count > most_named) return m.announce_went_count({ count });
  return count > 1
    ? m.announce_went_several({ names: names.join(', ') })
    : m.announce_went({ name });
}

/** A hand went up, or several at about the same time. */
export function handsText(names: readonly string[]): string {
  const [name = ''] = names;
  const { length: count } = names;
  return count > 1 ? m.announce_hands_up({ count }) : m.announce_hand_up({ name });
}

/** One reaction with who it is of; of several, how often each was shown. */
export function reactionsText(all: readonly { name: string; reaction: string }[]): string {
  const [first] = all;
  if (all.length === 1 && first !== undefined) return m.announce_reaction(first);
  const counts = new Map<string, number>();
  for (const { reaction } of all) counts.set(reaction, (counts.get(reaction) ?? 0) + 1);
  const each = [...counts].map(([reaction, count]) => `${reaction} ${String(count)}`);
  return m.announce_reactions({ reactions: each.join(', ') });
}
