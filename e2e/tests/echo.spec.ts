// Somebody's loudspeaker is heard by their own microphone: the page names whose it is.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { launch } from '../support/browsers.ts';
import { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const rate = 48_000;
const seconds = 40;

/** A voice of uneven words and pauses, as a WAV file that Chromium hears. */
async function writeTalk(path: string): Promise<void> {
  const samples = new Int16Array(rate * seconds);
  let dice = 7;
  const roll = () => (dice = (dice * 48_271) % 2_147_483_647) / 2_147_483_647;
  let at = 0;
  while (at < samples.length) {
    const word = Math.round(rate * (0.15 + 0.5 * roll()));
    const loudness = 0.3 + 0.7 * roll();
    const pitch = 110 + 60 * roll();
    for (let within = 0; within < word && at < samples.length; within += 1, at += 1) {
      const swell = Math.sin((Math.PI * within) / word);
      const phase = ((at * pitch) / rate) % 1;
      samples[at] = 22_000 * loudness * swell * (2 * phase - 1) * (0.7 + 0.3 * roll());
    }
    at += Math.round(rate * (0.1 + 0.7 * roll()));
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  await writeFile(path, Buffer.concat([head, Buffer.from(samples.buffer)]));
}

/** Given to `addInitScript`: the microphone hears what the loudspeaker plays, and nothing else. */
function hearOneself(): void {
  const context = new AudioContext();
  const air = context.createMediaStreamDestination();
  const { mediaDevices } = navigator;
  const real = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (wished) => {
    const stream = await real(wished);
    const [heard] = air.stream.getAudioTracks();
    if (wished?.audio === undefined || wished.audio === false || heard === undefined) return stream;
    return new MediaStream([heard.clone(), ...stream.getVideoTracks()]);
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('track', ({ track }) => {
        if (track.kind !== 'audio') return;
        context.createMediaStreamSource(new MediaStream([track])).connect(air);
      });
    }
  };
}

test('whoever echoes is named, and one press mutes them for oneself', async ({ program }) => {
  const folder = await mkdtemp(join(tmpdir(), 'zoom-talk-'));
  const voice = join(folder, 'talk.wav');
  await writeTalk(voice);
  const talking = await launch('chromium', { voice });
  const echoing = await launch('chromium');
  try {
    const kim = await Person.open(echoing, program, 'Kim');
    await kim.page.addInitScript(hearOneself);
    await kim.enter('echo', { microphone: true });
    const ann = await Person.open(talking, program, 'Ann');
    await ann.enter('echo', { microphone: true });
    const hint = ann.page.getByText(/Your voice comes back from Kim/);
    await expect(hint.first()).toBeVisible({ timeout: 60_000 });
    await ann.button('Mute Kim for me').click();
    const volumes = () =>
      ann.page.evaluate(() =>
        [...document.querySelectorAll('video, audio')].map((it) => (it as HTMLVideoElement).volume),
      );
    await expect.poll(async () => (await volumes()).includes(0)).toBe(true);
  } finally {
    await talking.close();
    await echoing.close();
    await rm(folder, { recursive: true, force: true });
  }
});
