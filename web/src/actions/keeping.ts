import FileBraces from '@lucide/svelte/icons/file-braces';
import Globe from '@lucide/svelte/icons/globe';

import { m } from '../../paraglide/messages.js';
import type { Action, Sign, Text } from './action';
import { named } from './action';
import type { Place } from './place';

/** Copies of what was written in the room, to keep elsewhere. */
export function keepingActions({ meeting }: Pick<Place, 'meeting'>) {
  const save = (id: string, label: Text, hint: Text, icon: Sign, file: () => string): Action => ({
    id,
    group: 'chat',
    label,
    hint,
    icon,
    shortcut: null,
    available: true,
    get enabled() {
      return meeting.line === 'online';
    },
    pressed: null,
    run: () => {
      download(`/api/rooms/${encodeURIComponent(meeting.room)}/${file()}`);
    },
  });
  return named({
    exportHtml: save(
      'export_html',
      (options) => m.export_html({}, options),
      (options) => m.export_html_hint({}, options),
      Globe,
      () => `export.html?lang=${meeting.language}`,
    ),
    exportJson: save(
      'export_json',
      (options) => m.export_json({}, options),
      (options) => m.export_json_hint({}, options),
      FileBraces,
      () => 'export.json',
    ),
  });
}

/** Has the browser save what is at an address, under the name that the server gives it. */
function download(address: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = '';
  link.click();
}

/** For how long messages are kept. */
export function keptText({ meeting }: Pick<Place, 'meeting'>): string {
  const count = meeting.chat.retentionDays;
  if (count === null) return m.kept_always();
  return m.kept_days({ days: count === 1 ? m.days_one() : m.days_many({ count }) });
}
