import type { DeviceNotice, Obstacle, Passage } from '../call';
import { m } from '../../paraglide/messages.js';
import { nameOf } from './names';

/** A sentence that is shown for a while. */
export interface Notice {
  id: number;
  text: string;
}

/** Milliseconds for which a notice stays. */
const stay_ms = 8_000;
/** Notices at once; the oldest goes first. */
const most = 3;

/** What is said in passing: shown to those who see, announced to those who listen. */
export class Notices {
  /** On the screen. */
  shown = $state.raw<readonly Notice[]>([]);
  /** For screen readers alone, because the screen shows it by itself. */
  announced = $state('');
  #lastId = 0;

  say(text: string): void {
    this.#lastId += 1;
    const id = this.#lastId;
    this.shown = [...this.shown, { id, text }].slice(-most);
    setTimeout(() => {
      this.dismiss(id);
    }, stay_ms);
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((notice) => notice.id !== id);
  }

  announce(text: string): void {
    // The same words twice would be no change, and silent: a space makes the difference.
    this.announced = this.announced === text ? `${text} ` : text;
  }

  passage({ participant, came }: Passage): void {
    const name = nameOf(participant);
    this.announce(came ? m.announce_came({ name }) : m.announce_went({ name }));
  }

  device(notice: DeviceNotice): void {
    if (notice.notice === 'obstacle') this.say(obstacleText(notice.kind, notice.obstacle));
    else this.say(unpluggedText(notice));
  }
}

/** Why a device does not work, and what one may do. */
export function obstacleText(kind: 'microphone' | 'camera' | 'screen', obstacle: Obstacle): string {
  if (kind === 'screen') return m.obstacle_screen();
  const microphone = kind === 'microphone';
  switch (obstacle) {
    case 'denied':
      return microphone ? m.obstacle_denied_microphone() : m.obstacle_denied_camera();
    case 'missing':
      return microphone ? m.obstacle_missing_microphone() : m.obstacle_missing_camera();
    case 'busy':
      return microphone ? m.obstacle_busy_microphone() : m.obstacle_busy_camera();
    case 'insecure':
      return m.obstacle_insecure();
  }
}

/** The same for both devices, in one sentence where one says it. */
export function obstacleTexts(obstacles: {
  microphone: Obstacle | null;
  camera: Obstacle | null;
}): string[] {
  const { microphone, camera } = obstacles;
  if (microphone === 'insecure') return [m.obstacle_insecure()];
  if (microphone === 'denied' && camera === 'denied') return [m.obstacle_denied_both()];
  if (microphone === 'missing' && camera === 'missing') return [m.obstacle_missing_both()];
  return [
    ...(microphone === null ? [] : [obstacleText('microphone', microphone)]),
    ...(camera === null ? [] : [obstacleText('camera', camera)]),
  ];
}

function unpluggedText(notice: Extract<DeviceNotice, { notice: 'unplugged' }>): string {
  const { kind, label, instead } = notice;
  if (kind === 'camera') return m.unplugged_camera({ label });
  return instead === null
    ? m.unplugged_microphone({ label })
    : m.unplugged_microphone_instead({ label, instead });
}
