import type { ChatState } from '../call';
import type { Entry, EntryBody, Person } from '../protocol/messages';

/** A message as it is shown. */
export interface Line {
  key: string;
  text: string;
  /** Its number; null while it is on its way. */
  number: number | null;
  state: 'sent' | 'pending' | 'failed';
  reason: string | null;
  client_id: string;
}

/** What one person wrote in one go, under one name and time. */
export interface Group {
  key: string;
  sender: Person;
  time_ms: number;
  lines: Line[];
  /** The first of its day. */
  opensDay: boolean;
}

/** Milliseconds after which the same person's next message gets a name and time of its own. */
const group_ms = 5 * 60 * 1_000;

/** The conversation as groups, ascending, messages on their way last. */
export function groupsOf(
  chat: Pick<ChatState, 'entries' | 'outgoing'>,
  self: Person | null,
  now_ms: number,
): Group[] {
  const groups: Group[] = [];
  for (const entry of chat.entries) {
    push(groups, entry.sender, entry.time_ms, lineOf(entry));
  }
  if (self === null) return groups;
  for (const { client_id, text, state, reason, thread } of chat.outgoing) {
    if (thread !== undefined) continue;
    push(groups, self, now_ms, { key: client_id, text, number: null, state, reason, client_id });
  }
  return groups;
}

function lineOf({ number, body, client_id }: Entry): Line {
  return { key: client_id, text: textOf(body), number, state: 'sent', reason: null, client_id };
}

/** What a body says in words. */
export function textOf(body: EntryBody): string {
  return body.type === 'message' ? (body.text ?? '') : '';
}

function push(groups: Group[], sender: Person, time_ms: number, line: Line): void {
  const last = groups.at(-1);
  const opensDay = last === undefined || dayOf(last.time_ms) !== dayOf(time_ms);
  const continues =
    !opensDay &&
    last.sender.participant === sender.participant &&
    time_ms - last.time_ms < group_ms;
  if (continues) last.lines.push(line);
  else groups.push({ key: line.key, sender, time_ms, lines: [line], opensDay });
}

function dayOf(time_ms: number): string {
  return new Date(time_ms).toDateString();
}
