import { levelOf } from './level';

/** The tone: two notes, a fifth apart, which are heard on the smallest loudspeaker. */
const notes_hz = [523.25, 783.99] as const;
/** Seconds of a note. */
const note_s = 0.35;
/** Of full scale: well heard, and nobody is startled. */
const loudness = 0.2;
/** Milliseconds between two readings of how loud it is. */
const reading_ms = 60;
/** Milliseconds more than its length after which a tone that did not end counts as silent. */
const grace_ms = 1_500;

/** Whether this browser lets one choose a loudspeaker. */
export function canChooseSpeaker(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype;
}

/**
 * Plays a short tone through a loudspeaker (null: the system's) and tells how loud it is as it plays. Rejects where
 * no sound comes out.
 */
export async function playTone(
  speaker: string | null,
  told: (level: number) => void,
): Promise<void> {
  const context = new AudioContext();
  // An element, because more browsers choose a loudspeaker for elements than for contexts.
  const element = new Audio();
  const gain = new GainNode(context, { gain: 0 });
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  const end = new MediaStreamAudioDestinationNode(context);
  gain.connect(analyser).connect(end);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    told(levelOf(samples));
  }, reading_ms);
  try {
    if (speaker !== null && canChooseSpeaker()) await element.setSinkId(speaker);
    element.srcObject = end.stream;
    await Promise.all([context.resume(), element.play()]);
    await played(context, gain);
  } finally {
    clearInterval(timer);
    told(0);
    element.srcObject = null;
    void context.close().catch(() => undefined);
  }
}

/** Resolves when the notes were played. */
function played(context: AudioContext, gain: GainNode): Promise<void> {
  const begin = context.currentTime + 0.05;
  return new Promise((resolve, reject) => {
    for (const [index, frequency] of notes_hz.entries()) {
      const note = new OscillatorNode(context, { type: 'sine', frequency });
      const from = begin + index * note_s;
      note.connect(gain);
      note.start(from);
      note.stop(from + note_s);
      // Without ramps a tone begins and ends with a click.
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(loudness, from + note_s / 8);
      gain.gain.linearRampToValueAtTime(0, from + note_s);
      if (index === notes_hz.length - 1) {
        note.onended = () => {
          resolve();
        };
      }
    }
    setTimeout(
      () => {
        reject(new DOMException('', 'TimeoutError'));
      },
      notes_hz.length * note_s * 1_000 + grace_ms,
    );
  });
}
