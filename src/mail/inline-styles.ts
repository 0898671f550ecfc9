const FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const MONOSPACE = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace";

/** What each class of the templates looks like; the layout's style sheet only adds the dark and the narrow variant. */
const STYLES: Record<string, string> = {
  page: 'margin:0;padding:0;background-color:#f3f4f6;-webkit-text-size-adjust:100%',
  canvas: 'width:100%;background-color:#f3f4f6',
  card: 'width:100%;max-width:560px;background-color:#ffffff;border:1px solid #e5e7eb;border-radius:12px',
  brand: `padding:32px 40px 0;${FONT};font-size:16px;line-height:24px;font-weight:700;color:#0d6b5e`,
  content: 'padding:16px 40px 20px',
  heading: `margin:0 0 16px;${FONT};font-size:22px;line-height:30px;font-weight:700;color:#111827`,
  text: `margin:0 0 16px;${FONT};font-size:16px;line-height:25px;color:#374151`,
  code: `margin:24px 0;padding:20px 0 20px 10px;${MONOSPACE};font-size:36px;line-height:40px;font-weight:700;letter-spacing:10px;text-align:center;color:#111827;background-color:#f3f4f6;border-radius:8px`,
  button: `display:inline-block;padding:14px 28px;${FONT};font-size:16px;line-height:20px;font-weight:600;color:#ffffff;background-color:#0d6b5e;border-radius:8px;text-decoration:none`,
  action: 'margin:24px 0',
  small: `margin:0 0 12px;${FONT};font-size:13px;line-height:20px;color:#6b7280`,
  address: 'color:#0d6b5e;word-break:break-all',
  facts: 'width:100%;margin:24px 0;background-color:#f3f4f6;border-radius:8px',
  fact: `padding:14px 20px;${FONT};font-size:15px;line-height:22px;color:#374151`,
  note: 'padding:20px 40px 16px;border-top:1px solid #e5e7eb',
  footer: `margin:0;padding:20px 40px 0;${FONT};font-size:12px;line-height:18px;text-align:center;color:#6b7280`,
};

/**
 * Writes the style of every class beside it, because many mail programs drop style sheets.
 * @throws Error when a template uses a class that has no style.
 */
export function inlineStyles(html: string): string {
  return html.replace(/ class="([\w-]+)"/g, (attribute, name: string) => {
    const style = STYLES[name];
    if (style === undefined) throw new Error(`the template uses an unknown class: ${name}`);
    return `${attribute} style="${style}"`;
  });
}
