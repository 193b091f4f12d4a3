// Devices: opened with one question, muted without closing, freed when off, missed when gone.
import { beforeEach, expect, test, vi } from 'vitest';

import { FakeDevices, stubWebRtc } from '../testing/media';
import { settle } from '../testing/server';
import type { DeviceNotice } from './sources';
import type { SourcesOptions } from './sources';
import { LocalSources } from './sources';

let devices: FakeDevices;
let notices: DeviceNotice[];

const wanted: SourcesOptions = {
  microphone: true,
  camera: true,
  microphoneId: null,
  cameraId: null,
};

function sourcesWith(options = wanted): LocalSources {
  const sources = new LocalSources(options, devices.asDevices);
  sources.on('notice', (notice) => notices.push(notice));
  return sources;
}

function permitted(states: Record<string, PermissionState>): void {
  vi.spyOn(navigator.permissions, 'query').mockImplementation(({ name }) =>
    Promise.resolve({ state: states[name] ?? 'prompt' } as PermissionStatus),
  );
}

beforeEach(() => {
  stubWebRtc();
  devices = new FakeDevices();
  notices = [];
});

test('camera and microphone are asked for at once', async () => {
  const sources = sourcesWith();
  await sources.open();
  expect(devices.asked).toHaveLength(1);
  expect(sources.state).toMatchObject({ microphone: true, camera: true });
  expect(sources.devices.camera).toEqual([{ id: 'cam-1', label: 'Desk camera' }]);
});

test('a microphone that is to be muted is opened muted', async () => {
  const sources = sourcesWith({ ...wanted, microphone: false, camera: false });
  await sources.open();
  expect(sources.state.microphone).toBe(false);
  expect(devices.opened).toMatchObject([{ kind: 'audio', enabled: false, readyState: 'live' }]);
});

test('a person who said no is not asked a second time', async () => {
  devices.refusals = { audio: 'NotAllowedError', video: 'NotAllowedError' };
  permitted({ microphone: 'denied', camera: 'denied' });
  const sources = sourcesWith();
  await sources.open();
  expect(devices.asked).toHaveLength(1);
  expect(sources.obstacle('microphone')).toBe('denied');
  expect(sources.obstacle('camera')).toBe('denied');
});

test('a person who said no to the camera alone is heard', async () => {
  devices.refusals = { video: 'NotAllowedError' };
  permitted({ microphone: 'granted', camera: 'denied' });
  const sources = sourcesWith();
  await sources.open();
  expect(sources.state).toMatchObject({ microphone: true, camera: false });
  expect(sources.obstacle('camera')).toBe('denied');
});

test('without a camera the microphone works', async () => {
  devices.refusals = { video: 'NotFoundError' };
  const sources = sourcesWith();
  await sources.open();
  expect(sources.state).toMatchObject({ microphone: true, camera: false });
  expect(sources.obstacle('camera')).toBe('missing');
  expect(sources.obstacle('microphone')).toBeNull();
});

test('a page without devices says that it came over an insecure way', async () => {
  const sources = new LocalSources(wanted, undefined);
  await sources.open();
  expect(sources.obstacle('microphone')).toBe('insecure');
  await sources.setCamera(true);
  expect(sources.state.camera).toBe(false);
});

test('a camera that is off is freed', async () => {
  const sources = sourcesWith();
  const tracks: unknown[] = [];
  sources.on('track', ({ source, track }) => source === 'camera' && tracks.push(track));
  await sources.open();
  const camera = devices.opened.find(({ kind }) => kind === 'video');
  await sources.setCamera(false);
  expect(camera?.readyState).toBe('ended');
  expect(tracks).toEqual([camera, null]);
});

test('another microphone in mid-call keeps the mute', async () => {
  devices.devices.push({ kind: 'audioinput', deviceId: 'mic-2', label: 'Headset' });
  const sources = sourcesWith();
  await sources.open();
  await sources.setMicrophone(false);
  await sources.use('microphone', 'mic-2');
  expect(sources.chosen('microphone')).toBe('mic-2');
  expect(sources.state.microphone).toBe(false);
  expect(devices.opened[0]?.readyState).toBe('ended');
});

test('an unplugged microphone is replaced and named', async () => {
  devices.devices.push({ kind: 'audioinput', deviceId: 'mic-2', label: 'Headset' });
  const sources = sourcesWith({ ...wanted, microphoneId: 'mic-2' });
  await sources.open();
  devices.devices = devices.devices.filter(({ deviceId }) => deviceId !== 'mic-2');
  devices.opened.find(({ label }) => label === 'Headset')?.unplug();
  await settle();
  expect(notices).toEqual([
    { notice: 'unplugged', kind: 'microphone', label: 'Headset', instead: 'Desk microphone' },
  ]);
  expect(sources.state.microphone).toBe(true);
});

test('an unplugged camera is off and named, and no other takes over by itself', async () => {
  const sources = sourcesWith();
  await sources.open();
  devices.opened.find(({ kind }) => kind === 'video')?.unplug();
  await settle();
  expect(sources.state.camera).toBe(false);
  expect(notices).toMatchObject([{ notice: 'unplugged', kind: 'camera', instead: null }]);
  expect(devices.asked).toHaveLength(1);
});

test('sharing ends when the browser ends it', async () => {
  const sources = sourcesWith();
  expect(await sources.shareScreen()).toBe(true);
  expect(sources.state.screen).toBe(true);
  expect(devices.opened[0]?.contentHint).toBe('detail');
  devices.opened[0]?.unplug();
  expect(sources.state.screen).toBe(false);
});

test('a share goes from sharp text to smooth motion without another question', async () => {
  const sources = sourcesWith();
  await sources.shareScreen();
  const [track] = devices.opened;
  const sent = vi.fn();
  sources.on('track', sent);
  sources.setScreenMotion(true);
  expect(track?.contentHint).toBe('motion');
  expect(track?.constraints).toEqual({ frameRate: { ideal: 30, max: 30 } });
  expect(sent).toHaveBeenCalledExactlyOnceWith({ source: 'screen', track });
  sources.stopScreen();
  await sources.shareScreen();
  expect(devices.opened[1]?.contentHint).toBe('motion');
});

test('somebody who chooses no screen is not told of a fault', async () => {
  devices.refusals = { screen: 'NotAllowedError' };
  const sources = sourcesWith();
  expect(await sources.shareScreen()).toBe(false);
  expect(notices).toEqual([]);
});

test('a device that is plugged in shows in the list', async () => {
  const sources = sourcesWith();
  await sources.open();
  const changed = vi.fn();
  sources.on('changed', changed);
  devices.devices.push({ kind: 'audiooutput', deviceId: 'out-1', label: 'Loudspeaker' });
  devices.dispatchEvent(new Event('devicechange'));
  await settle();
  expect(changed).toHaveBeenCalled();
  expect(sources.devices.speaker).toEqual([{ id: 'out-1', label: 'Loudspeaker' }]);
});

test('what is still being opened when one leaves is freed when it comes', async () => {
  const sources = sourcesWith();
  const opening = sources.open();
  sources.close();
  await opening;
  expect(devices.opened.every(({ readyState }) => readyState === 'ended')).toBe(true);
});
