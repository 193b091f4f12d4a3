/** A piece of a text: found, or between what was found. */
export interface Run {
  text: string;
  found: boolean;
}

/** Half a syllable, which Korean has at the end while the next one is being typed. */
const unfinished = /[\u3131-\u3163]+$/;
/** What words are made of. */
const words = /[\p{L}\p{N}\p{M}]+/gu;

/** Letters in the form in which they are compared. */
function fold(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** What finds the parts of a query in a text that is folded; null where there is nothing to find. */
export function patternOf(query: string): RegExp | null {
  const parts = query
    .split(/\s+/)
    .map((part) => fold(part.replace(unfinished, '')).match(words) ?? [])
    .filter((part) => part.length > 0)
    // What stands between the words of a part may be anything that is in no word.
    .map((part) => part.join('[^\\p{L}\\p{N}\\p{M}]+'));
  // The longer ones first, so that none is found within another.
  parts.sort((a, b) => b.length - a.length);
  return parts.length === 0 ? null : new RegExp(parts.join('|'), 'gu');
}

/** A folded text, and for each place in it where that is in the text. */
function folded(text: string): { text: string; places: number[] | null } {
  const whole = fold(text);
  // Composed as it is: the same places.
  if (whole.length === text.length && text.normalize('NFKC') === text) {
    return { text: whole, places: null };
  }
  // Character by character, with all that belongs to each: some become longer, some shorter.
  let out = '';
  const places: number[] = [];
  for (const { segment, index } of new Intl.Segmenter().segment(text)) {
    const part = fold(segment);
    out += part;
    for (let place = 0; place < part.length; place += 1) places.push(index);
  }
  places.push(text.length);
  return { text: out, places };
}

/** Where a pattern is in a text, from the first to the last: begins and ends. */
function find(text: string, pattern: RegExp): [number, number][] {
  const { text: searched, places } = folded(text);
  const found: [number, number][] = [];
  for (const match of searched.matchAll(pattern)) {
    const [begin, end] = [match.index, match.index + match[0].length];
    if (places === null) found.push([begin, end]);
    else found.push([places[begin] ?? 0, endOf(places, end, text.length)]);
  }
  return found;
}

/** The end of the character of which a place is the last part. */
function endOf(places: readonly number[], end: number, length: number): number {
  const last = places[end - 1];
  for (let place = end; place < places.length; place += 1) {
    const next = places[place];
    if (next !== undefined && next !== last) return next;
  }
  return length;
}

/** A text in pieces. */
export function marked(text: string, pattern: RegExp | null): Run[] {
  const runs: Run[] = [];
  let begun = 0;
  const upTo = (end: number, found: boolean) => {
    if (end > begun) runs.push({ text: text.slice(begun, end), found });
    begun = Math.max(begun, end);
  };
  for (const [begin, end] of pattern === null ? [] : find(text, pattern)) {
    upTo(begin, false);
    upTo(end, true);
  }
  upTo(text.length, false);
  return runs;
}

/** Characters before what was found, and in all. */
const before_chars = 30;
const most_chars = 200;

/** As much of a text as shows where something is in it, in one line. */
export function excerptOf(text: string, pattern: RegExp | null): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= most_chars) return line;
  const first = pattern === null ? 0 : (find(line, pattern)[0]?.[0] ?? 0);
  const from = first <= before_chars * 2 ? 0 : cut(line, first - before_chars);
  const to = from + most_chars >= line.length ? line.length : cut(line, from + most_chars);
  return `${from > 0 ? '…' : ''}${line.slice(from, to).trim()}${to < line.length ? '…' : ''}`;
}

/** A place near by where no word is cut; where there is none, at least no character is. */
function cut(line: string, place: number): number {
  const space = line.lastIndexOf(' ', place);
  if (space > place - 20 && space > 0) return space;
  const around = line.slice(Math.max(0, place - 32), place);
  const [last] = [...new Intl.Segmenter().segment(around)].slice(-1);
  return last === undefined ? place : place - last.segment.length;
}
