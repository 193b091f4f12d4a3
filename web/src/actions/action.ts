import type { Component } from 'svelte';
import type { LucideProps } from '@lucide/svelte';

import type { Shortcut } from './shortcut';

/** A sentence in the page's language, or in the one that is asked for. */
export type Text = (options?: { locale?: 'en' | 'ko' }) => string;

/** A drawing, or an emoji as text. */
export type Sign = Component<LucideProps> | string;

/** In the order of the help. */
export const groups = ['media', 'together', 'chat', 'view', 'room', 'page'] as const;
export type Group = (typeof groups)[number];

/**
 * Something that a person can do. Buttons, tooltips, shortcuts, menus, the command palette and the help are all made
 * from it, so that none of them says or does anything else.
 *
 * What changes is a getter, so that views follow it.
 */
export interface Action {
  readonly id: string;
  readonly group: Group;
  /** The name: what it is, whatever it would do just then. */
  readonly label: Text;
  /** What it does when it is run just then. */
  readonly hint: Text;
  readonly icon: Sign;
  /** Null for what is done to one of several things, such as a person. */
  readonly shortcut: Shortcut | null;
  /** Whether it exists here: what this browser cannot do or the room has no use for is not shown at all. */
  readonly available: boolean;
  /** Whether it can be done just then; where not, it is shown and says so. */
  readonly enabled: boolean;
  /** Whether it is on; null for what is no switch. */
  readonly pressed: boolean | null;
  /** One of several, of which exactly one is on. */
  readonly oneOfSeveral?: boolean;
  /** It opens and closes something beside it, rather than switch something on. */
  readonly opens?: boolean;
  /** The device is still being opened: whether it is on is not known yet. */
  readonly busy?: boolean;
  /** Its shortcut works in dialogs, too: it surprises nobody there. */
  readonly everywhere?: boolean;
  /** A slider from 0 to 1 in its place. */
  readonly range?: { readonly value: number; set(value: number): void };
  /** A promise where it takes time: another press meanwhile does nothing. */
  run(): unknown;
}

/** Actions by name, each known to be there. */
export function named<Name extends string>(actions: Record<Name, Action>): Record<Name, Action> {
  return actions;
}
