import type { Looked } from '../protocol/messages';
import { m } from '../../paraglide/messages.js';
import { nameOf } from './names';

/** Who is in the room already, in words for somebody at its door; nothing as long as it is not known. */
export function presentText(present: Pick<Looked, 'people' | 'count'> | null): string {
  if (present === null) return '';
  const { count } = present;
  const [one, two] = present.people.map(nameOf);
  if (count === 0 || one === undefined) return m.in_room_none();
  if (count === 1 || two === undefined) return m.in_room_one({ name: one });
  if (count === 2) return m.in_room_two({ one, two });
  return m.in_room_many({ one, two, count: count - 2 });
}
