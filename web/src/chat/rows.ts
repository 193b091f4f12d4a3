import type { OutgoingMessage } from '../call';
import type { Entry, Person } from '../protocol/messages';

/** What a list shows below each other. */
export type Row =
  /** What is before the first message: reading on, or where the room begins. */
  | { kind: 'begin'; key: string }
  | { kind: 'day'; key: string; time_ms: number }
  /** From here on it is new. */
  | { kind: 'unread'; key: string }
  /** `opens`: with name and time, because somebody else, or much later, wrote before. */
  | { kind: 'entry'; key: string; entry: Entry; opens: boolean }
  | { kind: 'outgoing'; key: string; message: OutgoingMessage; sender: Person; opens: boolean };

export interface RowsOptions {
  entries: readonly Entry[];
  outgoing: readonly OutgoingMessage[];
  /** Oneself; null before one is in the room. */
  self: Person | null;
  /** What is newer than this is unread; null where there is no line. */
  unreadAfter: number | null;
  /** A row before the first, for the timeline. */
  begin: boolean;
}

/** Milliseconds after which the same person's next message gets a name and time of its own. */
const group_ms = 5 * 60 * 1_000;

/** The rows of a timeline or of a thread, ascending, messages on their way last. */
export function rowsOf({ entries, outgoing, self, unreadAfter, begin }: RowsOptions): Row[] {
  const rows: Row[] = begin ? [{ kind: 'begin', key: 'begin' }] : [];
  let day = '';
  let before: { author: string; to: string | undefined; time_ms: number } | null = null;
  let lined = unreadAfter === null;

  const opensDay = (time_ms: number): void => {
    const its = dayOf(time_ms);
    if (its === day) return;
    day = its;
    before = null;
    rows.push({ kind: 'day', key: `day-${its}`, time_ms });
  };
  const opens = (author: string, to: string | undefined, time_ms: number): boolean => {
    const continues =
      before !== null &&
      before.author === author &&
      before.to === to &&
      time_ms - before.time_ms < group_ms;
    // A long talk of one person gets a time now and then: counted from the last name.
    if (!continues) before = { author, to, time_ms };
    return !continues;
  };

  for (const entry of entries) {
    const { number, time_ms, sender, body, to } = entry;
    opensDay(time_ms);
    if (!lined && number > (unreadAfter ?? Infinity)) {
      lined = true;
      before = null;
      rows.push({ kind: 'unread', key: 'unread' });
    }
    const key = keyOf(entry);
    if (body.type === 'call') {
      before = null;
      rows.push({ kind: 'entry', key, entry, opens: true });
    } else {
      rows.push({ kind: 'entry', key, entry, opens: opens(sender.author, to?.author, time_ms) });
    }
  }
  if (self === null) return rows;
  for (const message of outgoing) {
    const { time_ms, to, client_id } = message;
    opensDay(time_ms);
    const key = `${self.participant}-${client_id}`;
    const opened = opens(self.author, to?.author, time_ms);
    rows.push({ kind: 'outgoing', key, message, sender: self, opens: opened });
  }
  return rows;
}

/** The key of an entry's row: the same as while it was on its way. */
export function keyOf({ sender, client_id }: Pick<Entry, 'sender' | 'client_id'>): string {
  return `${sender.participant}-${client_id}`;
}

/** About how high a row is, in pixels, before it was ever drawn. */
export function estimateOf(row: Row, width: number): number {
  switch (row.kind) {
    case 'begin':
      return 44;
    case 'day':
      return 40;
    case 'unread':
      return 28;
    case 'entry': {
      const { body, replies, marks = [] } = row.entry;
      if (body.type === 'call') return 44;
      const below = (replies === undefined ? 0 : 36) + (marks.length > 0 ? 34 : 0);
      if (body.type === 'deleted') return heightOf('', 0, row.opens, width) + below;
      return heightOf(body.text ?? '', (body.files ?? []).length, row.opens, width) + below;
    }
    case 'outgoing':
      return heightOf(row.message.text, (row.message.files ?? []).length, row.opens, width) + 20;
  }
}

/** Pixels of a line of text, of the name above, and of a file. */
const line = 22.5;
const name = 35;
const file = 72;
/** Pixels of a sign on average, of both scripts. */
const sign = 8;

function heightOf(text: string, files: number, opens: boolean, width: number): number {
  const perLine = Math.max(12, (width - 80) / sign);
  let lines = 0;
  for (const part of text.split('\n')) lines += Math.max(1, Math.ceil(part.length / perLine));
  return (opens ? name : 4) + lines * line + files * file;
}

function dayOf(time_ms: number): string {
  return new Date(time_ms).toDateString();
}
