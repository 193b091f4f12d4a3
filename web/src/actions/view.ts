import AppWindow from '@lucide/svelte/icons/app-window';
import ChevronLeft from '@lucide/svelte/icons/chevron-left';
import ChevronRight from '@lucide/svelte/icons/chevron-right';
import EyeOff from '@lucide/svelte/icons/eye-off';
import GalleryThumbnails from '@lucide/svelte/icons/gallery-thumbnails';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import LayoutTemplate from '@lucide/svelte/icons/layout-template';
import Maximize from '@lucide/svelte/icons/maximize';
import Minimize from '@lucide/svelte/icons/minimize';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';

import type { ArrangementMode } from '../state/arrangement.svelte';
import { m } from '../../paraglide/messages.js';
import type { Action, Sign, Text } from './action';
import { named } from './action';
import type { Place } from './place';
import type { Shortcut } from './shortcut';
import { alt } from './shortcut';

/** How the room is laid out here. */
export function viewActions({ meeting, arrangement }: Pick<Place, 'meeting' | 'arrangement'>) {
  /** Whoever spoke last, but oneself. */
  const speaker = () => {
    const self = meeting.self?.participant;
    return meeting.lastSpeakers.find((id) => id !== self) ?? null;
  };
  const mode = (
    value: ArrangementMode,
    label: Text,
    hint: Text,
    icon: Sign,
    shortcut: Shortcut,
  ): Action => ({
    id: `layout_${value}`,
    group: 'view',
    label,
    hint,
    icon,
    shortcut,
    available: true,
    enabled: true,
    get pressed() {
      return arrangement.mode === value;
    },
    oneOfSeveral: true,
    run: () => {
      arrangement.setMode(value);
    },
  });

  return named({
    layoutAuto: mode(
      'auto',
      (options) => m.layout_auto({}, options),
      (options) => m.layout_auto_hint({}, options),
      LayoutTemplate,
      alt('A'),
    ),
    layoutGrid: mode(
      'grid',
      (options) => m.layout_grid({}, options),
      (options) => m.layout_grid_hint({}, options),
      LayoutGrid,
      alt('G'),
    ),
    layoutSpeaker: mode(
      'speaker',
      (options) => m.layout_speaker({}, options),
      (options) => m.layout_speaker_hint({}, options),
      GalleryThumbnails,
      alt('S', 'shift'),
    ),
    layoutSide: mode(
      'side',
      (options) => m.layout_side({}, options),
      (options) => m.layout_side_hint({}, options),
      PanelRight,
      alt('N'),
    ),
    pagePrevious: {
      id: 'page_previous',
      group: 'view',
      label: (options) => m.page_previous({}, options),
      hint: (options) => m.page_previous_hint({}, options),
      icon: ChevronLeft,
      shortcut: alt(','),
      get available() {
        return arrangement.pages > 1;
      },
      get enabled() {
        return arrangement.page > 0;
      },
      pressed: null,
      run: () => {
        arrangement.turn(-1);
      },
    },
    pageNext: {
      id: 'page_next',
      group: 'view',
      label: (options) => m.page_next({}, options),
      hint: (options) => m.page_next_hint({}, options),
      icon: ChevronRight,
      shortcut: alt('.'),
      get available() {
        return arrangement.pages > 1;
      },
      get enabled() {
        return arrangement.page < arrangement.pages - 1;
      },
      pressed: null,
      run: () => {
        arrangement.turn(1);
      },
    },
    pinSpeaker: {
      id: 'pin_speaker',
      group: 'view',
      label: (options) => m.pin_speaker({}, options),
      hint: (options) =>
        arrangement.pinned === null
          ? m.pin_speaker_off_hint({}, options)
          : m.pin_speaker_on_hint({}, options),
      get icon() {
        return arrangement.pinned === null ? Pin : PinOff;
      },
      shortcut: alt('L'),
      available: true,
      get enabled() {
        return arrangement.pinned !== null || speaker() !== null;
      },
      get pressed() {
        return arrangement.pinned !== null;
      },
      run: () => {
        arrangement.pin(arrangement.pinned === null ? speaker() : null);
      },
    },
    ownHidden: {
      id: 'own_hidden',
      group: 'view',
      label: (options) => m.own_hidden({}, options),
      hint: (options) =>
        arrangement.ownHidden
          ? m.own_hidden_on_hint({}, options)
          : m.own_hidden_off_hint({}, options),
      icon: EyeOff,
      shortcut: alt('H', 'shift'),
      available: true,
      enabled: true,
      get pressed() {
        return arrangement.ownHidden;
      },
      run: () => {
        arrangement.setOwnHidden(!arrangement.ownHidden);
      },
    },
    fullScreen: {
      id: 'full_screen',
      group: 'view',
      label: (options) => m.full_screen({}, options),
      hint: (options) =>
        arrangement.fullScreen
          ? m.full_screen_on_hint({}, options)
          : m.full_screen_off_hint({}, options),
      get icon() {
        return arrangement.fullScreen ? Minimize : Maximize;
      },
      shortcut: alt('F', 'shift'),
      get available() {
        return arrangement.canFullScreen;
      },
      enabled: true,
      get pressed() {
        return arrangement.fullScreen;
      },
      run: () => arrangement.toggleFullScreen(),
    },
    floating: {
      id: 'floating',
      group: 'view',
      label: (options) => m.floating({}, options),
      hint: (options) =>
        arrangement.floating ? m.floating_on_hint({}, options) : m.floating_off_hint({}, options),
      icon: AppWindow,
      shortcut: alt('O'),
      get available() {
        return arrangement.canFloat;
      },
      enabled: true,
      get pressed() {
        return arrangement.floating;
      },
      run: () => arrangement.toggleFloating(),
    },
  });
}
