// A stay in a room: one offer at the join, coming back by the token, messages sent exactly once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { defaultLimits } from '../protocol/messages';
import type { CallOptions } from './call';
import { Call } from './call';
import type { Store } from './outbox';
import { handsOf } from './people';
import { FakeConnections, FakeDevices, stubWebRtc } from './testing/media';
import { entry, FakeServer, joined, page, participant, settle } from './testing/server';

let server: FakeServer;
let connections: FakeConnections;
let devices: FakeDevices;
let call: Call;

function newCall(store: Store | null = null, options: Partial<CallOptions> = {}): Call {
  return new Call({
    url: 'ws://test/api/socket',
    room: 'blue-otter-42',
    language: 'en',
    microphone: true,
    camera: false,
    microphoneId: null,
    cameraId: null,
    store,
    createSocket: server.create,
    createConnection: connections.create,
    mediaDevices: devices.asDevices,
    random: () => 1,
    ...options,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  stubWebRtc();
  server = new FakeServer();
  connections = new FakeConnections();
  devices = new FakeDevices();
  call = newCall();
});

afterEach(async () => {
  await Promise.all([call.leave(), vi.advanceTimersByTimeAsync(20_000)]);
  vi.useRealTimers();
});

/** Into the room, and media flows. */
async function enter(snapshot = joined()): Promise<void> {
  call.warm();
  await server.welcome();
  const entered = call.join('Ada');
  await settle();
  await server.answer('join', { type: 'joined', ...snapshot });
  await entered;
  connections.last.become('connected');
}

/** The line breaks, and the next socket is accepted with this snapshot. */
async function comeBack(snapshot = joined({ resume_token: 'token-2' })): Promise<void> {
  server.socket.break();
  await vi.advanceTimersByTimeAsync(400);
  const { media, ...resumed } = snapshot;
  expect(media).toBeDefined();
  await server.welcome({ resumed });
}

test('the offer is prepared during the preview, and the join carries the only one', async () => {
  call.warm();
  await settle();
  expect(connections.last.offersMade).toBe(1);
  await enter();
  const [join] = server.socket.of('join');
  expect(join).toMatchObject({ room: 'blue-otter-42', name: 'Ada', media: { offer: 'offer 1' } });
  expect(connections.all).toHaveLength(1);
  expect(connections.last.offersMade).toBe(1);
  expect(connections.last.answers).toEqual(['answer']);
  expect(call.phase).toBe('inside');
});

test('somebody who comes in while the server is away enters when it is there', async () => {
  const entered = call.join('Ada');
  server.socket.break();
  await vi.advanceTimersByTimeAsync(400);
  expect(call.phase).toBe('entering');
  await server.welcome();
  await server.answer('join', { type: 'joined', ...joined() });
  await entered;
  expect(call.phase).toBe('inside');
});

test('hands are known in their order, and a reaction is told as it comes', async () => {
  const hands = [participant('a', { hand: 7 }), participant('b'), participant('c', { hand: 2 })];
  await enter(joined({ participants: hands }));
  expect(handsOf(call.people).map((it) => it.participant)).toEqual(['c', 'a']);
  server.socket.event({ type: 'participant_changed', participant: participant('b', { hand: 1 }) });
  expect(handsOf(call.people).map((it) => it.participant)).toEqual(['b', 'c', 'a']);
  const shown: unknown[] = [];
  call.on('reaction', (reaction) => shown.push(reaction));
  server.socket.event({ type: 'reaction', participant: 'b', reaction: '👏' });
  expect(shown).toEqual([{ participant: 'b', reaction: '👏' }]);
});

test('how well connections do is known of those it is told of', async () => {
  const poor = { level: 'poor', reason: 'loss', direction: 'up' } as const;
  await enter(joined({ participants: [participant('a'), participant('b', { quality: poor })] }));
  const known = () => call.people.participants.map((it) => it.quality?.level);
  expect(known()).toEqual([undefined, 'poor']);
  const good = { level: 'good', reason: 'none' } as const;
  const changes = [
    { participant: 'a', quality: good },
    { participant: 'b', quality: null },
  ];
  server.socket.event({ type: 'quality', changes });
  expect(known()).toEqual(['good', undefined]);
});

test('who is there is known at the door, and not asked for any more inside', async () => {
  const seen: (number | undefined)[] = [];
  call.on('present', (present) => seen.push(present?.count));
  call.warm();
  await server.welcome();
  await server.answer('look', { type: 'looked', people: [], count: 3, call: true });
  expect(seen).toEqual([3]);
  const entered = call.join('Ada');
  await settle();
  await server.answer('join', { type: 'joined', ...joined() });
  await entered;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(seen.at(-1)).toBeUndefined();
  expect(server.sockets.flatMap((socket) => socket.of('look'))).toHaveLength(1);
});

test('a refused join says why and leaves one outside', async () => {
  call.warm();
  await server.welcome();
  const refused = expect(call.join('Ada')).rejects.toMatchObject({ code: 'room_full' });
  await settle();
  await server.answer('join', { type: 'error', code: 'room_full', message: 'Full.' });
  await refused;
  expect(call.phase).toBe('outside');
});

test('an offer that the server does not take costs the media, not the room', async () => {
  call.warm();
  await server.welcome();
  const entered = call.join('Ada');
  await settle();
  await server.answer('join', { type: 'error', code: 'bad_offer', message: 'No.' });
  expect(server.socket.of('join').at(-1)?.media).toBeUndefined();
  const { media, ...rest } = joined({ peer: false });
  expect(media).toBeDefined();
  await server.answer('join', { type: 'joined', ...rest });
  await entered;
  expect(call.phase).toBe('inside');
});

test('it comes back by the token, after the last entry that it has', async () => {
  await enter(joined({ timeline: page([entry(1), entry(2)]) }));
  server.socket.event({ type: 'entry', entry: entry(3) });
  await comeBack();
  expect(server.socket.sent[0]).toMatchObject({
    type: 'hello',
    resume: { token: 'token-1', after: 3 },
  });
  expect(server.socket.of('join')).toHaveLength(0);
  expect(call.phase).toBe('inside');
});

test('media that flowed on through a broken line is left alone', async () => {
  await enter();
  await comeBack();
  expect(connections.all).toHaveLength(1);
  expect(server.socket.of('media')).toHaveLength(0);
});

test('a picture that the way does not carry is known, also after coming back', async () => {
  const slots = [{ slot: 'person-0', participant: 'b' }];
  await enter(joined({ slots }));
  server.socket.event({ type: 'picture', slot: 'person-0', paused: true });
  expect(call.isPaused('b', 'camera')).toBe(true);
  await comeBack(joined({ slots, paused: ['person-0'] }));
  expect(call.isPaused('b', 'camera')).toBe(true);
  server.socket.event({ type: 'picture', slot: 'person-0', paused: false });
  expect(call.isPaused('b', 'camera')).toBe(false);
});

test('a server that has no peer any more gets another one', async () => {
  await enter();
  await comeBack(joined({ peer: false }));
  expect(connections.all).toHaveLength(2);
  expect(connections.all[0]?.closed).toBe(true);
  expect(server.socket.of('media')).toMatchObject([{ replace: true, media: { offer: 'offer 1' } }]);
});

test('a refused resume enters anew under the same name, without asking', async () => {
  await enter();
  server.socket.break();
  await vi.advanceTimersByTimeAsync(400);
  await server.welcome({ refused: { code: 'resume_refused', message: 'Gone.' } });
  expect(server.socket.of('join')).toMatchObject([{ name: 'Ada' }]);
  await server.answer('join', {
    type: 'joined',
    ...joined({ you: 'c', participants: [participant('c')] }),
  });
  expect(call.self).toBe('c');
  expect(call.phase).toBe('inside');
});

test('what is written while the line is down is sent once when it is back', async () => {
  await enter();
  server.socket.break();
  call.conversation.post({ text: 'Hello' });
  expect(call.chat.outgoing).toMatchObject([{ text: 'Hello', state: 'pending' }]);
  await vi.advanceTimersByTimeAsync(400);
  await server.welcome({ resumed: joined() });
  expect(server.socket.of('post')).toHaveLength(1);
  await server.posted(1);
  expect(call.chat.outgoing).toHaveLength(0);
  expect(call.chat.entries).toMatchObject([{ number: 1, body: { text: 'Hello' } }]);
});

test('a message whose answer was lost is sent again with the same id', async () => {
  await enter();
  call.conversation.post({ text: 'Hello' });
  const [first] = server.socket.of('post');
  await comeBack();
  const again = server.socket.of('post');
  expect(again).toHaveLength(1);
  expect(again[0]?.client_id).toBe(first?.client_id);
});

test('a message whose answer was lost, and which is in the timeline, is not sent again', async () => {
  await enter();
  call.conversation.post({ text: 'Hello' });
  const [first] = server.socket.of('post');
  const written = entry(1, { client_id: first?.client_id ?? '' });
  await comeBack(joined({ timeline: page([written]) }));
  expect(server.socket.of('post')).toHaveLength(0);
  expect(call.chat.outgoing).toHaveLength(0);
  expect(call.chat.entries).toHaveLength(1);
});

test('messages go out one after the other, in the order in which they were written', async () => {
  await enter();
  call.conversation.post({ text: 'One' });
  call.conversation.post({ text: 'Two' });
  expect(server.socket.of('post').map(({ text }) => text)).toEqual(['One']);
  await server.posted(1);
  expect(server.socket.of('post').map(({ text }) => text)).toEqual(['One', 'Two']);
});

test('a refused message waits for the person, who tries again or gives it up', async () => {
  await enter();
  call.conversation.post({ text: 'Hello' });
  await server.answer('post', { type: 'error', code: 'storage_full', message: 'Disk full.' });
  const [failed] = call.chat.outgoing;
  expect(failed).toMatchObject({ state: 'failed', reason: 'Disk full.' });
  call.conversation.retry(failed?.client_id ?? '');
  await settle();
  expect(server.socket.of('post')).toHaveLength(2);
  await server.answer('post', { type: 'error', code: 'storage_full', message: 'Disk full.' });
  call.conversation.discard(failed?.client_id ?? '');
  expect(call.chat.outgoing).toHaveLength(0);
});

test('a server that asks for patience gets the message again a little later', async () => {
  await enter();
  call.conversation.post({ text: 'Hello' });
  await server.answer('post', { type: 'error', code: 'too_fast', message: 'Slowly.' });
  expect(call.chat.outgoing).toMatchObject([{ state: 'pending' }]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.socket.of('post')).toHaveLength(2);
});

test('a message that is not sent yet survives a reload of the page', async () => {
  const kept = new Map<string, string>();
  const store: Store = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
  call = newCall(store);
  await enter();
  server.socket.break();
  call.conversation.post({ text: 'Hello' });
  const [written] = call.chat.outgoing;

  server = new FakeServer();
  call = newCall(store);
  await enter();
  expect(server.socket.of('post')).toMatchObject([
    { text: 'Hello', client_id: written?.client_id },
  ]);
  await server.posted(1);
  expect(kept.size).toBe(0);
});

test('what changed in a short absence is taken in, before anything is sent', async () => {
  await enter(joined({ timeline: page([entry(1), entry(2)]), last: 2 }));
  server.socket.break();
  call.conversation.post({ text: 'Hello' });
  await vi.advanceTimersByTimeAsync(400);
  const edited = entry(1, { changed: 4, body: { type: 'message', text: 'Again' } });
  await server.welcome({ resumed: joined({ changes: [entry(3), edited], last: 4 }) });
  expect(call.chat.entries).toEqual([edited, entry(2), entry(3)]);
  expect(server.socket.of('post')).toHaveLength(1);
});

test('after a long absence the timeline begins anew', async () => {
  await enter(joined({ timeline: page([entry(1)]), last: 1 }));
  server.socket.break();
  await vi.advanceTimersByTimeAsync(400);
  const newest = page([entry(104), entry(105)], true);
  await server.welcome({ resumed: joined({ timeline: newest, last: 105 }) });
  expect(call.chat).toMatchObject({ entries: newest.entries, moreBefore: true });
});

test('each visit is by the same author where the browser has a secret', async () => {
  call = newCall(null, { identity: 'secret-of-this-browser' });
  await enter();
  expect(server.socket.of('join')).toMatchObject([{ identity: 'secret-of-this-browser' }]);
  expect(call.author).toBe('author-a');
});

test('muting says so, keeps the microphone open and needs no offer', async () => {
  await call.sources.open();
  await enter();
  const [microphone] = devices.opened;
  await call.sources.setMicrophone(false);
  expect(microphone?.readyState).toBe('live');
  expect(microphone?.enabled).toBe(false);
  expect(server.socket.of('publish')).toMatchObject([{ sources: { microphone: false } }]);
  expect(connections.last.offersMade).toBe(1);
});

test('a camera that comes on after the join needs no offer', async () => {
  await enter();
  await call.sources.setCamera(true);
  const camera = connections.last.transceivers[1];
  expect(camera?.init.sendEncodings?.map(({ rid }) => rid)).toEqual(['q', 'h', 'f']);
  expect(camera?.sender.track).toBe(devices.opened[0]);
  expect(server.socket.of('publish')).toMatchObject([{ sources: { camera: true } }]);
  expect(connections.last.offersMade).toBe(1);
});

test('what changed while the line was down is told when it is back', async () => {
  await enter(joined({ participants: [participant('a', { sources: call.sources.state })] }));
  server.socket.break();
  await call.sources.setCamera(true);
  await vi.advanceTimersByTimeAsync(400);
  const self = participant('a', {
    sources: { microphone: false, camera: false, screen: false, screen_audio: false },
  });
  await server.welcome({ resumed: joined({ participants: [self] }) });
  expect(server.socket.of('publish')).toMatchObject([{ sources: { camera: true } }]);
});

test('people come, change and go', async () => {
  const passages: [string, boolean][] = [];
  call.on('passage', ({ participant: { name }, came }) => passages.push([name, came]));
  await enter();
  server.socket.event({ type: 'participant_joined', participant: participant('b') });
  server.socket.event({ type: 'typing', participant: 'b', typing: true });
  server.socket.event({ type: 'speakers', participants: ['b'] });
  const away = participant('b', { connected: false });
  server.socket.event({ type: 'participant_changed', participant: away });
  expect(call.people).toMatchObject({
    participants: [{ participant: 'a' }, { participant: 'b', connected: false }],
    typing: ['b'],
    speakers: ['b'],
  });
  server.socket.event({ type: 'participant_left', participant: 'b', reason: 'left' });
  expect(call.people).toMatchObject({
    participants: [{ participant: 'a' }],
    typing: [],
    speakers: [],
  });
  expect(passages).toEqual([
    ['Name of b', true],
    ['Name of b', false],
  ]);
});

test('what is shown is told, once while it stays, and nothing while the page is hidden', async () => {
  await enter();
  const tile = { participant: 'b', source: 'camera' as const, width: 640.4, height: 360 };
  call.show([tile]);
  await vi.advanceTimersByTimeAsync(200);
  call.show([tile]);
  await vi.advanceTimersByTimeAsync(200);
  const views = () => server.socket.of('view').map(({ tiles }) => tiles);
  expect(views()).toEqual([[], [{ ...tile, width: 640 }]]);
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(views().at(-1)).toEqual([]);
  visibility.mockReturnValue('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(views().at(-1)).toEqual([{ ...tile, width: 640 }]);
});

test('more tiles than slots cause one more offer, with the slots that were there in their place', async () => {
  await enter();
  const tiles = Array.from({ length: 12 }, (_, index) => ({
    participant: `p${String(index)}`,
    source: 'camera' as const,
    width: 100,
    height: 100,
  }));
  call.show(tiles);
  await settle();
  const [media] = server.socket.of('media');
  expect(media?.replace).toBe(false);
  expect(media?.media.slots.filter(({ slot }) => slot.startsWith('person-'))).toHaveLength(13);
  await server.answer('media', { type: 'media', answer: 'answer 2' });
  call.show(tiles);
  await settle();
  expect(server.socket.of('media')).toHaveLength(1);
});

test('leaving says so, frees every device and ends the line', async () => {
  await call.sources.open();
  await enter();
  const left = call.leave();
  expect(server.socket.of('leave')).toHaveLength(1);
  expect(devices.opened.every(({ readyState }) => readyState === 'ended')).toBe(true);
  expect(connections.last.closed).toBe(true);
  await server.answer('leave', { type: 'done' });
  await left;
  expect(call.phase).toBe('left');
  expect(call.line).toBe('closed');
});

test('a stay that goes on elsewhere ends here and does not come back', async () => {
  await enter();
  server.socket.break(4001);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(call.phase).toBe('left');
  expect(call.leftReason).toBe('replaced');
  expect(server.sockets).toHaveLength(1);
});

test('the limits are those of the server', async () => {
  call.warm();
  await server.welcome({ limits: { ...defaultLimits, message_chars: 5 } });
  expect(call.limits.message_chars).toBe(5);
});
