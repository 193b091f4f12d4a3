import type { Place } from '../../actions/place';
import type { OutgoingFile } from '../../call';
import type { Upload, Uploads } from '../../call/uploads';
import type { FileInfo } from '../../protocol/messages';
import type { Meeting } from '../../state/meeting.svelte';
import { m } from '../../../paraglide/messages.js';
import type { Attachments } from '../compose/attachments';

type Here = Pick<Meeting, 'upload' | 'limits' | 'language' | 'notices'>;

/** Pictures of one's own that are kept, so that nobody waits for what they sent themselves. */
const most_previews = 30;

/** The files that go with one message that is being written. */
export class Attached implements Attachments {
  uploads = $state.raw<readonly Upload[]>([]);
  /** Files that came before that which sends them was there. */
  #early = $state(0);
  readonly #meeting: Here;
  readonly #keep: (upload: Upload) => void;
  #engine: Uploads | null = null;

  constructor(meeting: Here, keep: (upload: Upload) => void) {
    this.#meeting = meeting;
    this.#keep = keep;
  }

  get finished(): readonly OutgoingFile[] {
    return this.uploads.flatMap(({ result }) => (result === null ? [] : [result]));
  }

  get busy(): boolean {
    return this.#early > 0 || this.uploads.some(({ state }) => state !== 'done');
  }

  get failed(): boolean {
    return this.uploads.some(({ state }) => state === 'failed');
  }

  add(files: readonly File[]): void {
    void this.#add(files);
  }

  cancel(id: number): void {
    this.#engine?.cancel(id);
  }

  retry(id: number): void {
    this.#engine?.retry(id);
  }

  clear(): void {
    this.#engine?.forgetDone();
  }

  /** The line is back. */
  hurry(): void {
    this.#engine?.hurry();
  }

  async #add(files: readonly File[]): Promise<void> {
    const { limits, notices } = this.#meeting;
    const most = limits.message_files;
    const room = Math.max(0, most - this.uploads.length - this.#early);
    const taken = files.slice(0, room);
    if (taken.length < files.length) notices.say(m.files_too_many({ most }));
    if (taken.length === 0) return;
    this.#early += taken.length;
    try {
      this.#engine ??= await this.#load();
      this.#engine.add(taken);
    } catch {
      notices.say(m.not_done_offline());
    } finally {
      this.#early -= taken.length;
    }
  }

  /** What sends files comes with the first one. */
  async #load(): Promise<Uploads> {
    const meeting = this.#meeting;
    const [{ Uploads }, { httpCarrier }] = await Promise.all([
      import('../../call/uploads'),
      import('../../call/carrier'),
    ]);
    return (
      this.#engine ??
      new Uploads({
        place: (name, bytes) => meeting.upload(name, bytes),
        carrier: httpCarrier(() => meeting.language),
        mostBytes: () => meeting.limits.file_bytes,
        changed: (uploads) => {
          this.uploads = uploads;
          uploads.forEach(this.#keep);
        },
      })
    );
  }
}

/** What is looked at in the viewer. */
export interface Viewed {
  pictures: readonly FileInfo[];
  index: number;
}

/** All files that one has to do with in a room. */
export class FileDesk {
  /** Pictures that are looked at closely; null while none is. */
  viewed = $state.raw<Viewed | null>(null);
  readonly #meeting: Here;
  readonly #attached: Record<number, Attached> = {};
  /** Addresses of one's own pictures in this browser, by their hash. */
  readonly #previews: Record<string, string> = {};

  constructor(meeting: Here) {
    this.#meeting = meeting;
  }

  /** For what is written in the timeline, or in a thread. */
  of(thread: number | null): Attached {
    // No message has this number.
    const key = thread ?? 0;
    return (this.#attached[key] ??= new Attached(this.#meeting, (upload) => {
      this.#keep(upload);
    }));
  }

  /** The line is back. */
  hurry(): void {
    for (const attached of Object.values(this.#attached)) attached.hurry();
  }

  /** Where a picture is that was sent from here. */
  previewOf(hash: string): string | null {
    return this.#previews[hash] ?? null;
  }

  #keep({ file, result }: Upload): void {
    if (result?.info.picture === undefined || result.info.media_type === 'image/gif') return;
    const { hash } = result.info;
    if (this.#previews[hash] !== undefined) return;
    this.#previews[hash] = URL.createObjectURL(file);
    const [oldest] = Object.entries(this.#previews);
    if (oldest === undefined || Object.keys(this.#previews).length <= most_previews) return;
    URL.revokeObjectURL(oldest[1]);
    delete this.#previews[oldest[0]];
  }
}

const desks = new WeakMap<Place['talk'], FileDesk>();

/** The files of a room. They come with what shows them, and not with the room: entering needs none. */
export function filesOf({ meeting, talk }: Pick<Place, 'meeting' | 'talk'>): FileDesk {
  const desk = desks.get(talk) ?? new FileDesk(meeting);
  desks.set(talk, desk);
  return desk;
}
