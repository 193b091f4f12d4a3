// The page's texts, by which a test finds things in either language.
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../web/messages/', import.meta.url);

/** The texts of a language: `texts('ko')('join')`. A key that no file has is a fault of the test. */
export function texts(language: 'en' | 'ko'): (key: string) => string {
  const own = new URL(`${language}/`, folder);
  const files = readdirSync(own).map((file) => readFileSync(new URL(file, own), 'utf8'));
  const all = Object.assign({}, ...files.map((file) => JSON.parse(file) as object)) as Record<
    string,
    string
  >;
  return (key) => {
    const text = all[key];
    if (text === undefined) throw new Error(`no text ${key} in ${language}`);
    return text;
  };
}
