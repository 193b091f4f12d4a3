import type { DeviceNotice, Obstacle } from '../call';
import { m } from '../../paraglide/messages.js';
import type { Place } from './browser';
import { here } from './browser';

/** What an obstacle is in the way of. */
type Concerned = 'microphone' | 'camera' | 'both';

type Sentences = Record<Concerned, () => string>;

const denied: Sentences = {
  both: () => m.denied_both(),
  microphone: () => m.denied_microphone(),
  camera: () => m.denied_camera(),
};

const dismissed: Sentences = {
  both: () => m.dismissed_both(),
  microphone: () => m.dismissed_microphone(),
  camera: () => m.dismissed_camera(),
};

const system: Sentences = {
  both: () => m.system_both(),
  microphone: () => m.system_microphone(),
  camera: () => m.system_camera(),
};

const missing: Sentences = {
  both: () => m.missing_both(),
  microphone: () => m.missing_microphone(),
  camera: () => m.missing_camera(),
};

const busy: Sentences = {
  both: () => m.busy_both(),
  microphone: () => m.busy_microphone(),
  camera: () => m.busy_camera(),
};

/** Something that keeps a device from working, in words. */
export interface Problem {
  text: string;
  /** Asking once more may help. */
  again: boolean;
}

/** Why devices do not work and what to do about it in this browser; the same for both is said once. */
export function problemsOf(
  obstacles: Record<'microphone' | 'camera', Obstacle | null>,
  place?: Place,
): Problem[] {
  const problem = (kind: Concerned, obstacle: Obstacle): Problem => {
    return { text: obstacleText(kind, obstacle, place ?? here()), again: helps(obstacle) };
  };
  const { microphone, camera } = obstacles;
  if (microphone !== null && microphone === camera) return [problem('both', microphone)];
  return (['microphone', 'camera'] as const).flatMap((kind) => {
    const obstacle = obstacles[kind];
    return obstacle === null ? [] : [problem(kind, obstacle)];
  });
}

/** Something about a device, in words. */
export function deviceText(notice: DeviceNotice, place: Place = here()): string {
  switch (notice.notice) {
    case 'obstacle':
      if (notice.kind === 'screen') return m.obstacle_screen();
      return obstacleText(notice.kind, notice.obstacle, place);
    case 'unplugged':
      return unpluggedText(notice);
    case 'using': {
      const { label } = notice;
      return notice.kind === 'microphone'
        ? m.using_microphone({ label })
        : m.using_camera({ label });
    }
    case 'plugged':
      return m.plugged_camera({ label: notice.label });
    case 'interrupted':
      return notice.kind === 'microphone' ? m.interrupted_microphone() : m.interrupted_camera();
    case 'effect':
      if (notice.effect === 'quiet') return m.effect_quiet_unsupported();
      return notice.problem === 'slow' ? m.effect_blur_slow() : m.effect_blur_unsupported();
  }
}

function obstacleText(kind: Concerned, obstacle: Obstacle, place: Place): string {
  switch (obstacle) {
    case 'denied':
      return `${denied[kind]()} ${allowText(place)}`;
    case 'dismissed':
      return dismissed[kind]();
    case 'system':
      return `${system[kind]()} ${systemText(place)}`;
    case 'missing':
      return missing[kind]();
    case 'busy':
      return busy[kind]();
    case 'insecure':
      return m.insecure();
  }
}

/** What is not there starts when it comes, and what came over an insecure way stays so. */
function helps(obstacle: Obstacle): boolean {
  return obstacle !== 'missing' && obstacle !== 'insecure';
}

/** Where this browser lets one change what it may use. */
function allowText({ browser, system: runs }: Place): string {
  if (runs === 'ios') return browser === 'safari' ? m.allow_ios_safari() : m.allow_ios_other();
  if (runs === 'android') return m.allow_android();
  switch (browser) {
    case 'chromium':
      return m.allow_chromium();
    case 'firefox':
      return m.allow_firefox();
    case 'safari':
      return m.allow_safari();
    case 'other':
      return m.allow_other();
  }
}

function systemText({ system: runs }: Place): string {
  if (runs === 'mac') return m.system_mac();
  return runs === 'windows' ? m.system_windows() : m.system_other();
}

function unpluggedText(notice: Extract<DeviceNotice, { notice: 'unplugged' }>): string {
  const { kind, label, instead } = notice;
  if (kind === 'camera') return m.unplugged_camera({ label });
  return instead === null
    ? m.unplugged_microphone({ label })
    : m.unplugged_microphone_instead({ label, instead });
}
