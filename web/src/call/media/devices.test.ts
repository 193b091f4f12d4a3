// The browser's list of devices: what can be chosen, what the system uses, and what a refusal means.
import { expect, test } from 'vitest';

import { obstacleOf, sortDevices } from './devices';

const microphone = (deviceId: string, label: string, groupId = '') => ({
  kind: 'audioinput' as const,
  deviceId,
  label,
  groupId,
});

test('what stands for the system’s device is not chosen, but names it', () => {
  const { devices, defaults } = sortDevices([
    microphone('default', 'Default - Headset', 'b'),
    microphone('communications', 'Communications - Headset', 'b'),
    microphone('a', 'Built-in', 'a'),
    microphone('b', 'Headset', 'b'),
  ]);
  expect(devices.microphone.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(defaults.microphone).toEqual({ id: 'b', label: 'Headset' });
});

test('where its name says nothing the group does', () => {
  const list = [microphone('default', 'Standard', 'b'), microphone('a', 'A', 'a')];
  const { defaults } = sortDevices([...list, microphone('b', 'B', 'b')]);
  expect(defaults.microphone).toEqual({ id: 'b', label: 'B' });
});

test('a browser without such names lists the system’s device first', () => {
  const { defaults } = sortDevices([microphone('a', 'Headset'), microphone('b', 'Built-in')]);
  expect(defaults.microphone).toEqual({ id: 'a', label: 'Headset' });
});

test('a device without a name is there, and cannot be chosen', () => {
  const { devices, present } = sortDevices([microphone('', '')]);
  expect(devices.microphone).toEqual([]);
  expect(present.has('microphone')).toBe(true);
  expect(present.has('camera')).toBe(false);
});

test.each([
  ['NotAllowedError', 'Permission denied', 'denied'],
  ['NotAllowedError', 'Permission denied by system', 'system'],
  ['NotFoundError', '', 'missing'],
  ['NotReadableError', '', 'busy'],
  ['AbortError', '', 'busy'],
])('%s “%s” means %s', (name, message, obstacle) => {
  expect(obstacleOf(new DOMException(message, name))).toBe(obstacle);
});
