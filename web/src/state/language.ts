/** A language that every text exists in. */
export type Language = 'en' | 'ko';

/** All of them, each by its own name, in the order in which they are offered. */
export const languages: readonly { tag: Language; name: string }[] = [
  { tag: 'ko', name: '한국어' },
  { tag: 'en', name: 'English' },
];

/** The language that a BCP 47 tag asks for. */
export function languageOf(tag: string): Language {
  return tag.startsWith('ko') ? 'ko' : 'en';
}

/** Where the server remembers a choice for every page, and leads back to `path`. */
export function languageLink(tag: Language, path: string): string {
  return `/language?to=${tag}&back=${encodeURIComponent(path)}`;
}

/** Has the server remember a choice while this page stays. Where that fails, the next page is in the old language. */
export async function rememberLanguage(tag: Language): Promise<void> {
  try {
    // The answer sets a cookie; where it leads is of no interest.
    await fetch(languageLink(tag, '/'), { redirect: 'manual' });
  } catch {
    // Without a network there is nobody to tell.
  }
}
