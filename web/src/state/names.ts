import type { Person } from '../protocol/messages';
import { m } from '../../paraglide/messages.js';

/** A person's name, told apart from others of the same name. */
export function nameOf({ name, ordinal }: Pick<Person, 'name' | 'ordinal'>): string {
  return ordinal > 1 ? m.name_ordinal({ name, ordinal: String(ordinal) }) : name;
}

/** The letter or two that stand for a person without a picture: one Korean syllable, or initials. */
export function initialsOf(name: string): string {
  const words = name.split(' ').filter((word) => word !== '');
  const firsts = words.map((word) => [...new Intl.Segmenter().segment(word)][0]?.segment ?? '');
  const [first = '?', second = ''] = firsts;
  const latin = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u;
  return (latin.test(first) && latin.test(second) ? first + second : first).toUpperCase();
}

/** One of so many colours, the same for a name at every place and time. */
export function colourOf(name: string, colours: number): number {
  // FNV-1a, folded: the low bits alone of similar names are alike.
  let hash = 0x811c9dc5;
  for (const sign of name) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % colours;
}
