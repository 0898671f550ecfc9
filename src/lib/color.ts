const HEX = /^#[0-9a-f]{6}$/i;

/** Parses a colour to `#rrggbb` in lower case. Returns undefined for any other text. */
export function readColor(text: string): string | undefined {
  return HEX.test(text) ? text.toLowerCase() : undefined;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast ratio of two colours, from 1 to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Mixes a colour with a share of another one, from 0 to 1. */
export function mixed(color: string, other: string, share: number): string {
  const others = channels(other);
  const parts = channels(color).map((channel, index) => channel + ((others[index] ?? 0) - channel) * share);
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** Mixes the colour with white until it is readable on the dark background. */
export function lightened(color: string, background: string, least = 7): string {
  for (let share = 0; share < 1; share += 0.05) {
    const found = mixed(color, '#ffffff', share);
    if (contrast(found, background) >= least) return found;
  }
  return '#ffffff';
}
