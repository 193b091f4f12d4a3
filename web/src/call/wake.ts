/** Milliseconds between two looks at the clock. */
const look_ms = 2_000;
/** Milliseconds more than that which only a machine that slept, or a page that was frozen, lets pass. */
const asleep_ms = 8_000;

/** Tells when this machine, or this page, was asleep and is awake again. Returns what ends that. */
export function watchWaking(woke: () => void): () => void {
  let last = Date.now();
  const look = () => {
    const now = Date.now();
    const slept = now - last > look_ms + asleep_ms;
    last = now;
    if (slept) woke();
  };
  const timer = setInterval(look, look_ms);
  // Whichever comes first after waking.
  document.addEventListener('visibilitychange', look);
  document.addEventListener('resume', look);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
    document.removeEventListener('resume', look);
  };
}
