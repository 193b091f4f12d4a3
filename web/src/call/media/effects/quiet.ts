import { loadRnnoise, RnnoiseWorkletNode } from '@sapphi-red/web-noise-suppressor';
import wasmUrl from '@sapphi-red/web-noise-suppressor/rnnoise.wasm?url';
import simdUrl from '@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm?url';
import workletUrl from '@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js?url';

import { keepRunning } from '../context';
import type { Effect } from './effect';

/** Samples a second that the network was trained on. */
const rate_hz = 48_000;

/** Takes away what is not speech: RNNoise, off the page's own thread. It adds 10 ms. */
export async function startQuiet(track: MediaStreamTrack): Promise<Effect> {
  const context = new AudioContext({ sampleRate: rate_hz, latencyHint: 'interactive' });
  try {
    const [wasmBinary] = await Promise.all([
      loadRnnoise({ url: wasmUrl, simdUrl }),
      context.audioWorklet.addModule(workletUrl),
    ]);
    // Throws where the microphone has another rate and the browser does not convert it.
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const node = new RnnoiseWorkletNode(context, { maxChannels: 1, wasmBinary });
    const end = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    source.connect(node).connect(end);
    const [quiet] = end.stream.getAudioTracks();
    if (quiet === undefined) throw new DOMException('', 'NotSupportedError');
    // A context that does not run yet is silent.
    const letGo = await keepRunning(context);
    return {
      track: quiet,
      stop: () => {
        letGo();
        quiet.stop();
        source.disconnect();
        node.destroy();
        void context.close().catch(() => undefined);
      },
    };
  } catch (error) {
    void context.close().catch(() => undefined);
    throw error;
  }
}
