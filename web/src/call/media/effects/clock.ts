// A worker that ticks: the timers of a page that is hidden come once a second at most, those of its workers do not.

/** Milliseconds between two ticks: 15 pictures a second. */
const tick_ms = 66;

setInterval(() => {
  postMessage(null);
}, tick_ms);
