// Both languages say the same things, with the same fields.
import { expect, test } from 'vitest';

type Texts = Record<string, string>;

const files = import.meta.glob<Texts>('../../messages/*/*.json', {
  import: 'default',
  eager: true,
});
const inLanguage = (language: string) =>
  Object.entries(files).filter(([path]) => path.includes(`/${language}/`));
const textsOf = (language: string): Texts =>
  Object.assign({}, ...inLanguage(language).map(([, texts]) => texts)) as Texts;
const en = textsOf('en');
const ko = textsOf('ko');
const fields = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('every text is there in both languages', () => {
  expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
});

test('no text is written twice', () => {
  for (const language of ['en', 'ko']) {
    const keys = inLanguage(language).flatMap(([, texts]) => Object.keys(texts));
    const written = keys.filter((key) => key !== '$schema');
    expect(written).toHaveLength(new Set(written).size);
  }
});

test('a text has the same fields in both languages', () => {
  for (const [key, text] of Object.entries(en)) {
    expect(fields(ko[key] ?? ''), key).toEqual(fields(text));
  }
});

test('no Korean particle stands behind a field, where it would depend on the sound before it', () => {
  for (const [key, text] of Object.entries(ko)) {
    expect(text, key).not.toMatch(/\{\w+\}(?:은|는|이|가|을|를|와|과|으로|로)(?![가-힣])/);
  }
});

test('the names by which people and programs find things are as promised', () => {
  expect(en).toMatchObject({
    your_name: 'Your name',
    join: 'Join',
    microphone: 'Microphone',
    camera: 'Camera',
    share_screen: 'Share screen',
    leave: 'Leave',
    message: 'Message',
    send: 'Send',
    messages: 'Messages',
    participants: 'Participants',
  });
});

test('no text is left that nothing says', () => {
  const sources = import.meta.glob<string>(['../**/*.svelte', '../**/*.ts', '!../**/*.test.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  const said = Object.values(sources).join('\n');
  const unsaid = Object.keys(en).filter((key) => key !== '$schema' && !said.includes(`m.${key}(`));
  expect(unsaid).toEqual([]);
});
