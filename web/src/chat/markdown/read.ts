import type { StateInline, Token } from 'markdown-it';
import MarkdownIt from 'markdown-it';
import friendlyEmphasis from 'markdown-it-cjk-friendly';

import type { Mention } from '../../protocol/messages';
import { addressAt, hostBeside, safeHref } from './links';
import { mentionAt } from './mentions';
import { readTyped } from './plain';
import type { Block, Cell, Inline } from './tree';
import { lineWords } from './words';

/** Blocks and marks in each other beyond which what is inside is shown without them. */
const most_depth = 16;

/** How deep the reader goes; it leaves out what is deeper. */
const most_nesting = 100;

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false })
  .use(friendlyEmphasis)
  // A message that begins with `[Mina]: hello` is none that defines a link; `&amp;` is HTML.
  .disable(['reference', 'entity'])
  .set({ maxNesting: most_nesting });
markdown.validateLink = (address) => safeHref(address) !== null;
markdown.inline.ruler.before('link', 'address', addressRule);
markdown.inline.ruler.before('escape', 'mention', mentionRule);

/** Texts that are remembered: who scrolls back sees the same ones again. */
const most_remembered = 200;
const remembered = new Map<string, Block[]>();

/** A message, taken apart. */
export function readMarkdown(text: string, mentions: readonly Mention[]): Block[] {
  const key = JSON.stringify([text, mentions]);
  let blocks = remembered.get(key);
  if (blocks === undefined) {
    if (remembered.size >= most_remembered) remembered.clear();
    blocks = readAnew(text, mentions);
    remembered.set(key, blocks);
  }
  return blocks;
}

function readAnew(text: string, mentions: readonly Mention[]): Block[] {
  const tokens = markdown.parse(text, { mentions });
  // What is nested so deep is no text of a person.
  if (tokens.some(({ level }) => level >= most_nesting - 1)) return readTyped(text, mentions);
  const blocks = new Reading(tokens).blocks(null, 0);
  // A `#` alone is a heading of nothing: whoever typed it meant the sign.
  return blocks.some(saysSomething) ? blocks : readTyped(text, mentions);
}

/** An address that stands in the text as such. */
function addressRule(state: StateInline, silent: boolean): boolean {
  // The rule is asked at signs that text ends at, as the colon of an address does.
  if (state.src.charCodeAt(state.pos) !== 0x3a || state.linkLevel > 0) return false;
  const scheme = /https?$/i.exec(state.src.slice(0, state.pos).slice(-5))?.[0];
  if (scheme === undefined || !(silent || state.pending.endsWith(scheme))) return false;
  const begin = state.pos - scheme.length;
  const address = addressAt(state.src, begin);
  if (address === null) return false;
  const end = begin + address.text.length;
  if (end > state.posMax) return false;
  if (!silent) {
    state.pending = state.pending.slice(0, -scheme.length);
    const open = state.push('link_open', 'a', 1);
    open.attrSet('href', address.href);
    state.push('text', '', 0).content = address.text;
    state.push('link_close', 'a', -1);
  }
  state.pos = end;
  return true;
}

/** An `@` with the name of somebody who is mentioned, whatever signs the name has. */
function mentionRule(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x40) return false;
  const mentions = state.env['mentions'] as readonly Mention[];
  const mention = mentionAt(state.src, state.pos, mentions);
  if (mention === null) return false;
  const end = state.pos + 1 + mention.name.length;
  if (end > state.posMax) return false;
  if (!silent) {
    const token = state.push('mention', '', 0);
    token.content = state.src.slice(state.pos, end);
    token.meta = { author: mention.author };
  }
  state.pos = end;
  return true;
}

/** Goes through the reader's tokens once. */
class Reading {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The blocks up to the token that closes what they are in. */
  blocks(close: string | null, depth: number): Block[] {
    const blocks: Block[] = [];
    for (let token = this.#next(); token !== null && token.type !== close; token = this.#next()) {
      const block = this.#block(token, depth);
      if (Array.isArray(block)) blocks.push(...block);
      else blocks.push(block);
    }
    return blocks;
  }

