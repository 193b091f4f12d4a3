import AtSign from '@lucide/svelte/icons/at-sign';
import Bold from '@lucide/svelte/icons/bold';
import Code from '@lucide/svelte/icons/code';
import CornerDownLeft from '@lucide/svelte/icons/corner-down-left';
import Italic from '@lucide/svelte/icons/italic';
import Link from '@lucide/svelte/icons/link';
import Lock from '@lucide/svelte/icons/lock';
import Pencil from '@lucide/svelte/icons/pencil';

import type { Sign } from '../../actions/action';
import { command, keysOf } from '../../actions/shortcut';
import { m } from '../../../paraglide/messages.js';

/** What a key does in the field. */
interface WritingKey {
  icon: Sign;
  text: string;
  hint: string;
  keys: string[];
}

/** What keys do while one writes: for the help. */
export function writingKeys(): WritingKey[] {
  return [
    { icon: Bold, text: m.write_bold(), hint: '**…**', keys: keysOf(command('B')) },
    { icon: Italic, text: m.write_italic(), hint: '*…*', keys: keysOf(command('I')) },
    { icon: Code, text: m.write_code(), hint: '`…`', keys: keysOf(command('E')) },
    { icon: Link, text: m.write_link(), hint: '[…](…)', keys: keysOf(command('K')) },
    {
      icon: CornerDownLeft,
      text: m.write_line(),
      hint: m.write_line_hint(),
      keys: ['Shift', 'Enter'],
    },
    { icon: Pencil, text: m.write_edit(), hint: m.write_edit_hint(), keys: ['↑'] },
    { icon: AtSign, text: m.suggestions_mention(), hint: m.write_mention_hint(), keys: ['@'] },
    { icon: Lock, text: m.write_privately(), hint: m.write_slash_hint(), keys: ['/'] },
  ];
}
