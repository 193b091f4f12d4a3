/** How a camera or a microphone is asked for. */
export interface CaptureWish {
  /** The device that the person chose; null is the system's. */
  id: string | null;
  /** That one or none. */
  exact: boolean;
  /** Smaller pictures, for the battery's sake. */
  phone: boolean;
  /** The browser takes noise away by itself. */
  clean: boolean;
}

/** The largest picture that is sent: what a full screen shows well, and on phones what a tile does. */
const cameraSize = {
  desk: { width: 1280, height: 720, rate: 30 },
  phone: { width: 640, height: 360, rate: 24 },
};

/** What the browser is asked for. */
export function captureOptions(
  kind: 'microphone' | 'camera',
  { id, exact, phone, clean }: CaptureWish,
): MediaStreamConstraints {
  const device = id === null ? {} : { deviceId: exact ? { exact: id } : { ideal: id } };
  if (kind === 'microphone') {
    const voice = { echoCancellation: true, noiseSuppression: clean, autoGainControl: true };
    return { audio: { ...voice, ...device } };
  }
  const { width, height, rate } = phone ? cameraSize.phone : cameraSize.desk;
  const picture = {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: rate, max: rate },
  };
  return { video: { ...picture, ...device } };
}

/** Asks the browser. Rejects as it does. */
export async function captureOf(
  media: MediaDevices | undefined,
  constraints: MediaStreamConstraints,
): Promise<MediaStream> {
  if (media === undefined) throw new DOMException('', 'NotFoundError');
  return media.getUserMedia(constraints);
}

/** The track of a kind; null where the browser brought none. */
export function trackOf(
  stream: MediaStream,
  kind: 'microphone' | 'camera',
): MediaStreamTrack | null {
  const [track] = kind === 'microphone' ? stream.getAudioTracks() : stream.getVideoTracks();
  return track ?? null;
}
