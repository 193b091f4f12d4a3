// The media session: few offers, slots and their streams, mending what breaks.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Media, MediaAnswer } from '../../protocol/messages';
import { defaultLimits } from '../../protocol/messages';
import { LineError, RequestError } from '../errors';
import { FakeConnections, FakeStream, FakeTrack, stubWebRtc } from '../testing/media';
import { settle } from '../testing/server';
import { MediaSession } from './session';

let connections: FakeConnections;
let sent: Media[];
let answer: () => Promise<MediaAnswer>;
let session: MediaSession;

beforeEach(() => {
  vi.useFakeTimers();
  stubWebRtc();
  connections = new FakeConnections();
  sent = [];
  answer = () => Promise.resolve({ answer: 'answer' });
  session = new MediaSession({
    send: (media) => {
      sent.push(media);
      return answer();
    },
    createConnection: connections.create,
    random: () => 1,
  });
});

afterEach(() => {
  session.close();
  vi.useRealTimers();
});

async function join(slots = [{ slot: 'person-0', participant: 'b' }]): Promise<void> {
  session.warm();
  await session.joinOffer();
  await session.joined({
    answer: { answer: 'first' },
    peer: true,
    slots,
    limits: defaultLimits,
  });
  connections.last.become('connected');
}

test('the offer has four sending m-lines, then nine person, three voice and one stage slot', async () => {
  session.warm();
  const offer = await session.joinOffer();
  expect(offer?.sources).toEqual({
    microphone: '0',
    camera: '1',
    screen: '2',
    screen_audio: '3',
  });
  const slots = offer?.slots ?? [];
  expect(slots.map(({ slot }) => slot)).toEqual([
    ...Array.from({ length: 9 }, (_, index) => `person-${String(index)}`),
    ...Array.from({ length: 3 }, (_, index) => `voice-${String(index)}`),
    'stage-0',
  ]);
  expect(slots[0]).toEqual({ slot: 'person-0', audio: '4', video: '5' });
  expect(slots[9]).toEqual({ slot: 'voice-0', audio: '22' });
  const directions = connections.last.transceivers.map(({ init }) => init.direction);
  expect(directions.slice(0, 4)).toEqual(Array(4).fill('sendonly'));
  expect(new Set(directions.slice(4))).toEqual(new Set(['recvonly']));
});

test('a phone sends its camera in two layers, the smaller ones of three', () => {
  const phone = new MediaSession({
    send: () => answer(),
    createConnection: connections.create,
    phone: true,
  });
  phone.warm();
  const encodings = connections.last.transceivers[1]?.init.sendEncodings ?? [];
  expect(encodings.map(({ rid }) => rid)).toEqual(['q', 'h']);
  phone.close();
});

test('only what a room uses is offered', async () => {
  await join();
  for (const { kind, codecs } of connections.last.transceivers) {
    const names = codecs.map(({ mimeType }) => mimeType).sort();
    expect(names).toEqual(
      kind === 'audio' ? ['audio/opus', 'audio/red'] : ['video/VP8', 'video/rtx'],
    );
  }
});

test('the microphone is sent twice where the browser can, and nothing else is', async () => {
  await join();
  const first = connections.last.transceivers.map(({ codecs }) => codecs[0]?.mimeType);
  expect(first.indexOf('audio/red')).toBe(0);
  expect(first.lastIndexOf('audio/red')).toBe(0);
});

test('a participant is found in the stream of the slot that they are in', async () => {
  await join();
  const stream = new FakeStream([], 'person-0');
  const [audio, video] = connections.last.transceivers.slice(4, 6);
  if (audio === undefined || video === undefined) throw new Error('no slot');
  connections.last.arrive(audio, stream);
  connections.last.arrive(video, stream);
  expect(session.mediaOf('b', 'camera')?.stream).toBe(stream);
  expect(stream.getTracks()).toHaveLength(2);
  expect(session.mediaOf('b', 'screen')).toBeNull();

  session.assign([{ slot: 'person-0', participant: 'c' }]);
  expect(session.mediaOf('b', 'camera')).toBeNull();
  expect(session.mediaOf('c', 'camera')?.stream).toBe(stream);
});

test('tracks that come without a stream share one all the same', async () => {
  await join();
  const [audio, video] = connections.last.transceivers.slice(4, 6);
  for (const transceiver of [audio, video]) {
    const fields = { transceiver, track: transceiver?.receiver.track, streams: [] };
    connections.last.dispatchEvent(Object.assign(new Event('track'), fields));
  }
  const stream = session.mediaOf('b', 'camera')?.stream;
  expect(stream?.getTracks()).toHaveLength(2);
});

test('tracks come and go without an offer, and another connection has them too', async () => {
  await join();
  const camera = new FakeTrack('video', 'Camera');
  await session.setTrack('camera', camera.asTrack);
  await session.setTrack('camera', null);
  await session.setTrack('camera', camera.asTrack);
  expect(session.offers).toBe(1);
  session.ended();
  await vi.advanceTimersByTimeAsync(0);
  expect(connections.all).toHaveLength(2);
  expect(connections.last.transceivers[1]?.sender.track).toBe(camera);
});

test('a short interruption is sat out', async () => {
  await join();
  connections.last.become('disconnected');
  expect(session.state).toBe('broken');
  await vi.advanceTimersByTimeAsync(2_000);
  connections.last.become('connected');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(session.state).toBe('connected');
  expect(sent).toHaveLength(0);
});

test('a longer one makes an ICE restart of the same connection', async () => {
  await join();
  connections.last.become('disconnected');
  await vi.advanceTimersByTimeAsync(2_500);
  expect(sent).toMatchObject([{ replace: false }]);
  expect(connections.last.restarts).toBe(1);
  connections.last.become('connected');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(connections.all).toHaveLength(1);
  expect(session.state).toBe('connected');
});

