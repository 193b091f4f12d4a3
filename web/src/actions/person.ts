import Activity from '@lucide/svelte/icons/activity';
import Lock from '@lucide/svelte/icons/lock';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Volume2 from '@lucide/svelte/icons/volume-2';
import VolumeX from '@lucide/svelte/icons/volume-x';

import type { Participant } from '../protocol/messages';
import { nameOf } from '../state/names';
import { m } from '../../paraglide/messages.js';
import { named } from './action';
import type { Place } from './place';

/** What may be done with one person here: nobody else notices any of it. One is not heard by oneself. */
export function personActions(
  { meeting, face, arrangement, hearing, talk }: Place,
  person: Pick<Participant, 'participant' | 'name' | 'ordinal'>,
) {
  const { participant: id } = person;
  const name = nameOf(person);
  const other = () => meeting.self?.participant !== id;
  return named({
    write: {
      id: `write-${id}`,
      group: 'together',
      label: (options) => m.write_privately({}, options),
      hint: (options) => m.write_privately_hint({ name }, options),
      icon: Lock,
      shortcut: null,
      get available() {
        return other();
      },
      enabled: true,
      pressed: null,
      run: () => {
        const found = meeting.others.find((it) => it.participant === id);
        if (found === undefined) return;
        face.panelOpen = true;
        talk.desk.writeTo(found);
      },
    },
    pin: {
      id: `pin-${id}`,
      group: 'view',
      label: (options) => m.pin({}, options),
      hint: (options) =>
        arrangement.pinned === id
          ? m.pin_on_hint({ name }, options)
          : m.pin_off_hint({ name }, options),
      get icon() {
        return arrangement.pinned === id ? PinOff : Pin;
      },
      shortcut: null,
      available: true,
      enabled: true,
      get pressed() {
        return arrangement.pinned === id;
      },
      run: () => {
        arrangement.pin(arrangement.pinned === id ? null : id);
      },
    },
    mute: {
      id: `mute_for_me-${id}`,
      group: 'view',
      label: (options) => m.mute_for_me({}, options),
      hint: (options) =>
        hearing.isMutedForMe(id)
          ? m.mute_for_me_on_hint({ name }, options)
          : m.mute_for_me_off_hint({ name }, options),
      icon: VolumeX,
      shortcut: null,
      get available() {
        return other();
      },
      enabled: true,
      get pressed() {
        return hearing.isMutedForMe(id);
      },
      run: () => {
        hearing.setMutedForMe(id, !hearing.isMutedForMe(id));
      },
    },
    volume: {
      id: `volume_for_me-${id}`,
      group: 'view',
      label: (options) => m.volume_for_me({}, options),
      hint: (options) => m.volume_for_me_hint({ name }, options),
      icon: Volume2,
      shortcut: null,
      get available() {
        return other();
      },
      get enabled() {
        return !hearing.isMutedForMe(id);
      },
      pressed: null,
      range: {
        get value() {
          return hearing.volumeOf(id);
        },
        set: (value: number) => {
          hearing.setVolume(id, value);
        },
      },
      run: () => {
        hearing.setVolume(id, 1);
      },
    },
    stats: {
      id: `stats-${id}`,
      group: 'view',
      label: (options) => m.stats({}, options),
      hint: (options) =>
        face.statsOf === id
          ? m.stats_on_hint({ name }, options)
          : m.stats_off_hint({ name }, options),
      icon: Activity,
      shortcut: null,
      available: true,
      enabled: true,
      get pressed() {
        return face.statsOf === id;
      },
      run: () => {
        face.toggleStats(id);
      },
    },
  });
}
