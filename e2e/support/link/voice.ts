// A microphone that hears somebody speak: Opus treats the browsers' own pretended beeps as music,
// for which it has no forward error correction.
import { writeFile } from 'node:fs/promises';

const rate = 48_000;
const seconds = 12;
const samplesPerSyllable = rate / 4;

/** The first three resonances of five vowels, in hertz. */
const vowels: readonly (readonly [number, number, number])[] = [
  [730, 1_090, 2_440],
  [270, 2_290, 3_010],
  [570, 840, 2_410],
  [530, 1_840, 2_480],
  [300, 870, 2_240],
];

/** A resonance: what goes in rings at this frequency. */
function resonator(): (input: number, hertz: number) => number {
  let [before, earlier] = [0, 0];
  return (input, hertz) => {
    const radius = Math.exp((-Math.PI * 90) / rate);
    const output =
      (1 - radius) * input +
      2 * radius * Math.cos((2 * Math.PI * hertz) / rate) * before -
      radius * radius * earlier;
    [before, earlier] = [output, before];
    return output;
  };
}

/** Writes a murmur of vowels and hisses in syllables, in the form that Chromium hears (WAV). */
export async function writeVoice(path: string): Promise<void> {
  const sound = new Float64Array(rate * seconds);
  const mouth = [resonator(), resonator(), resonator()] as const;
  let phase = 0;
  let dice = 1;
  for (let at = 0; at < sound.length; at += 1) {
    const syllable = Math.floor(at / samplesPerSyllable);
    const within = (at % samplesPerSyllable) / samplesPerSyllable;
    const vowel = vowels[(syllable * 7) % vowels.length] ?? [500, 1_500, 2_500];
    // xorshift32
    dice ^= dice << 13;
    dice ^= dice >>> 17;
    dice ^= dice << 5;
    const hiss = dice / 2 ** 31;
    // The pitch falls over a sentence of eleven syllables, with a little unrest; then a breath.
    const sentence = syllable % 12;
    const pitch = 150 - 4 * sentence + 12 * Math.sin(2 * Math.PI * within) + 2 * hiss;
    phase += pitch / rate;
    const pulse = phase >= 1 ? 1 : 0;
    phase %= 1;
    const voiced = within > 0.2 && within < 0.9 ? Math.sin((Math.PI * (within - 0.2)) / 0.7) : 0;
    const hissed = within < 0.15 ? 0.02 : 0.002;
    const throat = pulse * 60 * voiced + hiss * voiced * 0.3;
    const vowelled = mouth.reduce(
      (sum, ring, index) => sum + ring(throat, vowel[index] ?? 500) / (index + 1),
      0,
    );
    sound[at] = sentence === 11 ? 0.001 * hiss : vowelled + hissed * hiss;
  }
  const loudest = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const file = Buffer.alloc(44 + sound.length * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  // Uncompressed, one channel, two bytes a sample.
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(sound.length * 2, 40);
  sound.forEach((value, at) => file.writeInt16LE((value / loudest) * 20_000, 44 + at * 2));
  await writeFile(path, file);
}
