// Links to messages: of the timeline and of threads, and nothing else.
import { expect, test } from 'vitest';

import { linkedBy, linkTo } from './links';

test('a link leads back to what it was made of', () => {
  const hash = (link: string) => new URL(link).hash;
  expect(linkedBy(hash(linkTo({ number: 12 })))).toEqual({ number: 12, thread: null });
  expect(linkedBy(hash(linkTo({ number: 15, thread: 12 })))).toEqual({ number: 15, thread: 12 });
});

test('what names no message leads nowhere', () => {
  for (const hash of ['', '#', '#m', '#mx', '#m1-', '#m12x', '#message1']) {
    expect(linkedBy(hash)).toBeNull();
  }
});
