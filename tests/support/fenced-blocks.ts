/** A fenced block of a Markdown page. */
export interface FencedBlock {
  /** The first word after the fence; empty where there is none. */
  language: string;
  text: string;
  /** The line of its fence, from 1 on. */
  line: number;
}

/** The fenced blocks of a page, in order. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  return [...markdown.matchAll(/^( *)```([^\n]*)\n(.*?)^\1```$/gms)].map((match) => {
    const [, indent = '', language = '', text = ''] = match;
    const line = markdown.slice(0, match.index).split('\n').length;
    return { language: language.trim(), text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), line };
  });
}
