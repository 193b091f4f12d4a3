import type { AuthorId } from '../../protocol/messages';

/** A piece of a line. Whatever it says is text: it never becomes markup. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'mention'; text: string; author: AuthorId }
  | { kind: 'code'; text: string }
  | { kind: 'strong' | 'emphasis' | 'deleted'; children: Inline[] }
  | Link;

export interface Link {
  kind: 'link';
  /** Of `http:`, `https:` or `mailto:`, as the browser's own parser writes it. */
  href: string;
  /** Where it leads, where its text does not say so. */
  host: string | null;
  children: Inline[];
}

/** A piece of a message, above another. */
export type Block =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'heading'; level: number; children: Inline[] }
  | { kind: 'quote'; children: Block[] }
  | { kind: 'list'; start: number | null; items: Block[][] }
  | { kind: 'code'; text: string; language: string | null }
  | { kind: 'table'; head: Cell[]; rows: Cell[][] }
  | { kind: 'rule' };

/** A cell of a table. */
export interface Cell {
  align: 'left' | 'center' | 'right' | null;
  children: Inline[];
}
