// What a person chose to be told of: asked for at that moment, kept for each room apart.
import { beforeEach, expect, test, vi } from 'vitest';

import { Notifying } from './notifying.svelte';

const requestPermission = vi.fn();

/** A browser whose person answers like this. */
function browser(permission: NotificationPermission, answer: NotificationPermission): void {
  const notification = { permission, requestPermission };
  requestPermission.mockImplementation(() => {
    notification.permission = answer;
    return Promise.resolve(answer);
  });
  vi.stubGlobal('Notification', notification);
}

beforeEach(() => {
  localStorage.clear();
  requestPermission.mockReset();
});

test('nobody is asked before they choose, and then once', async () => {
  browser('default', 'granted');
  const notifying = new Notifying('otter');
  expect(notifying.choice).toBe('none');
  expect(requestPermission).not.toHaveBeenCalled();
  expect(await notifying.choose('mentions')).toBe('chosen');
  expect(await notifying.choose('all')).toBe('chosen');
  expect(requestPermission).toHaveBeenCalledTimes(1);
  expect(notifying.choice).toBe('all');
});

test('a choice holds for its room, and at the next visit', async () => {
  browser('granted', 'granted');
  await new Notifying('otter').choose('mentions');
  expect(new Notifying('otter').choice).toBe('mentions');
  expect(new Notifying('heron').choice).toBe('none');
  await new Notifying('otter').choose('none');
  expect(localStorage.length).toBe(0);
});

test('who says no to the browser is told nothing', async () => {
  browser('default', 'denied');
  const notifying = new Notifying('otter');
  expect(await notifying.choose('all')).toBe('denied');
  expect(notifying.choice).toBe('none');
});

test('a choice without permission counts for nothing', () => {
  browser('denied', 'denied');
  localStorage.setItem('zoom.notify.otter', 'all');
  expect(new Notifying('otter').choice).toBe('none');
});

test('nobody needs permission to turn it off', async () => {
  browser('denied', 'denied');
  expect(await new Notifying('otter').choose('none')).toBe('chosen');
  expect(requestPermission).not.toHaveBeenCalled();
});

test('sounds are on until they are switched off, in all rooms', () => {
  browser('default', 'default');
  const notifying = new Notifying('otter');
  expect(notifying.sounds).toBe(true);
  notifying.sounds = false;
  expect(new Notifying('heron').sounds).toBe(false);
});
