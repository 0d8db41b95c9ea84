/** A state that held from one instant to another. */
export interface Segment {
  readonly value: unknown;
  readonly from: number;
  readonly to: number;
}

/** The states of one field over time: each lasts until the next, the last until `end`; null means that none held. */
export function segmentsOf(
  times: readonly number[],
  values: readonly unknown[],
  end: number,
  merge: boolean
): Segment[] {
  const segments: Segment[] = [];
  times.forEach((from, index) => {
    const value = values[index];
    const to = times[index + 1] ?? Math.max(end, from);
    const last = segments.at(-1);
    if (value === null || value === undefined) return;
    if (merge && last !== undefined && last.value === value && last.to === from)
      segments[segments.length - 1] = { ...last, to };
    else segments.push({ value, from, to });
  });
  return segments;
}
