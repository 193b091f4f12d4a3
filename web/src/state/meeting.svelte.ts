import type {
  ChatState,
  Correction,
  Device,
  DeviceKind,
  Devices,
  Draft,
  EffectName,
  LineState,
  MediaState,
  Obstacle,
  PeopleState,
  Phase,
  Shared,
  SlotMedia,
  Target,
} from '../call';
import { Call, effectSupported, handsOf, MediaSession, RequestError, silence } from '../call';
import type {
  AuthorId,
  Entry,
  Found,
  Looked,
  Participant,
  ParticipantId,
  Search,
  Sources,
  Tile,
  TileSource,
  UploadPlace,
} from '../protocol/messages';
import { rememberRoom } from '../home/visited';
import { socketPath } from '../protocol/messages';
import { isPhone } from './browser';
import type { Language } from './language';
import { rememberLanguage } from './language';
import { ownIdentity } from './identity';
import { m } from '../../paraglide/messages.js';
import { Notices } from './notices.svelte';
import { readPreferences, writePreferences } from './preferences';
import type { FloatingReaction } from './reactions.svelte';
import { Reactions } from './reactions.svelte';

/** A slot without a tile of its own: it is heard, not seen. */
export interface Sound {
  slot: string;
  participant: ParticipantId;
  media: SlotMedia;
}

/** The last people who spoke that are remembered: more than there are tiles that could change for them. */
const remembered_speakers = 12;

/** Device pixels per CSS pixel that pictures are asked for on a phone. */
const most_phone_scale = 1.5;

/** One's stay in a room as the views see it: what the engine tells, and what may be done. */
export class Meeting {
  readonly notices = new Notices();
  /** Whether this browser can see and hear at all. */
  readonly canCall = MediaSession.supported();
  /** Which effects this browser has what it takes for. */
  readonly canUse: Readonly<Record<EffectName, boolean>> = {
    blur: effectSupported('blur'),
    quiet: effectSupported('quiet'),
  };

  /** What the page is written in. */
  language = $state<Language>('en');
  /** The room's name: of the link, and once inside as its first visitor wrote it. */
  room = $state('');
  phase = $state<Phase>('outside');
  line = $state<LineState>('idle');
  lineFailures = $state(0);
  media = $state<MediaState>('none');
  people = $state.raw<PeopleState>({ participants: [], speakers: [], typing: [] });
  /** What was said, and what is looked at of it. */
  chat = $state.raw<ChatState>(silence);
  on = $state.raw<Sources>({
    microphone: false,
    camera: false,
    screen: false,
    screen_audio: false,
  });
  devices = $state.raw<Devices>({ microphone: [], camera: [], speaker: [] });
  /** What the system uses of each kind, where one chose nothing. */
  defaults = $state.raw<Record<DeviceKind, Device | null>>({
    microphone: null,
    camera: null,
    speaker: null,
  });
  /** Which effects are wanted and did not fail. */
  effects = $state.raw<Record<EffectName, boolean>>({ blur: false, quiet: false });
  /** Who is in the room while one is outside; null while that is not known. */
  present = $state.raw<Looked | null>(null);
  /** What one shares; null while one does not. */
  shared = $state.raw<Shared | null>(null);
  obstacles = $state.raw<{ microphone: Obstacle | null; camera: Obstacle | null }>({
    microphone: null,
    camera: null,
  });
  chosen = $state.raw<{ microphone: string | null; camera: string | null }>({
    microphone: null,
    camera: null,
  });
  ownCamera = $state.raw<MediaStreamTrack | null>(null);
  ownMicrophone = $state.raw<MediaStreamTrack | null>(null);
  /** The microphone itself, before anything is done to what it hears. */
  microphoneDevice = $state.raw<MediaStreamTrack | null>(null);
  ownScreen = $state.raw<MediaStreamTrack | null>(null);
  /** What one shares is sent for what moves in it, not for its text. */
  screenMotion = $state(false);
  /** Devices were asked for, and the person or the browser answered. */
  devicesAsked = $state(false);
  /** Why entering failed. */
  joinProblem = $state<string | null>(null);
  soundBlocked = $state(false);
  /** Who spoke last, the latest first. */
  lastSpeakers = $state.raw<readonly ParticipantId[]>([]);

