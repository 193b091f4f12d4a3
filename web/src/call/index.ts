/**
 * The call engine: everything of a meeting but its looks. Plain TypeScript, no UI framework, no translations.
 *
 * `new Call({ url, room, language, … })`, then `warm()`, `sources.open()`, `join(name)`; listen with `on(…)`.
 */
export type { CallEvents, CallOptions, LeftReason, Passage, Phase, ShownReaction } from './call';
export { Call } from './call';
export type { ChatState, Correction, Reading, ShownRun, Target, ThreadState } from './chat';
export { silence, stillMentioned } from './chat';
export { LineError, RequestError } from './errors';
export type { LineState } from './line';
export type { Device, DeviceKind, Devices, Obstacle } from './media/devices';
export type { EffectName, EffectProblem } from './media/effects/effect';
export { effectSupported } from './media/effects/effect';
export { echo_interval_ms, EchoWatch } from './media/echo';
export { measureLevel } from './media/level';
export { MutedSpeech } from './media/mutedSpeech';
export type { SlotMedia } from './media/playback';
export { Playback } from './media/playback';
export type { MediaState } from './media/session';
export { MediaSession } from './media/session';
export type { Shared } from './media/screen';
export type { DeviceNotice, LocalSources } from './media/sources';
export { canChooseSpeaker, playTone } from './media/tone';
export type { Draft, OutgoingFile, OutgoingMessage } from './outbox';
export type { PeopleState } from './people';
export { handsOf } from './people';
export type { CallStats, ReceivedStats, SentStats, SlotStats } from './stats';
