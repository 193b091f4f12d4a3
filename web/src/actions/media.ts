import AudioWaveform from '@lucide/svelte/icons/audio-waveform';
import Clapperboard from '@lucide/svelte/icons/clapperboard';
import Mic from '@lucide/svelte/icons/mic';
import MicOff from '@lucide/svelte/icons/mic-off';
import MonitorUp from '@lucide/svelte/icons/monitor-up';
import MonitorX from '@lucide/svelte/icons/monitor-x';
import Aperture from '@lucide/svelte/icons/aperture';
import Video from '@lucide/svelte/icons/video';
import VideoOff from '@lucide/svelte/icons/video-off';

import { m } from '../../paraglide/messages.js';
import { named } from './action';
import type { Place } from './place';
import { alt } from './shortcut';

/** What one sends. */
export function mediaActions({ meeting }: Pick<Place, 'meeting'>) {
  return named({
    microphone: {
      id: 'microphone',
      group: 'media',
      label: (options) => m.microphone({}, options),
      hint: (options) =>
        meeting.on.microphone
          ? m.microphone_on_hint({}, options)
          : m.microphone_off_hint({}, options),
      get icon() {
        return meeting.on.microphone ? Mic : MicOff;
      },
      shortcut: alt('M'),
      available: true,
      enabled: true,
      get pressed() {
        return meeting.on.microphone;
      },
      get busy() {
        return !meeting.devicesAsked;
      },
      everywhere: true,
      run: () => meeting.setMicrophone(!meeting.on.microphone),
    },
    camera: {
      id: 'camera',
      group: 'media',
      label: (options) => m.camera({}, options),
      hint: (options) =>
        meeting.on.camera ? m.camera_on_hint({}, options) : m.camera_off_hint({}, options),
      get icon() {
        return meeting.on.camera ? Video : VideoOff;
      },
      shortcut: alt('C'),
      available: true,
      enabled: true,
      get pressed() {
        return meeting.on.camera;
      },
      get busy() {
        return !meeting.devicesAsked;
      },
      everywhere: true,
      run: () => meeting.setCamera(!meeting.on.camera),
    },
    blur: {
      id: 'blur',
      group: 'media',
      label: (options) => m.effect_blur({}, options),
      hint: (options) =>
        meeting.effects.blur
          ? m.effect_blur_on_hint({}, options)
          : m.effect_blur_off_hint({}, options),
      icon: Aperture,
      shortcut: alt('J'),
      available: meeting.canUse.blur,
      enabled: true,
      get pressed() {
        return meeting.effects.blur;
      },
      run: () => meeting.setEffect('blur', !meeting.effects.blur),
    },
    quiet: {
      id: 'quiet',
      group: 'media',
      label: (options) => m.effect_quiet({}, options),
      hint: (options) =>
        meeting.effects.quiet
          ? m.effect_quiet_on_hint({}, options)
          : m.effect_quiet_off_hint({}, options),
      icon: AudioWaveform,
      shortcut: alt('Q'),
      available: meeting.canUse.quiet,
      enabled: true,
      get pressed() {
        return meeting.effects.quiet;
      },
      run: () => meeting.setEffect('quiet', !meeting.effects.quiet),
    },
    shareScreen: {
      id: 'share_screen',
      group: 'media',
      label: (options) => m.share_screen({}, options),
      hint: (options) =>
        meeting.on.screen ? m.share_on_hint({}, options) : m.share_off_hint({}, options),
      icon: MonitorUp,
      shortcut: alt('P'),
      get available() {
        return meeting.canShare;
      },
      enabled: true,
      get pressed() {
        return meeting.on.screen;
      },
      run: () => meeting.setSharing(!meeting.on.screen),
    },
    stopSharing: {
      id: 'stop_sharing',
      group: 'media',
      label: (options) => m.stop_sharing({}, options),
      hint: (options) => m.stop_sharing_hint({}, options),
      icon: MonitorX,
      shortcut: alt('P', 'shift'),
      get available() {
        return meeting.canShare;
      },
      get enabled() {
        return meeting.on.screen;
      },
      pressed: null,
      run: () => meeting.setSharing(false),
    },
    shareMotion: {
      id: 'share_motion',
      group: 'media',
      label: (options) => m.share_motion({}, options),
      hint: (options) =>
        meeting.screenMotion
          ? m.share_motion_on_hint({}, options)
          : m.share_motion_off_hint({}, options),
      icon: Clapperboard,
      shortcut: alt('M', 'shift'),
      get available() {
        return meeting.canShare;
      },
      enabled: true,
      get pressed() {
        return meeting.screenMotion;
      },
      run: () => {
        meeting.setScreenMotion(!meeting.screenMotion);
      },
    },
  });
}
