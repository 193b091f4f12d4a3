import type { LanguageFn } from 'highlight.js';
import type { Element, RootContent } from 'hast';
import { createLowlight } from 'lowlight';

/** What a piece of code is, in the colours that there are. */
export type Colour = 'keyword' | 'title' | 'string' | 'number' | 'comment' | 'added' | 'removed';

/** A piece of code. */
export interface Coloured {
  text: string;
  colour: Colour | null;
}

/** A grammar is loaded when somebody's code is of its language. */
const grammars: Record<string, () => Promise<{ default: LanguageFn }>> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  go: () => import('highlight.js/lib/languages/go'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  shell: () => import('highlight.js/lib/languages/shell'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

/** Other names that people write behind three backticks. */
const others: Record<string, string> = {
  'c#': 'csharp',
  'c++': 'cpp',
  console: 'shell',
  cs: 'csharp',
  docker: 'dockerfile',
  golang: 'go',
  h: 'c',
  hpp: 'cpp',
  html: 'xml',
  js: 'javascript',
  jsonc: 'json',
  jsx: 'javascript',
  kt: 'kotlin',
  md: 'markdown',
  patch: 'diff',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  scss: 'css',
  sh: 'bash',
  svelte: 'xml',
  svg: 'xml',
  toml: 'ini',
  ts: 'typescript',
  tsx: 'typescript',
  vue: 'xml',
  yml: 'yaml',
  zsh: 'bash',
};

/** Which colour a class of the highlighter has; what is not here has none. */
const colours: Record<string, Colour> = {
  'hljs-keyword': 'keyword',
  'hljs-selector-tag': 'keyword',
  'hljs-name': 'keyword',
  'hljs-meta': 'keyword',
  'hljs-section': 'keyword',
  'hljs-title': 'title',
  'hljs-built_in': 'title',
  'hljs-type': 'title',
  'hljs-attr': 'title',
  'hljs-attribute': 'title',
  'hljs-selector-class': 'title',
  'hljs-string': 'string',
  'hljs-regexp': 'string',
  'hljs-symbol': 'string',
  'hljs-bullet': 'string',
  'hljs-number': 'number',
  'hljs-literal': 'number',
  'hljs-variable': 'number',
  'hljs-comment': 'comment',
  'hljs-quote': 'comment',
  'hljs-addition': 'added',
  'hljs-deletion': 'removed',
};

const lowlight = createLowlight();

/** Code in colours, or null where its language is none that is known. */
export async function highlight(text: string, language: string): Promise<Coloured[] | null> {
  const name = others[language] ?? language;
  const load = Object.hasOwn(grammars, name) ? grammars[name] : undefined;
  if (load === undefined) return null;
  if (!lowlight.registered(name)) lowlight.register(name, (await load()).default);
  const pieces: Coloured[] = [];
  collect(lowlight.highlight(name, text).children, null, pieces);
  return pieces;
}

function collect(nodes: readonly RootContent[], colour: Colour | null, into: Coloured[]): void {
  for (const node of nodes) {
    if (node.type === 'text') into.push({ text: node.value, colour });
    else if (node.type === 'element') collect(node.children, colourOf(node) ?? colour, into);
  }
}

function colourOf({ properties }: Element): Colour | null {
  const { className } = properties;
  if (!Array.isArray(className)) return null;
  for (const name of className) {
    const colour = colours[String(name)];
    if (colour !== undefined) return colour;
  }
  return null;
}
