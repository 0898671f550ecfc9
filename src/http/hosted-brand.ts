import { lightened, mixed } from '../lib/color.js';
import { escapeHtml } from '../lib/escape-html.js';
import type { Settings } from '../settings.js';

/** The application's brand, as the pages show it. */
export type Brand = Pick<Settings, 'appName' | 'brandColor' | 'signInUrl' | 'supportUrl' | 'supportEmail'>;

const DARK_SURFACE = '#161d22';
const DARK_PAGE = '#0e1316';

/** The variables of base.css in the operator's colour. White is legible on it, and it is lightened for dark surfaces. */
export function brandStyle({ brandColor }: Pick<Brand, 'brandColor'>): string {
  const accent = lightened(brandColor, DARK_SURFACE);
  const light = {
    accent: brandColor,
    'accent-strong': mixed(brandColor, '#000000', 0.2),
    'accent-soft': mixed(brandColor, '#ffffff', 0.9),
    'on-accent': '#ffffff',
  };
  const dark = {
    accent,
    'accent-strong': mixed(accent, '#ffffff', 0.3),
    'accent-soft': mixed(accent, DARK_SURFACE, 0.85),
    'on-accent': DARK_PAGE,
  };
  const rule = (colors: Record<string, string>) =>
    `:root { ${Object.entries(colors)
      .map(([name, color]) => `--${name}: ${color};`)
      .join(' ')} }`;
  return `${rule(light)}\n@media (prefers-color-scheme: dark) { ${rule(dark)} }\n`;
}

/** The link to the application's sign-in, which a page shows once it is done. */
export function signInLink({ appName, signInUrl }: Brand, text: string): string {
  if (signInUrl === undefined) return '';
  const name = escapeHtml(text.replace('{appName}', () => appName));
  return `<p class="note sign-in"><a href="${escapeHtml(signInUrl)}">${name}</a></p>`;
}

/** The support contacts, as mails show them. */
export function supportLine({ supportEmail, supportUrl }: Brand, label: string): string {
  const link = (address: string, text: string) => `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>`;
  const links = [
    supportEmail === undefined ? undefined : link(`mailto:${encodeURI(supportEmail)}`, supportEmail),
    supportUrl === undefined ? undefined : link(supportUrl, supportUrl.replace(/^https?:\/\//, '')),
  ].filter((one) => one !== undefined);
  return links.length === 0 ? '' : `<p class="note support">${escapeHtml(label)} ${links.join(' · ')}</p>`;
}
