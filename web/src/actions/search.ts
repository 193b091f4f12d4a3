/** The initial consonants of Hangul syllables in the order of Unicode (chapter 3.12). */
const initials = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
const first_syllable = 0xac00;
const last_syllable = 0xd7a3;
/** Syllables of one initial consonant, and of one consonant and vowel. */
const of_initial = 588;
const of_vowel = 28;

/** Whether a typed sign stands for a written one: itself, its first consonant, or a syllable that is not finished. */
function standsFor(typed: string, written: string): boolean {
  if (typed === written) return true;
  const place = (written.codePointAt(0) ?? 0) - first_syllable;
  if (place < 0 || place > last_syllable - first_syllable) return false;
  if (initials.includes(typed)) return initials[Math.floor(place / of_initial)] === typed;
  const typedPlace = (typed.codePointAt(0) ?? 0) - first_syllable;
  const open = typedPlace >= 0 && typedPlace % of_vowel === 0;
  return open && Math.floor(place / of_vowel) === typedPlace / of_vowel;
}

interface Written {
  sign: string;
  /** It begins a word. */
  begins: boolean;
}

function signsOf(text: string): Written[] {
  const signs = [...text.normalize('NFC').toLocaleLowerCase()];
  return signs
    .map((sign, index) => ({
      sign,
      begins: index === 0 || /[\s(“‘·-]/u.test(signs[index - 1] ?? ''),
    }))
    .filter(({ sign }) => /\S/u.test(sign));
}

/** How well what is typed fits a text: 0 not at all, 100 where it is the text's beginning. */
export function fit(typed: string, text: string): number {
  const wanted = signsOf(typed).map(({ sign }) => sign);
  const written = signsOf(text);
  if (wanted.length === 0) return 1;
  const together = findTogether(wanted, written);
  if (together !== null) {
    if (together === 0) return wanted.length === written.length ? 110 : 100;
    return written[together]?.begins ? 80 : 50;
  }
  return findApart(wanted, written) ? 30 : 0;
}

/** Where the signs stand beside each other: best at the beginning of a word. */
function findTogether(wanted: readonly string[], written: readonly Written[]): number | null {
  let found: number | null = null;
  for (let start = 0; start + wanted.length <= written.length; start += 1) {
    if (!wanted.every((sign, index) => standsFor(sign, written[start + index]?.sign ?? '')))
      continue;
    if (written[start]?.begins) return start;
    found ??= start;
  }
  return found;
}

/** Whether the signs are there in order, each beside the one before it or at the beginning of a word. */
function findApart(wanted: readonly string[], written: readonly Written[]): boolean {
  const from = (index: number, start: number): boolean => {
    const sign = wanted[index];
    if (sign === undefined) return true;
    for (let place = start; place < written.length; place += 1) {
      const here = written[place];
      if (here === undefined || !standsFor(sign, here.sign)) continue;
      const beside = index > 0 && place === start;
      if ((beside || here.begins) && from(index + 1, place + 1)) return true;
    }
    return false;
  };
  return from(0, 0);
}

/** The things whose words fit what is typed, the best first, else in their order. */
export function search<Thing>(
  typed: string,
  things: readonly Thing[],
  wordsOf: (thing: Thing) => { names: readonly string[]; descriptions: readonly string[] },
): Thing[] {
  return things
    .map((thing, index) => {
      const { names, descriptions } = wordsOf(thing);
      const best = (texts: readonly string[]) => Math.max(0, ...texts.map((it) => fit(typed, it)));
      return { thing, index, score: Math.max(best(names) * 2, best(descriptions)) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map(({ thing }) => thing);
}
