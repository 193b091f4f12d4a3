/** What the person does that makes browsers let sound begin. */
const gestures = ['pointerdown', 'keydown'] as const;

/**
 * Makes an audio context run and keeps it running: browsers hold it until the person did something on the page, and
 * systems interrupt it for phone calls. Resolves to what lets go of it, once it runs.
 */
export async function keepRunning(context: AudioContext): Promise<() => void> {
  let ready: () => void = () => undefined;
  const runs = new Promise<void>((resolve) => (ready = resolve));
  const look = () => {
    if (context.state === 'running') ready();
    else if (context.state !== 'closed') void context.resume().catch(() => undefined);
  };
  context.addEventListener('statechange', look);
  for (const gesture of gestures) window.addEventListener(gesture, look);
  look();
  await runs;
  return () => {
    context.removeEventListener('statechange', look);
    for (const gesture of gestures) window.removeEventListener(gesture, look);
  };
}
