import { escapeHtml } from '../lib/escape-html.js';

/** The compiled layout.mjml: the page around every mail, and the markup of each block that its body is written with. */
export interface Layout {
  page: string;
  blocks: ReadonlyMap<string, string>;
}

/** What goes into the layout: the parts of one mail in one language. */
export interface Pieces {
  locale: string;
  subject: string;
  body: string;
  footer: string;
  /** What stands at the top: markup. */
  brand: string;
  /** What mail programs show beside the subject; empty for the first words of the mail. */
  preheader: string;
}

const BLOCK = /\[\[block:(\w+)\]\]([\s\S]*?)(?=\[\[block:|\[\[end\]\])/g;
const ALL_BLOCKS = /\[\[block:[\s\S]*\[\[end\]\]/;
const SLOT = /\[\[(\w+)\]\]/g;
const ELEMENT = /<(\w+)>([\s\S]*?)<\/\1>/g;
const SECTION_MARK = /\{\{[#^/]\w+\}\}/g;

/** Takes the layout apart. */
export function parseLayout(html: string): Layout {
  const blocks = [...html.matchAll(BLOCK)].map(([, name = '', markup = '']) => [name, markup.trim()] as const);
  return { page: html.replace(ALL_BLOCKS, '').trim(), blocks: new Map(blocks) };
}

/** The body with each of its elements in the markup of the block of that name. */
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
 * Puts a mail into the layout.
 * @throws Error when the body is not made of the layout's blocks, or the layout has a slot that nothing fills.
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
