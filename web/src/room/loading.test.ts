// A part of the page is fetched until it is there; a page of another version loads itself anew.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { loadView } from './loading';

const view = () => ({});
const load = vi.fn<() => Promise<{ default: typeof view }>>();
const reload = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  load.mockReset();
  reload.mockReset();
});

afterEach(() => {
  vi.useRealTimers();
});

test('a network that fails for a moment costs that moment', async () => {
  load.mockRejectedValueOnce(new TypeError('failed to fetch'));
  load.mockResolvedValue({ default: view });
  const loading = loadView(load, reload);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await loading).toBe(view);
  expect(reload).not.toHaveBeenCalled();
});

test('a file that is not there any more has the page load itself anew, once', async () => {
  load.mockRejectedValue(new TypeError('failed to fetch'));
  void loadView(load, reload);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reload).toHaveBeenCalledTimes(1);
});

test('without a network nothing is loaded anew, and what is there stays', async () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  load.mockRejectedValue(new TypeError('failed to fetch'));
  void loadView(load, reload);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reload).not.toHaveBeenCalled();
});