test('a restart that does not help leads to another connection', async () => {
  await join();
  connections.last.become('failed');
  await settle();
  expect(sent).toMatchObject([{ replace: false }]);
  await vi.advanceTimersByTimeAsync(8_001);
  expect(sent).toMatchObject([{ replace: false }, { replace: true }]);
  expect(connections.all).toHaveLength(2);
  connections.last.become('connected');
  expect(session.state).toBe('connected');
  expect(session.offers).toBe(3);
});

test('a change of network makes an ICE restart', async () => {
  await join();
  session.networkChanged();
  await settle();
  expect(sent).toMatchObject([{ replace: false }]);
  expect(connections.last.restarts).toBe(1);
  expect(session.state).toBe('connected');
});

test('a server whose end is gone gets another connection at once, and then after longer waits', async () => {
  await join();
  session.ended();
  await vi.advanceTimersByTimeAsync(0);
  expect(connections.all).toHaveLength(2);
  session.ended();
  await vi.advanceTimersByTimeAsync(1_999);
  expect(connections.all).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(connections.all).toHaveLength(3);
});

test('what never connects is said to be blocked, and tried again', async () => {
  session.warm();
  await session.joinOffer();
  await session.joined({ answer: { answer: '' }, peer: true, slots: [], limits: defaultLimits });
  connections.last.become('failed');
  await settle();
  connections.last.become('failed');
  await vi.advanceTimersByTimeAsync(0);
  expect(session.state).toBe('blocked');
  expect(connections.all).toHaveLength(2);
  connections.last.become('connected');
  expect(session.state).toBe('connected');
});

test('a refused offer ends the connection that made it', async () => {
  await join();
  answer = () => Promise.reject(new RequestError({ code: 'no_peer', message: '' }));
  session.networkChanged();
  await settle();
  answer = () => Promise.resolve({ answer: 'answer' });
  await vi.advanceTimersByTimeAsync(0);
  expect(connections.all[0]?.closed).toBe(true);
  expect(sent).toMatchObject([{ replace: false }, { replace: true }]);
});

test('an offer that was in flight when the line broke is made anew on another connection', async () => {
  await join();
  let fail: (error: Error) => void = () => undefined;
  answer = () =>
    new Promise((_, reject) => {
      fail = reject;
    });
  session.networkChanged();
  await settle();
  session.pause();
  fail(new LineError('The line broke.'));
  await settle();
  expect(sent).toHaveLength(1);
  answer = () => Promise.resolve({ answer: 'answer' });
  await session.joined({ answer: null, peer: true, slots: [], limits: defaultLimits });
  await settle();
  expect(sent).toMatchObject([{ replace: false }, { replace: true }]);
});

test('one offer is in flight at a time', async () => {
  await join();
  let resolve: (answer: MediaAnswer) => void = () => undefined;
  answer = () =>
    new Promise((done) => {
      resolve = done;
    });
  session.networkChanged();
  session.show({ people: 12, screens: 0 });
  await settle();
  expect(sent).toHaveLength(1);
  resolve({ answer: 'a' });
  await settle();
  expect(sent).toHaveLength(2);
  expect(sent[1]?.media.slots.filter(({ slot }) => slot.startsWith('person-'))).toHaveLength(13);
});

test('slots never grow beyond the limit, and the m-lines stay within theirs', async () => {
  await join();
  session.show({ people: 200, screens: 9 });
  await settle();
  const slots = sent[0]?.media.slots ?? [];
  const lines = slots.reduce((sum, { video }) => sum + (video === undefined ? 1 : 2), 4);
  expect(slots.filter(({ slot }) => slot.startsWith('person-'))).toHaveLength(25);
  expect(lines).toBeLessThanOrEqual(defaultLimits.offer_media_lines);
});

test('a paused picture is told of whoever is in the slot, and of nobody who comes after them', async () => {
  await join();
  let changes = 0;
  session.on('streams', () => (changes += 1));
  session.setPaused('person-0', true);
  expect(session.isPaused('b', 'camera')).toBe(true);
  expect(session.isPaused('b', 'screen')).toBe(false);
  session.setPaused('person-0', false);
  expect(session.isPaused('b', 'camera')).toBe(false);
  expect(changes).toBe(2);

  session.setPaused('person-0', true);
  session.assign([{ slot: 'person-0', participant: 'c' }]);
  expect(session.isPaused('c', 'camera')).toBe(false);
});

test('a paused screen is not a paused face', async () => {
  await join([
    { slot: 'person-0', participant: 'b' },
    { slot: 'stage-0', participant: 'b' },
  ]);
  session.setPaused('stage-0', true);
  expect(session.isPaused('b', 'screen')).toBe(true);
  expect(session.isPaused('b', 'camera')).toBe(false);
});

test('what is paused is what the server says after a resume', async () => {
  await join();
  const slots = [
    { slot: 'person-0', participant: 'b' },
    { slot: 'person-1', participant: 'c' },
  ];
  session.setPaused('person-0', true);
  session.pause();
  const rest = { answer: null, peer: true, limits: defaultLimits };
  await session.joined({ ...rest, slots, paused: ['person-1'] });
  expect(session.isPaused('b', 'camera')).toBe(false);
  expect(session.isPaused('c', 'camera')).toBe(true);
});

test('nothing is paused once the end of the server is gone', async () => {
  await join();
  session.setPaused('person-0', true);
  session.ended();
  expect(session.isPaused('b', 'camera')).toBe(false);
});
