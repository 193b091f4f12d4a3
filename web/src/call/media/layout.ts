import type { Limits, SlotId, SlotKind, Source } from '../../protocol/messages';

/** How many receive places of each kind a peer has. */
export type SlotCounts = Record<SlotKind, number>;

/** What a peer begins with: more come by another offer, when more tiles are shown. */
export const firstSlots: SlotCounts = { person: 9, voice: 3, stage: 1 };

/** Person slots are added in steps, so that a class that comes in one by one costs few offers. */
const person_step = 4;

/** The sources in the order of their m-lines. */
export const sourceOrder: readonly Source[] = ['microphone', 'camera', 'screen', 'screen_audio'];

/**
 * The camera's simulcast layers (RFC 8853), smallest first. The bit rates fit 1280x720 at 30 pictures a second; a
 * smaller camera uses less.
 */
export const cameraLayers: readonly RTCRtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];

/** A phone's: of a camera of 640x360, the two that are worth their battery. */
export const phoneLayers: readonly RTCRtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 2, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 500_000 },
];

/** A screen is one layer: text bears no scaling. */
export const screenLayer: RTCRtpEncodingParameters = { maxBitrate: 2_500_000, maxFramerate: 30 };

/** The kind of a slot. */
export function slotKind(slot: SlotId): SlotKind {
  if (slot.startsWith('person-')) return 'person';
  return slot.startsWith('stage-') ? 'stage' : 'voice';
}

/** What a peer should have when so many people and screens are shown: never fewer than it has. */
export function slotsFor(
  shown: { people: number; screens: number },
  have: SlotCounts,
  limits: Pick<Limits, 'person_slots' | 'voice_slots' | 'stage_slots'>,
): SlotCounts {
  const steps = Math.ceil(Math.max(0, shown.people - have.person) / person_step);
  return {
    person: Math.max(have.person, Math.min(limits.person_slots, have.person + steps * person_step)),
    voice: Math.max(have.voice, Math.min(limits.voice_slots, firstSlots.voice)),
    stage: Math.max(have.stage, Math.min(limits.stage_slots, shown.screens)),
  };
}

/** The codecs that a room uses, each by what is asked for first. */
const codecsOf = {
  /** Every packet repeats the one before it (RFC 2198): the server mends what is lost on the way to it. */
  microphone: ['audio/red', 'audio/opus'],
  audio: ['audio/opus', 'audio/red'],
  /** With retransmission (RFC 4588). */
  video: ['video/vp8', 'video/rtx'],
};

/**
 * The codecs that a room uses, in the order of preference. An offer with all that a browser knows is three
 * times as large and takes the server five times as long to read.
 */
export function roomCodecs<Codec extends Pick<RTCRtpCodec, 'mimeType'>>(
  use: keyof typeof codecsOf,
  codecs: readonly Codec[],
): Codec[] {
  const place = ({ mimeType }: Codec) => codecsOf[use].indexOf(mimeType.toLowerCase());
  return codecs.filter((codec) => place(codec) >= 0).sort((a, b) => place(a) - place(b));
}
