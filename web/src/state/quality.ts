import type { Quality } from '../protocol/messages';
import { m } from '../../paraglide/messages.js';

/** How well somebody is connected, in words that say what follows from it; null where it is not known. */
export function qualityText(quality: Quality | undefined, own: boolean): string | null {
  if (quality === undefined) return null;
  if (quality.level === 'good') return m.quality_good();
  return own ? ownText(quality) : othersText(quality);
}

function ownText({ reason }: Quality): string {
  switch (reason) {
    case 'loss':
      return m.quality_own_loss();
    case 'bandwidth':
      return m.quality_own_bandwidth();
    case 'delay':
      return m.quality_own_delay();
    case 'none':
      return m.quality_own_unknown();
  }
}

function othersText({ reason, direction }: Quality): string {
  const down = direction === 'down';
  switch (reason) {
    case 'loss':
      return down ? m.quality_down_loss() : m.quality_up_loss();
    case 'bandwidth':
      return down ? m.quality_down_bandwidth() : m.quality_up_bandwidth();
    case 'delay':
      return down ? m.quality_down_delay() : m.quality_up_delay();
    case 'none':
      return m.quality_unknown();
  }
}
