// Which browser and system a sentence speaks of.
import { expect, test } from 'vitest';

import { placeOf } from './browser';

const mozilla = 'Mozilla/5.0';
const gecko = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

test.each([
  [
    'Chromium on Windows',
    `${mozilla} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`,
    0,
    { browser: 'chromium', system: 'windows' },
  ],
  [
    'Firefox on Linux',
    `${mozilla} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`,
    0,
    { browser: 'firefox', system: 'other' },
  ],
  [
    'Safari on a Mac',
    `${mozilla} (Macintosh; Intel Mac OS X 10_15_7) ${gecko} Version/18.0 Safari/605.1.15`,
    0,
    { browser: 'safari', system: 'mac' },
  ],
  [
    'Safari on an iPhone',
    `${mozilla} (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${gecko} Version/18.0 Mobile/15E148 Safari/604.1`,
    5,
    { browser: 'safari', system: 'ios' },
  ],
  [
    'Safari on an iPad that says it is a Mac',
    `${mozilla} (Macintosh; Intel Mac OS X 10_15_7) ${gecko} Version/18.0 Safari/605.1.15`,
    5,
    { browser: 'safari', system: 'ios' },
  ],
  [
    'Chrome on an iPhone',
    `${mozilla} (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${gecko} CriOS/140.0 Mobile/15E148 Safari/604.1`,
    5,
    { browser: 'chromium', system: 'ios' },
  ],
  [
    'Firefox on Android',
    `${mozilla} (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0`,
    5,
    { browser: 'firefox', system: 'android' },
  ],
  ['something unknown', 'Lynx', 0, { browser: 'other', system: 'other' }],
])('%s is recognised', (_name, userAgent, maxTouchPoints, place) => {
  expect(placeOf({ userAgent, maxTouchPoints })).toEqual(place);
});

test('a brand counts more than the old line of names', () => {
  const userAgentData = { brands: [{ brand: 'Chromium' }], platform: 'Android' };
  expect(placeOf({ userAgent: 'Firefox/1', maxTouchPoints: 5, userAgentData })).toEqual({
    browser: 'chromium',
    system: 'android',
  });
});
