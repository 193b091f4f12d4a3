// What this browser remembers, and that rubbish in its store harms nothing.
import { beforeEach, expect, test, vi } from 'vitest';

import { readPreferences, writePreferences } from './preferences';

beforeEach(() => {
  localStorage.clear();
});

test('what was changed is remembered, and the rest stays as it begins', () => {
  writePreferences({ name: 'Ada', cameraId: 'cam-2' });
  writePreferences({ microphone: false });
  expect(readPreferences()).toMatchObject({
    name: 'Ada',
    microphone: false,
    camera: true,
    microphoneId: null,
    cameraId: 'cam-2',
    speakerId: null,
  });
});

test.each(['{', 'null', '[]', '"x"', '{"name":3,"camera":"yes","other":1,"microphone":null}'])(
  'a store with %s counts as empty',
  (stored) => {
    localStorage.setItem('zoom.preferences', stored);
    expect(readPreferences()).toMatchObject({ name: '', camera: true, microphone: true });
    expect(readPreferences()).not.toHaveProperty('other');
  },
);

test('a browser that forbids storage works all the same', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('', 'QuotaExceededError');
  });
  expect(() => {
    writePreferences({ name: 'Ada' });
  }).not.toThrow();
});
