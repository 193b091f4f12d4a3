// Devices in mid-call: media comes back by itself, in the state that it had, or one sentence says what to press.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FakeDevices, stubWebRtc } from '../testing/media';
import { settle } from '../testing/server';
import type { DeviceNotice, SourcesOptions } from './sources';
import { LocalSources } from './sources';

let devices: FakeDevices;
let notices: DeviceNotice[];
let sources: LocalSources;

const headset = { kind: 'audioinput', deviceId: 'mic-2', label: 'Headset' } as const;
const webcam = { kind: 'videoinput', deviceId: 'cam-2', label: 'Webcam' } as const;

async function open(options: Partial<SourcesOptions> = {}): Promise<void> {
  const wanted = { microphone: true, camera: true, microphoneId: null, cameraId: null };
  sources = new LocalSources({ ...wanted, ...options }, devices.asDevices);
  sources.on('notice', (notice) => notices.push(notice));
  await sources.open();
  sources.seen = true;
}

const inUse = () => sources.track('microphone')?.label;

beforeEach(() => {
  stubWebRtc();
  devices = new FakeDevices();
  notices = [];
});

afterEach(() => {
  sources.close();
  vi.useRealTimers();
});

test('the system’s choice is followed where nobody chose', async () => {
  await open();
  devices.plug(headset, { asDefault: true });
  await settle();
  expect(inUse()).toBe('Headset');
  expect(notices).toEqual([{ notice: 'using', kind: 'microphone', label: 'Headset' }]);
  expect(devices.opened[0]?.readyState).toBe('ended');
});

test('a mute stays a mute when the system’s choice changes', async () => {
  await open();
  await sources.setMicrophone(false);
  devices.plug(headset, { asDefault: true });
  await settle();
  expect(inUse()).toBe('Headset');
  expect(sources.state.microphone).toBe(false);
});

test('a chosen microphone stays, whatever the system chooses', async () => {
  await open({ microphoneId: 'mic-1' });
  devices.plug(headset, { asDefault: true });
  await settle();
  expect(inUse()).toBe('Desk microphone');
  expect(notices).toEqual([]);
});

test('a chosen microphone that comes back is used again', async () => {
  devices.devices.push(headset);
  await open({ microphoneId: 'mic-2' });
  devices.unplug('mic-2');
  await settle();
  expect(inUse()).toBe('Desk microphone');
  devices.plug(headset);
  await settle();
  expect(inUse()).toBe('Headset');
  expect(notices.map(({ notice }) => notice)).toEqual(['unplugged', 'using']);
});

test('the only microphone brings the sound back when it is plugged in again', async () => {
  await open();
  devices.refusals = { audio: 'NotFoundError' };
  devices.unplug('mic-1');
  await settle();
  expect(sources.state.microphone).toBe(false);
  expect(sources.obstacle('microphone')).toBe('missing');
  devices.refusals = {};
  devices.plug({ kind: 'audioinput', deviceId: 'mic-1', label: 'Desk microphone' });
  await settle();
  expect(sources.state.microphone).toBe(true);
  expect(sources.obstacle('microphone')).toBeNull();
});

test('a camera that comes back shows nobody by itself, and says what to press', async () => {
  devices.devices.push(webcam);
  await open({ cameraId: 'cam-2' });
  devices.unplug('cam-2');
  await settle();
  devices.plug(webcam);
  await settle();
  expect(sources.state.camera).toBe(false);
  expect(notices.at(-1)).toEqual({ notice: 'plugged', label: 'Webcam' });
});

test('before one is seen, a camera that is plugged in shows in the preview', async () => {
  devices.devices = devices.devices.filter(({ kind }) => kind === 'audioinput');
  devices.refusals = { video: 'NotFoundError' };
  await open();
  sources.seen = false;
  expect(sources.obstacle('camera')).toBe('missing');
  devices.refusals = {};
  devices.plug(webcam);
  await settle();
  expect(sources.state.camera).toBe(true);
});

test('after sleep, a microphone and a camera that ended meanwhile are there again', async () => {
  await open();
  for (const track of devices.opened) track.readyState = 'ended';
  await sources.recover();
  expect(sources.state).toMatchObject({ microphone: true, camera: true });
  expect(sources.track('camera')?.readyState).toBe('live');
});