  /** Whose hands are raised, the earliest first. */
  readonly hands = $derived(handsOf(this.people));

  readonly #call: Call;
  readonly #reactions = new Reactions();
  readonly #phone = isPhone();
  #chosenSpeaker = $state<string | null>(readPreferences().speakerId);
  #streams = $state(0);

  constructor(options: { room: string; language: Language }) {
    this.room = options.room;
    this.language = options.language;
    const { microphone, camera, microphoneId, cameraId, blur, quiet } = readPreferences();
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#call = new Call({
      url: `${scheme}//${location.host}${socketPath}`,
      room: options.room,
      language: options.language,
      identity: ownIdentity(),
      store: sessionStore(),
      microphone,
      camera,
      microphoneId,
      cameraId,
      blur: blur && this.canUse.blur,
      quiet: quiet && this.canUse.quiet,
      phone: this.#phone,
    });
    this.#listen();
  }

  /** Where this room lies on its server: what a link to it says behind the host. */
  get path(): string {
    return location.pathname + location.search;
  }

  get self(): Participant | null {
    const { self } = this.#call;
    return this.people.participants.find(({ participant }) => participant === self) ?? null;
  }

  /** Who one is in this room, over all one's stays in it: what this author wrote is one's own. */
  get author(): AuthorId | null {
    return this.self?.author ?? this.#call.author;
  }

  get others(): Participant[] {
    const { self } = this.#call;
    return this.people.participants.filter(({ participant }) => participant !== self);
  }

  get limits() {
    return this.#call.limits;
  }

  get leftReason() {
    return this.#call.leftReason;
  }

  get canShare(): boolean {
    return this.canCall && this.#call.sources.canShare;
  }

  /** The loudspeaker to play through; null for the system's, also while the chosen one is not there. */
  get speaker(): string | null {
    const chosen = this.#chosenSpeaker;
    return this.devices.speaker.some(({ id }) => id === chosen) ? chosen : null;
  }

  /** Whether one's own hand is up. */
  get handRaised(): boolean {
    return this.self?.hand !== undefined;
  }

  /** What floats by just then, the oldest first. */
  get reactions(): readonly FloatingReaction[] {
    return this.#reactions.floating;
  }

  /** Connects and asks for devices. */
  async open(): Promise<void> {
    this.#call.warm();
    await this.#call.sources.open();
    this.devicesAsked = true;
  }

  async join(name: string): Promise<void> {
    this.joinProblem = null;
    writePreferences({ name });
    try {
      await this.#call.join(name);
    } catch (error) {
      this.joinProblem = error instanceof RequestError ? error.message : String(error);
    }
  }

  leave(): Promise<void> {
    return this.#call.leave();
  }

  async setMicrophone(on: boolean): Promise<void> {
    writePreferences({ microphone: on });
    await this.#call.sources.setMicrophone(on);
  }

  /** Unmutes for a moment: the next meeting does not begin with it. */
  talk(heard: boolean): Promise<void> {
    return this.#call.sources.setMicrophone(heard);
  }

  async setCamera(on: boolean): Promise<void> {
    writePreferences({ camera: on });
    await this.#call.sources.setCamera(on);
  }

  async setSharing(on: boolean): Promise<void> {
    if (on) await this.#call.sources.shareScreen();
    else this.#call.sources.stopScreen();
  }

  setScreenMotion(motion: boolean): void {
    this.#call.sources.setScreenMotion(motion);
  }

  /** Uses this device from here on; null follows the system. */
  async useDevice(kind: DeviceKind, id: string | null): Promise<void> {
    if (kind === 'speaker') {
      this.#chosenSpeaker = id;
      writePreferences({ speakerId: id });
      return;
    }
    writePreferences(kind === 'microphone' ? { microphoneId: id } : { cameraId: id });
    await this.#call.sources.use(kind, id);
  }

  /** Begins or ends an effect; resolves when it works, or failed and said so. */
  async setEffect(name: EffectName, on: boolean): Promise<void> {
    await this.#call.sources.setEffect(name, on);
    // Of one that failed the next meeting tries again.
    writePreferences(name === 'blur' ? { blur: on } : { quiet: on });
  }

  /** Asks once more for the devices that did not work. */
  tryDevicesAgain(): Promise<void> {
    return this.#call.sources.tryAgain();
  }

  /** Goes on in another language, here and on the pages to come. */
  async setLanguage(language: Language): Promise<void> {
    this.language = language;
    this.#call.language = language;
    await rememberLanguage(language);
  }

  /** Writes a message: it is shown at once, and sent when that is possible. */
  post(draft: Draft): void {
    this.#call.conversation.post(draft);
  }

  /** Says one's own message differently; false where that failed, which is said. */
  edit(number: number, correction: Correction): Promise<boolean> {
    return this.#tried(() => this.#call.conversation.edit(number, correction));
  }

  /** Takes one's own message back; false where that failed, which is said. */
  remove(number: number): Promise<boolean> {
    return this.#tried(() => this.#call.conversation.remove(number));
  }

  /** Puts an emoji on a message, or takes one's own away; false where that failed, which is said. */
  mark(number: number, reaction: string, on: boolean): Promise<boolean> {
    return this.#tried(() => this.#call.conversation.mark(number, reaction, on));
  }

  /** Shows where something is in the timeline. Its number; null where it is not there; undefined where that failed. */
  async jumpTo(target: Target): Promise<number | null | undefined> {
    let number: number | null | undefined;
    await this.#tried(async () => {
      number = await this.#call.conversation.jumpTo(target);
    });
    return number;
  }

  /** Finds messages. Throws `RequestError` and `LineError`. */
  search(search: Search): Promise<Found> {
    return this.#call.conversation.search(search);
  }

  /** Asks for a place to send a file to. Throws `RequestError` and `LineError`. */
  upload(name: string, bytes: number): Promise<UploadPlace> {
    return this.#call.conversation.upload(name, bytes);
  }

  /** Shows the newest end of the timeline again. */
  toNewest(): void {
    this.#call.conversation.toNewest();
  }

  /** Opens the thread of a message. */
  openThread(number: number): Promise<void> {
    return this.#call.conversation.openThread(number);
  }

  closeThread(): void {
    this.#call.conversation.closeThread();
  }

  /** Is told of each message that is written from here on, one's own too; ends by what it returns. */
  onSaid(listener: (entry: Entry) => void): () => void {
    return this.#call.on('said', listener);
  }

  retry(id: string): void {
    this.#call.conversation.retry(id);
  }

  discard(id: string): void {
    this.#call.conversation.discard(id);
  }

  /** Reads on before the first entry that is shown, of the timeline or of the open thread. */
  loadOlder(thread = false): Promise<void> {
    return this.#call.conversation.loadOlder(thread);
  }

  /** Reads on after the last entry that is shown. */
  loadNewer(thread = false): Promise<void> {
    return this.#call.conversation.loadNewer(thread);
  }

  raiseHand(raised: boolean): void {
    this.#call.raiseHand(raised);
  }

  /** Shows everybody, oneself too, an emoji for a moment; false where it comes to nothing. */
  react(reaction: string): boolean {
    return this.#call.react(reaction);
  }

  setTyping(typing: boolean): void {
    this.#call.setTyping(typing);
  }

  /** These tiles are shown, and `besidePage` while the page is hidden; sizes in CSS pixels. */
  show(tiles: readonly Tile[], besidePage: readonly Tile[] = []): void {
    // On a phone finer pixels are not seen, and cost battery.
    const scale = Math.min(window.devicePixelRatio, this.#phone ? most_phone_scale : Infinity);
    const scaled = (tile: Tile) => ({
      ...tile,
      width: tile.width * scale,
      height: tile.height * scale,
    });
    this.#call.show(tiles.map(scaled), besidePage.map(scaled));
  }

  mediaOf(participant: ParticipantId, source: TileSource): SlotMedia | null {
    // Read, so that views follow it.
    return this.#streams >= 0 ? this.#call.mediaOf(participant, source) : null;
  }

  /** Whether the way to here is too slow for this picture just then. */
  isPaused(participant: ParticipantId, source: TileSource): boolean {
    return this.#streams >= 0 && this.#call.isPaused(participant, source);
  }

  /** What is heard without being shown by one of these tiles. */
  soundsBeside(tiles: readonly Pick<Tile, 'participant' | 'source'>[]): Sound[] {
    if (this.#streams < 0) return [];
    return this.#call.filledSlots.flatMap(({ slot, participant }) => {
      const source = slot.kind === 'stage' ? 'screen' : 'camera';
      const shown = tiles.some((it) => it.participant === participant && it.source === source);
      return shown || slot.media === null
        ? []
        : [{ slot: slot.slot, participant, media: slot.media }];
    });
  }

  /** How loud each person is received just then, from 0 to 1. */
  receivedLevels(): Map<ParticipantId, number> {
    return this.#call.receivedLevels();
  }

  stats() {
    return this.#call.stats();
  }

  #listen(): void {
    const call = this.#call;
    call.on('phase', (phase) => {
      this.phase = phase;
      if (phase !== 'inside') return;
      this.room = call.roomName;
      rememberRoom(call.roomName);
    });
    call.on('line', (line) => {
      this.line = line;
      this.lineFailures = call.lineFailures;
    });
    call.on('media', (media) => (this.media = media));
    call.on('people', (people) => {
      this.people = people;
      const rest = this.lastSpeakers.filter((id) => !people.speakers.includes(id));
      this.lastSpeakers = [...people.speakers, ...rest].slice(0, remembered_speakers);
    });
    call.on('present', (present) => (this.present = present));
    call.on('chat', (chat) => (this.chat = chat));
    call.on('passage', (passage) => {
      this.notices.passage(passage);
    });
    call.on('reaction', (reaction) => {
      this.#reactions.show(reaction);
    });
    call.on('streams', () => (this.#streams += 1));
    call.on('sources', () => {
      this.#readSources();
    });
    call.on('notice', (notice) => {
      // Before entering the preview itself says what is in the way.
      if (this.phase === 'inside' || notice.notice !== 'obstacle') this.notices.device(notice);
    });
    call.on('fault', (fault) => {
      // eslint-disable-next-line no-console -- the place where a developer looks, and nobody else
      console.warn(`zoom: ${fault}`);
    });
  }

  /** Does something that may fail, and says so where it does. */
  async #tried(run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      this.notices.say(error instanceof RequestError ? error.message : m.not_done_offline());
      return false;
    }
  }

  #readSources(): void {
    const { sources } = this.#call;
    this.on = sources.state;
    this.screenMotion = sources.screenMotion;
    this.shared = sources.shared;
    this.devices = sources.devices;
    this.defaults = sources.defaults;
    this.effects = { blur: sources.effect('blur'), quiet: sources.effect('quiet') };
    this.obstacles = {
      microphone: sources.obstacle('microphone'),
      camera: sources.obstacle('camera'),
    };
    this.chosen = {
      microphone: sources.chosen('microphone'),
      camera: sources.chosen('camera'),
    };
    this.ownCamera = sources.track('camera');
    this.ownMicrophone = sources.track('microphone');
    this.microphoneDevice = sources.microphoneDevice;
    this.ownScreen = sources.track('screen');
  }
}

function sessionStore(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
