/** Notes of a message, and of one that is for oneself: a step up. */
const notes_hz = { message: [587.33], personal: [587.33, 880] } as const;
/** Seconds from one note to the next, and until a note has died away. */
const step_s = 0.11;
const fade_s = 0.32;
/** Of full scale: below voices, so that nobody is talked over. */
const loudness = 0.05;

let context: AudioContext | null = null;

/** Plays a short sound, through a loudspeaker where the browser lets one choose; silently not where it lets none play. */
export async function playSound(
  worth: keyof typeof notes_hz,
  speaker: string | null,
): Promise<void> {
  try {
    context ??= new AudioContext();
    const { currentTime } = context;
    // Not yet in the types: a loudspeaker of a context.
    const choosing = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
    await choosing.setSinkId?.(speaker ?? '');
    await context.resume();
    for (const [index, frequency] of notes_hz[worth].entries()) {
      play(context, frequency, Math.max(currentTime, context.currentTime) + 0.02 + index * step_s);
    }
  } catch {
    // A message is seen, too.
  }
}

function play(at: AudioContext, frequency: number, from: number): void {
  const note = new OscillatorNode(at, { type: 'sine', frequency });
  const gain = new GainNode(at, { gain: 0 });
  note.connect(gain).connect(at.destination);
  // Without ramps a tone begins and ends with a click.
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(loudness, from + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.000_1, from + fade_s);
  note.start(from);
  note.stop(from + fade_s);
}