test('a camera that sleep took away comes back with the machine', async () => {
  await open();
  devices.unplug('cam-1');
  await settle();
  expect(sources.state.camera).toBe(false);
  devices.plug({ kind: 'videoinput', deviceId: 'cam-1', label: 'Desk camera' });
  await sources.recover();
  expect(sources.state.camera).toBe(true);
});

test('a phone call mutes for the others, is said, and ends by itself', async () => {
  vi.useFakeTimers();
  await open();
  const track = devices.opened.find(({ kind }) => kind === 'audio');
  track?.interrupt();
  expect(sources.state.microphone).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(notices).toEqual([{ notice: 'interrupted', kind: 'microphone' }]);
  track?.resume();
  expect(sources.state.microphone).toBe(true);
});

test('a moment without sound is not spoken of', async () => {
  vi.useFakeTimers();
  await open();
  const track = devices.opened.find(({ kind }) => kind === 'audio');
  track?.interrupt();
  await vi.advanceTimersByTimeAsync(500);
  track?.resume();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(notices).toEqual([]);
});

test('a device that the system does not give back is opened anew by one press', async () => {
  await open();
  devices.opened.find(({ kind }) => kind === 'audio')?.interrupt();
  await sources.setMicrophone(true);
  expect(sources.state.microphone).toBe(true);
  expect(devices.opened).toHaveLength(3);
});

test('a permission that is given later opens what was wanted, without a press', async () => {
  const status = Object.assign(new EventTarget(), { state: 'denied' });
  vi.spyOn(navigator.permissions, 'query').mockResolvedValue(status as unknown as PermissionStatus);
  devices.refusals = { audio: 'NotAllowedError', video: 'NotAllowedError' };
  await open();
  sources.seen = false;
  expect(sources.obstacle('microphone')).toBe('denied');
  devices.refusals = {};
  status.state = 'granted';
  await settle();
  status.dispatchEvent(new Event('change'));
  await settle();
  expect(sources.state).toMatchObject({ microphone: true, camera: true });
});

test('a question that was closed can be asked again', async () => {
  const status = Object.assign(new EventTarget(), { state: 'prompt' });
  vi.spyOn(navigator.permissions, 'query').mockResolvedValue(status as unknown as PermissionStatus);
  devices.refusals = { audio: 'NotAllowedError', video: 'NotAllowedError' };
  await open();
  expect(sources.obstacle('camera')).toBe('dismissed');
  devices.refusals = {};
  await sources.tryAgain();
  expect(devices.asked.at(-1)).toMatchObject({ audio: {}, video: {} });
  expect(sources.obstacle('camera')).toBeNull();
});

test('a phone sends a smaller picture, and fewer of them while nobody looks at its page', async () => {
  const visibility = vi.spyOn(document, 'visibilityState', 'get');
  await open({ phone: true });
  expect(devices.asked[0]).toMatchObject({ video: { width: { ideal: 640 } } });
  const camera = devices.opened.find(({ kind }) => kind === 'video');
  visibility.mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(camera?.constraints).toMatchObject({ frameRate: { max: 5 } });
  visibility.mockReturnValue('visible');
  document.dispatchEvent(new Event('visibilitychange'));
  expect(camera?.constraints).toMatchObject({ frameRate: { max: 24 } });
});

test('the browser’s own cleaning rests while ours is at work', async () => {
  const quiet = vi.fn((track: MediaStreamTrack) => Promise.resolve({ track, stop: vi.fn() }));
  await open({ startEffects: { blur: quiet, quiet } });
  const microphone = devices.opened.find(({ kind }) => kind === 'audio');
  await sources.setEffect('quiet', true);
  expect(microphone?.constraints).toMatchObject({ noiseSuppression: false });
  await sources.setEffect('quiet', false);
  expect(microphone?.constraints).toMatchObject({ noiseSuppression: true });
});

test('what is shared is told, with its sound', async () => {
  await open();
  await sources.shareScreen();
  const share = devices.opened.at(-1);
  if (share !== undefined) share.displaySurface = 'window';
  expect(sources.shared).toEqual({ surface: 'window', sound: false });
  sources.stopScreen();
  expect(sources.shared).toBeNull();
});
