import type { FileInfo } from '../../protocol/messages';
import type { Language } from '../../state/language';

/** How a file is shown in a message. */
export type Shape = 'picture' | 'audio' | 'video' | 'card';

const playable =
  /^(?:audio\/(?:mpeg|ogg|wav|flac|aac|mp4|webm)|video\/(?:mp4|quicktime|webm|ogg))$/;

export function shapeOf({ media_type, picture }: FileInfo): Shape {
  if (picture !== undefined && picture.width > 0 && picture.height > 0) return 'picture';
  if (!playable.test(media_type)) return 'card';
  return media_type.startsWith('audio/') ? 'audio' : 'video';
}

/** Where a file's bytes are. */
export function addressOf(room: string, { hash, name }: Pick<FileInfo, 'hash' | 'name'>): string {
  return `/api/rooms/${encodeURIComponent(room)}/files/${hash}/${encodeURIComponent(name)}`;
}

/** What kind of thing a file is, for its sign. */
export type Kind =
  'picture' | 'audio' | 'video' | 'text' | 'table' | 'slides' | 'archive' | 'code' | 'other';

const kinds: readonly [Kind, RegExp][] = [
  ['picture', /^(?:png|jpe?g|gif|webp|avif|heic|heif|svg|bmp|tiff?|psd|ico)$/],
  ['audio', /^(?:mp3|ogg|oga|opus|wav|flac|aac|m4a|mid)$/],
  ['video', /^(?:mp4|m4v|mov|webm|mkv|avi|wmv)$/],
  ['table', /^(?:xlsx?|ods|csv|tsv|numbers)$/],
  ['slides', /^(?:pptx?|odp|key|show)$/],
  ['text', /^(?:pdf|docx?|odt|rtf|txt|md|hwpx?|pages|epub|log)$/],
  ['archive', /^(?:zip|7z|rar|tar|gz|tgz|bz2|xz|zst|dmg|iso|egg|alz)$/],
  [
    'code',
    /^(?:js|ts|jsx|tsx|py|rs|go|c|h|cc|cpp|java|kt|swift|rb|php|html?|css|json|ya?ml|toml|xml|sql|sh)$/,
  ],
];

export function kindOf(name: string, mediaType = ''): Kind {
  const by = kinds.find(([, extensions]) => extensions.test(extensionOf(name).toLowerCase()));
  if (by !== undefined) return by[0];
  const [top] = mediaType.split('/');
  return top === 'audio' || top === 'video' ? top : top === 'image' ? 'picture' : 'other';
}

/** The letters behind a name's last dot; empty where that is no kind of file. */
export function extensionOf(name: string): string {
  return /[^.]\.([\p{L}\p{N}]{1,8})$/u.exec(name)?.[1] ?? '';
}

/** Characters of a name's end that are always seen. */
const tail_chars = 6;

/** A name in two parts, of which the first may be cut off where there is no room: its end says what it is. */
export function nameParts(name: string): [begin: string, end: string] {
  const extension = extensionOf(name);
  const keep = tail_chars + (extension === '' ? 0 : extension.length + 1);
  // Whole characters: a letter keeps its marks, an emoji its parts.
  const characters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  if (characters.length <= keep) return ['', name];
  return [characters.slice(0, -keep).join(''), characters.slice(-keep).join('')];
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size as the language has it: `2.1 MB`. */
export function sizeOf(bytes: number, language: Language): string {
  // What would be rounded to a thousand is one of the next.
  let place = 0;
  let count = bytes;
  while (count >= 999.5 && place < units.length - 1) {
    count /= 1000;
    place += 1;
  }
  const unit = units[place] ?? 'byte';
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: place === 0 ? 'long' : 'short',
    maximumFractionDigits: place === 0 || count >= 100 ? 0 : 1,
  }).format(count);
}

/** A part of a whole, in per cent, as the language has it. */
export function percentOf(part: number, whole: number, language: Language): string {
  const share = whole === 0 ? 1 : Math.min(1, part / whole);
  // All of it is said when it is there.
  return new Intl.NumberFormat(language, { style: 'percent' }).format(
    Math.floor(share * 100) / 100,
  );
}

interface Size {
  width: number;
  height: number;
}

/** Shapes beyond this are shown in part: a line of a picture is none. */
const most_ratio = 3;

/** The size in which a picture is shown: as it is, no larger than its place, and never a mere line. */
export function fitted(picture: Size, place: Size): Size {
  const ratio = Math.max(1 / most_ratio, Math.min(most_ratio, picture.width / picture.height));
  const width = Math.min(picture.width, place.width, place.height * ratio);
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(width / ratio)) };
}
