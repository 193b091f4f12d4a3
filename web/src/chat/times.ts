import type { Language } from '../state/language';
import { m } from '../../paraglide/messages.js';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format is slow, and each message needs two. */
function formatOf(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, known);
  return known;
}

/** The time of day. */
export function clockOf(time_ms: number, language: Language): string {
  return formatOf(language, { hour: 'numeric', minute: '2-digit' }).format(time_ms);
}

/** The date and the time of day. */
export function momentOf(time_ms: number, language: Language): string {
  return formatOf(language, { dateStyle: 'long', timeStyle: 'short' }).format(time_ms);
}

/** Today, yesterday, or the date. */
export function dayOf(time_ms: number, language: Language, now = new Date()): string {
  const date = new Date(time_ms);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return m.today();
  if (date.toDateString() === yesterday.toDateString()) return m.yesterday();
  return formatOf(language, { dateStyle: 'full' }).format(time_ms);
}

/** How long something took, in words: its two largest units. */
export function durationOf(took_ms: number): string {
  const minutes = Math.round(took_ms / 60_000);
  if (minutes < 1) return m.duration_short();
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return m.duration_minutes({ minutes });
  return m.duration_hours({ hours, minutes: minutes % 60 });
}