  #next(): Token | null {
    return this.#tokens[this.#at++] ?? null;
  }

  #block(token: Token, depth: number): Block | Block[] {
    switch (token.type) {
      case 'paragraph_open':
        return { kind: 'paragraph', children: this.#line('paragraph_close') };
      case 'heading_open':
        return {
          kind: 'heading',
          level: Number(token.tag.slice(1)),
          children: this.#line('heading_close'),
        };
      case 'blockquote_open': {
        const children = this.blocks('blockquote_close', depth + 1);
        return depth < most_depth ? { kind: 'quote', children } : children;
      }
      case 'bullet_list_open':
        return this.#list('bullet_list_close', null, depth);
      case 'ordered_list_open':
        return this.#list('ordered_list_close', Number(token.attrGet('start') ?? 1), depth);
      case 'fence':
      case 'code_block':
        return {
          kind: 'code',
          text: token.content.replace(/\n$/, ''),
          language: /^[^\s,{]+/.exec(token.info)?.[0].toLowerCase() ?? null,
        };
      case 'table_open':
        return this.#table();
      case 'hr':
        return { kind: 'rule' };
      default:
        // Whatever else there may be one day is shown as it was typed.
        return { kind: 'paragraph', children: textOf(token.content) };
    }
  }

  #list(close: string, start: number | null, depth: number): Block | Block[] {
    const items: Block[][] = [];
    for (let token = this.#next(); token !== null && token.type !== close; token = this.#next())
      items.push(this.blocks('list_item_close', depth + 1));
    return depth < most_depth ? { kind: 'list', start, items } : items.flat();
  }

  /** The one line between an opening token and this one. */
  #line(close: string): Inline[] {
    let children: Inline[] = [];
    for (let token = this.#next(); token !== null && token.type !== close; token = this.#next())
      children = inlinesOf(token.children ?? []);
    return children;
  }

  #table(): Block {
    const rows: Cell[][] = [];
    for (let token = this.#next(); token !== null; token = this.#next()) {
      if (token.type === 'table_close') break;
      if (token.type === 'tr_open') rows.push([]);
      if (token.type !== 'th_open' && token.type !== 'td_open') continue;
      const align = /text-align:(left|center|right)/.exec(
        String(token.attrGet('style') ?? ''),
      )?.[1];
      rows.at(-1)?.push({
        align: (align ?? null) as Cell['align'],
        children: this.#line(token.type.replace('open', 'close')),
      });
    }
    const [head = [], ...body] = rows;
    return { kind: 'table', head, rows: body };
  }
}

/** What is in a line. */
function inlinesOf(tokens: readonly Token[]): Inline[] {
  const root: Inline[] = [];
  const open: { children: Inline[]; link: string | null }[] = [{ children: root, link: null }];
  for (const token of tokens) {
    const into = open.at(-1)?.children ?? root;
    switch (token.type) {
      case 'softbreak':
      case 'hardbreak':
        push(into, '\n');
        break;
      case 'code_inline':
        into.push({ kind: 'code', text: token.content });
        break;
      case 'mention': {
        const { author } = token.meta as { author: string };
        // In a link it leads where the link does.
        if (open.some(({ link }) => link !== null)) push(into, token.content);
        else into.push({ kind: 'mention', text: token.content, author });
        break;
      }
      case 'image': {
        // No page asks another host for anything: a picture of elsewhere is a link to it.
        const href = safeHref(String(token.attrGet('src') ?? ''));
        const children = textOf(token.content === '' ? (href ?? '') : token.content);
        if (href === null || open.some(({ link }) => link !== null)) into.push(...children);
        else into.push(linkTo(href, children));
        break;
      }
      case 'link_open':
        open.push({ children: [], link: String(token.attrGet('href') ?? '') });
        break;
      case 'link_close': {
        const ended = open.pop();
        const outer = open.at(-1)?.children ?? root;
        const href = safeHref(ended?.link ?? '');
        if (href === null) outer.push(...(ended?.children ?? []));
        else outer.push(linkTo(href, ended?.children ?? []));
        break;
      }
      case 'strong_open':
      case 'em_open':
      case 's_open': {
        const children: Inline[] = [];
        const kind =
          token.type === 'strong_open'
            ? 'strong'
            : token.type === 'em_open'
              ? 'emphasis'
              : 'deleted';
        if (open.length <= most_depth) into.push({ kind, children });
        open.push({ children: open.length <= most_depth ? children : into, link: null });
        break;
      }
      case 'strong_close':
      case 'em_close':
      case 's_close':
        open.pop();
        break;
      default:
        push(into, token.content);
    }
  }
  return root;
}

function linkTo(href: string, children: Inline[]): Inline {
  // Without a text it could not be pressed.
  const shown = children.some(inlineSays) ? children : textOf(href);
  return { kind: 'link', href, host: hostBeside(lineWords(shown), href), children: shown };
}

function textOf(text: string): Inline[] {
  return text === '' ? [] : [{ kind: 'text', text }];
}

function push(into: Inline[], text: string): void {
  const last = into.at(-1);
  if (last?.kind === 'text') last.text += text;
  else if (text !== '') into.push({ kind: 'text', text });
}

function inlineSays(inline: Inline): boolean {
  return 'text' in inline ? inline.text.trim() !== '' : inline.children.some(inlineSays);
}

function saysSomething(block: Block): boolean {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return block.children.some(inlineSays);
    case 'quote':
      return block.children.some(saysSomething);
    case 'list':
      return block.items.flat().some(saysSomething);
    case 'code':
      return block.text.trim() !== '';
    case 'table':
      return [block.head, ...block.rows].flat().some(({ children }) => children.some(inlineSays));
    case 'rule':
      return true;
  }
}
