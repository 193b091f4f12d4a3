/** Milliseconds between two readings. */
const reading_ms = 60;
/** Sound below this many decibels of full scale counts as silence. */
const silence_db = -60;

/**
 * Measures how loud a track is and tells it about 16 times a second, from 0 (silence) to 1 (full scale). Returns
 * what ends it.
 */
export function measureLevel(track: MediaStreamTrack, told: (level: number) => void): () => void {
  let context: AudioContext;
  try {
    context = new AudioContext();
  } catch {
    // As many as the browser allows are in use: the level is a comfort, not a need.
    return () => undefined;
  }
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  // Browsers hold sound back until the person did something on the page.
  const resume = () => void context.resume().catch(() => undefined);
  resume();
  window.addEventListener('pointerdown', resume);
  window.addEventListener('keydown', resume);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    told(levelOf(samples));
  }, reading_ms);
  return () => {
    clearInterval(timer);
    window.removeEventListener('pointerdown', resume);
    window.removeEventListener('keydown', resume);
    source.disconnect();
    void context.close().catch(() => undefined);
  };
}

/** The root mean square of samples from -1 to 1, on a scale as people hear: 0 is silence, 1 full scale. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return loudness(sum / Math.max(1, samples.length));
}

/** A mean square, where full scale is 1, on a scale as people hear: 0 is silence, 1 full scale. */
export function loudness(square: number): number {
  return Math.min(1, Math.max(0, 1 - (10 * Math.log10(square)) / silence_db));
}
