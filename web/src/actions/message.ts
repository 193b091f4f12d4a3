import Copy from '@lucide/svelte/icons/copy';
import Link from '@lucide/svelte/icons/link';
import MessageSquareReply from '@lucide/svelte/icons/message-square-reply';
import Pencil from '@lucide/svelte/icons/pencil';
import SmilePlus from '@lucide/svelte/icons/smile-plus';
import Trash from '@lucide/svelte/icons/trash-2';

import type { Entry } from '../protocol/messages';
import { linkTo } from '../state/links';
import { m } from '../../paraglide/messages.js';
import type { Action, Sign, Text } from './action';
import { named } from './action';
import type { Place } from './place';
import { reactions } from './together';

/** What may be done with one message. `pick` shows all the emoji there are. */
export function messageActions(
  { meeting, talk }: Pick<Place, 'meeting' | 'talk'>,
  entry: Entry,
  pick: () => void,
) {
  const { number, thread, body, to } = entry;
  const written = body.type === 'message';
  const text = written ? (body.text ?? '') : '';
  const own = () => written && talk.isOwn(entry);
  const one = (
    id: string,
    label: Text,
    icon: Sign,
    available: () => boolean,
    run: () => unknown,
  ): Action => ({
    id: `${id}-${String(number)}`,
    group: 'chat',
    label,
    hint: label,
    icon,
    shortcut: null,
    get available() {
      return available();
    },
    enabled: true,
    pressed: null,
    run,
  });
  return named({
    mark: one(
      'mark',
      (options) => m.message_mark({}, options),
      SmilePlus,
      () => written,
      pick,
    ),
    reply: one(
      'reply',
      (options) => m.message_reply({}, options),
      MessageSquareReply,
      () => written && thread === undefined && to === undefined,
      () => talk.openThread(number),
    ),
    edit: one(
      'edit',
      (options) => m.message_edit({}, options),
      Pencil,
      own,
      () => {
        talk.editing = number;
      },
    ),
    copyText: one(
      'copy_text',
      (options) => m.message_copy_text({}, options),
      Copy,
      () => text !== '',
      () => copy(meeting, text, m.message_text_copied()),
    ),
    copyLink: one(
      'copy_link',
      (options) => m.message_copy_link({}, options),
      Link,
      () => true,
      () => copy(meeting, linkTo(entry), m.message_link_copied()),
    ),
    remove: one(
      'remove',
      (options) => m.message_delete({}, options),
      Trash,
      own,
      () => {
        talk.deleting = number;
      },
    ),
  });
}

/** The emoji that are one press away: the first ones of the room's reactions. */
export function quickMarks({ meeting }: Pick<Place, 'meeting'>, entry: Entry): Action[] {
  return reactions.slice(0, 3).map(({ id, emoji, name }) => {
    const mine = () => entry.marks?.some((it) => it.reaction === emoji && it.mine) ?? false;
    return {
      id: `mark_${id}-${String(entry.number)}`,
      group: 'chat',
      label: name,
      hint: (options) => m.mark_hint({ reaction: emoji, name: name(options) }, options),
      icon: emoji,
      shortcut: null,
      available: entry.body.type === 'message',
      enabled: true,
      get pressed() {
        return mine();
      },
      run: () => meeting.mark(entry.number, emoji, !mine()),
    };
  });
}

async function copy(
  { notices }: Pick<Place['meeting'], 'notices'>,
  text: string,
  done: string,
): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notices.say(done);
  } catch {
    // Some browsers forbid it, and pages over plain HTTP have no clipboard.
    notices.say(m.message_copy_failed());
  }
}
