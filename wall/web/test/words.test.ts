import { describe, expect, it } from 'vitest';

import { wordsIn } from '../src/i18n/words';

const said = (word: unknown): string =>
  typeof word === 'function' ? String((word as (text: string, other: string) => string)('7', '8')) : String(word);

describe('words', () => {
  it('are all there in both languages, and differ', () => {
    const vi = wordsIn('vi') as Record<string, unknown>;
    const en = wordsIn('en') as Record<string, unknown>;
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
    for (const key of Object.keys(vi)) {
      expect(said(vi[key]), key).not.toBe('');
      expect(said(en[key]), key).not.toBe(said(vi[key]));
    }
  });
});
