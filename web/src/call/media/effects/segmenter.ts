import graphUrl from '@mediapipe/selfie_segmentation/selfie_segmentation.binarypb?url';
import scriptUrl from '@mediapipe/selfie_segmentation/selfie_segmentation.js?url';
import modelUrl from '@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite?url';
import loaderUrl from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.js?url';
import wasmUrl from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.wasm?url';
import type { SelfieSegmentation, SelfieSegmentationConfig } from '@mediapipe/selfie_segmentation';

/** Where the build put what the segmenter asks for by name. */
const files: Readonly<Record<string, string>> = {
  'selfie_segmentation.binarypb': graphUrl,
  'selfie_segmentation_landscape.tflite': modelUrl,
  'selfie_segmentation_solution_simd_wasm_bin.js': loaderUrl,
  'selfie_segmentation_solution_simd_wasm_bin.wasm': wasmUrl,
};

/** The size that the model looks at; anything larger is scaled down by it first, slower than a canvas does. */
export const segmenterSize = { width: 256, height: 144 } as const;

/** A module of one instruction of SIMD, which the program is compiled for. */
const simd = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

type SegmenterClass = new (config: SelfieSegmentationConfig) => SelfieSegmentation;

/** Tells people from what is behind them, on this machine. */
export interface Segmenter {
  /** A picture whose opacity is how likely each place is somebody. Each call ends the mask before it. */
  maskOf(picture: HTMLCanvasElement): Promise<CanvasImageSource>;
  close(): void;
}

/** Loads it: 2 MB over the network, a quarter of a second of work. Rejects where the browser cannot run it. */
export async function loadSegmenter(): Promise<Segmenter> {
  // Its program draws with WebGL and ends the page's script where there is none.
  const test = document.createElement('canvas');
  if (!WebAssembly.validate(simd) || test.getContext('webgl2') === null) {
    throw new DOMException('', 'NotSupportedError');
  }
  // A script of its own time: it exports nothing and leaves a class behind.
  await import(/* @vite-ignore */ new URL(scriptUrl, location.href).href);
  const { SelfieSegmentation } = globalThis as unknown as { SelfieSegmentation: SegmenterClass };
  const solution = new SelfieSegmentation({ locateFile: (name) => files[name] ?? name });
  const masks: CanvasImageSource[] = [];
  solution.onResults(({ segmentationMask }) => {
    masks.push(segmentationMask);
  });
  // The landscape model, on the processor: reading a mask back from a graphics card costs more than the model.
  const options = { modelSelection: 1, selfieMode: false, useCpuInference: true };
  solution.setOptions(options);
  await solution.initialize();
  return {
    maskOf: async (picture) => {
      for (const mask of masks.splice(0)) if (mask instanceof ImageBitmap) mask.close();
      await solution.send({ image: picture });
      const [mask] = masks;
      if (mask === undefined) throw new DOMException('', 'OperationError');
      return mask;
    },
    close: () => {
      void solution.close();
    },
  };
}
