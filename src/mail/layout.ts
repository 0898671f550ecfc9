import { escapeHtml } from '../lib/escape-html.js';

/** The compiled layout.mjml: the page around every email, and the markup of each block used in its body. */
export interface Layout {
  page: string;
  blocks: ReadonlyMap<string, string>;
}

/** The content of the layout: the parts of one email in one language. */
export interface Pieces {
  locale: string;
  subject: string;
  body: string;
  footer: string;
  /** Markup of the header. */
  brand: string;
  /** The preview text that mail programs show beside the subject. If empty, they show the start of the email. */
  preheader: string;
}

const BLOCK = /\[\[block:(\w+)\]\]([\s\S]*?)(?=\[\[block:|\[\[end\]\])/g;
const ALL_BLOCKS = /\[\[block:[\s\S]*\[\[end\]\]/;
const SLOT = /\[\[(\w+)\]\]/g;
const ELEMENT = /<(\w+)>([\s\S]*?)<\/\1>/g;
const SECTION_MARK = /\{\{[#^/]\w+\}\}/g;

/** Parses the layout. */
export function parseLayout(html: string): Layout {
  const blocks = [...html.matchAll(BLOCK)].map(([, name = '', markup = '']) => [name, markup.trim()] as const);
  return { page: html.replace(ALL_BLOCKS, '').trim(), blocks: new Map(blocks) };
}

/** Replaces each element of the body with the markup of the block of that name. */
function expandBlocks({ blocks }: Layout, body: string): string {
  const stray = body.replace(ELEMENT, '').replace(SECTION_MARK, '').trim();
  if (stray !== '') throw new Error(`the template has text outside of its blocks: ${stray}`);
  return body.replace(ELEMENT, (_, name: string, content: string) => {
    const block = blocks.get(name);
    if (block === undefined) throw new Error(`the template uses an unknown block: ${name}`);
    return block.replace('[[content]]', () => content);
  });
}

/**
 * Inserts an email into the layout.
 * @throws Error if the body contains anything but the layout's blocks, or if a slot of the layout is not filled.
 */
export function fillLayout(layout: Layout, pieces: Pieces): string {
  const slots: Record<string, string> = {
    locale: pieces.locale,
    subject: escapeHtml(pieces.subject),
    preheader: escapeHtml(pieces.preheader),
    footer: escapeHtml(pieces.footer),
    brand: pieces.brand,
    body: expandBlocks(layout, pieces.body),
  };
  return `${layout.page.replace(SLOT, (slot, name: string) => {
    const content = slots[name];
    if (content === undefined) throw new Error(`the layout has an unknown slot: ${slot}`);
    return content;
  })}\n`;
}
