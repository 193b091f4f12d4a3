// The colours of tokens.css can be read by everybody: WCAG 2.2 AA, in both themes.
import { describe, expect, test, vi } from 'vitest';

// Imported as a module it would be empty here, and the page's types know no files.
const files = await vi.importActual<{ readFileSync: (path: string, encoding: 'utf8') => string }>(
  'node:fs',
);
const css = files.readFileSync('src/styles/tokens.css', 'utf8');

type Theme = 'light' | 'dark';
type Colour = [red: number, green: number, blue: number];

function colour(token: string, theme: Theme): Colour {
  const value = new RegExp(`${token}:\\s*([^;]+);`).exec(css)?.[1] ?? '';
  const [light, dark = light] = [...value.matchAll(/#([0-9a-f]{6})/g)].map(([, hex]) => hex ?? '');
  const hex = theme === 'light' ? light : dark;
  if (hex === undefined) throw new Error(`${token} is no colour: ${value}`);
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Colour;
}

/** The scrim over a white picture: the worst that may lie below it. */
function scrimOnWhite(): Colour {
  const [, red, green, blue, share] =
    /--scrim: rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)/.exec(css)?.map(Number) ?? [];
  const cover = (share ?? 0) / 100;
  return [red, green, blue].map((part) => (part ?? 0) * cover + 255 * (1 - cover)) as Colour;
}

/** Two colours mixed, `share` of the first. */
function mixed(one: Colour, other: Colour, share: number): Colour {
  return one.map((part, index) => part * share + (other[index] ?? 0) * (1 - share)) as Colour;
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const linear = part / 255;
    return linear <= 0.04045 ? linear / 12.92 : ((linear + 0.055) / 1.055) ** 2.4;
  }) as Colour;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Colour, other: Colour): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05);
}

const text = 4.5;
const graphics = 3;

const surfaces = ['--ground', '--surface', '--raised', '--hover', '--tile'];
const people = Array.from({ length: 8 }, (_, index) => `--person-${String(index)}`);

const pairs: [foreground: string, background: string, atLeast: number][] = [
  ...surfaces.flatMap((surface): [string, string, number][] => [
    ['--text', surface, text],
    ['--text-soft', surface, text],
    ['--accent', surface, surface === '--surface' || surface === '--ground' ? text : graphics],
  ]),
  ...['keyword', 'title', 'string', 'number'].map((it): [string, string, number] => [
    `--code-${it}`,
    '--raised',
    text,
  ]),
  ['--good', '--raised', text],
  ['--poor', '--raised', text],
  ['--text', '--stage', text],
  ['--on-accent', '--accent', text],
  ['--on-accent', '--accent-hover', text],
  ['--text', '--accent-soft', text],
  ['--accent', '--accent-soft', text],
  ['--danger', '--surface', text],
  ['--danger', '--danger-soft', text],
  ['--text', '--danger-soft', text],
  ['--on-danger-fill', '--danger-fill', text],
  ['--on-danger-fill', '--danger-fill-hover', text],
  ['--calm-text', '--calm-soft', text],
  ['--on-hand', '--hand', text],
  ['--good', '--surface', text],
  ['--fair', '--surface', text],
  ['--poor', '--surface', text],
  ...people.map((person): [string, string, number] => ['--on-person', person, text]),
];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(pairs)('%s on %s has at least %d:1', (foreground, background, atLeast) => {
    const found = contrast(colour(foreground, theme), colour(background, theme));
    expect(found).toBeGreaterThanOrEqual(atLeast);
  });

  test.each([
    ['--text-on-scrim', text],
    ['--fair-on-scrim', text],
    ['--poor-on-scrim', text],
  ])('%s can be read over a white picture', (token, atLeast) => {
    expect(contrast(colour(token, theme), scrimOnWhite())).toBeGreaterThanOrEqual(atLeast);
  });

  test.each(people)('a tile tinted with %s still carries text', (person) => {
    const share = Number(/--person-tint: (\d+)%/.exec(css)?.[1]) / 100;
    const tinted = mixed(colour(person, theme), colour('--tile', theme), share);
    expect(contrast(colour('--text', theme), tinted)).toBeGreaterThanOrEqual(text);
    expect(contrast(colour('--text-soft', theme), tinted)).toBeGreaterThanOrEqual(text);
  });
});
