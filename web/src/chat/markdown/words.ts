import type { Block, Inline } from './tree';

/** What one reads of a message, without its marks: for places that show plain text alone. */
export function wordsOf(blocks: readonly Block[]): string {
  return blocks.map(blockWords).join('\n');
}

/** What one reads of a line. */
export function lineWords(inlines: readonly Inline[]): string {
  return inlines.map((it) => ('text' in it ? it.text : lineWords(it.children))).join('');
}

function blockWords(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return lineWords(block.children);
    case 'quote':
      return wordsOf(block.children);
    case 'list':
      return block.items.map(wordsOf).join('\n');
    case 'code':
      return block.text;
    case 'table':
      return [block.head, ...block.rows]
        .map((row) => row.map(({ children }) => lineWords(children)).join(' '))
        .join('\n');
    case 'rule':
      return '';
  }
}
