import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { wallTheme } from '../src/page/wallTheme';

const CSS = readFileSync(new URL('../src/page/wall.css', import.meta.url), 'utf8');

/** The custom properties of one block of wall.css. */
function tokens(selector: string): Record<string, string> {
  const block = new RegExp(`${selector.replace(/[[\]']/g, '\\$&')} \\{([^}]*)\\}`).exec(CSS)?.[1] ?? '';
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]+);/g)].map(([, name = '', color = '']) => [name, color])
  );
}

function luminance(color: string): number {
  const digits = color.slice(1).length === 3 ? color.slice(1).replace(/./g, '$&$&') : color.slice(1, 7);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast ratio of WCAG 2.2. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

const THEMES = [
  { mode: 'dark' as const, colors: tokens(':root') },
  { mode: 'light' as const, colors: tokens(":root[data-theme='light']") },
];

describe.each(THEMES)('letters on the $mode page', ({ mode, colors }) => {
  const PAIRS = [
    ...['strong', 'text', 'quiet'].flatMap((ink) => ['page', 'block'].map((ground) => [ink, ground])),
    ['warning', 'warning-ground'],
    ['critical', 'critical-ground'],
    ['critical', 'block'],
  ];

  it.each(PAIRS)('%s on %s stand out by 4.5 to 1', (ink = '', ground = '') => {
    expect(contrast(colors[ink] ?? '', colors[ground] ?? '')).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['text', 'red', 'orange', 'yellow', 'green', 'blue', 'purple'])('figures in %s do too', (name) => {
    const color = wallTheme(mode).visualization.getColorByName(name);
    if (!color.startsWith('#')) return;
    expect(contrast(color, colors.block ?? '')).toBeGreaterThanOrEqual(4.5);
  });
});
