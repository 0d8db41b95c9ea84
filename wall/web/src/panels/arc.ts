/** The gauge's geometry: an arc of 240 degrees about the origin, open below, in the units of its view box. */
const OPENING = 120;
const SWEEP = 360 - OPENING;
const START = 90 + OPENING / 2;
const WIDEST_TEXT = 94;

export const GAUGE = {
  viewBox: '-104 -104 208 164',
  radius: 80,
  thickness: 26,
  rimRadius: 99,
  rimThickness: 4,
  textY: 14,
  textSize: (letters: number): number => Math.min(40, WIDEST_TEXT / (0.58 * Math.max(1, letters))),
} as const;

/** An SVG path along the arc from share `from` to share `to`, both within 0 and 1. */
export function arcPath(from: number, to: number, radius: number): string {
  const large = (to - from) * SWEEP > 180 ? 1 : 0;
  return `M ${point(from, radius)} A ${radius} ${radius} 0 ${large} 1 ${point(to, radius)}`;
}

function point(share: number, radius: number): string {
  const angle = ((START + share * SWEEP) * Math.PI) / 180;
  return `${(radius * Math.cos(angle)).toFixed(3)} ${(radius * Math.sin(angle)).toFixed(3)}`;
}
