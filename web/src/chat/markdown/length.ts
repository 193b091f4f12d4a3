/** Lines of a message beyond which its rest is shown when asked for: more than a screenful. */
const most_lines = 24;

/** Characters of a message beyond which its rest is shown when asked for. */
const most_chars = 2_000;

/** Whether a message is so long that it would push all others off the screen. */
export function isLong(text: string): boolean {
  if (text.length > most_chars) return true;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines > most_lines;
}
