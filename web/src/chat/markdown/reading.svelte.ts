import type { Mention } from '../../protocol/messages';
import { readPlain, readTyped } from './plain';
import type { Block } from './tree';

type Reader = (text: string, mentions: readonly Mention[]) => Block[];

let reader = $state.raw<Reader | null>(null);
let loading: Promise<void> | null = null;

/** Loads what reads Markdown; resolves when it is there, or cannot be had just then. */
export function prepareMarkdown(): Promise<void> {
  loading ??= import('./read').then(
    ({ readMarkdown }) => {
      reader = readMarkdown;
    },
    () => {
      // The line is down: the next message that needs it asks again.
      loading = null;
    },
  );
  return loading;
}

/** Milliseconds that a conversation waits for what reads it, rather than change while one looks at it. */
const wait_ms = 1_500;

/** Resolves when these texts can be shown as they will stay, or after a while. */
export async function readyToShow(texts: readonly string[]): Promise<void> {
  if (reader !== null || !texts.some((text) => needsMarkdown(text))) return;
  const waited = new Promise((resolve) => setTimeout(resolve, wait_ms));
  await Promise.race([prepareMarkdown(), waited]);
}

/** Whether a text takes more than links and mentions to be shown. */
export function needsMarkdown(text: string, mentions: readonly Mention[] = []): boolean {
  return readPlain(text, mentions) === null;
}

/** A message, taken apart; as it was typed while what reads Markdown is not there. Views follow its coming. */
export function read(text: string, mentions: readonly Mention[]): Block[] {
  return readPlain(text, mentions) ?? (reader ?? readTyped)(text, mentions);
}
