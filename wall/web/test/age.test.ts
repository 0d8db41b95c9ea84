import { describe, expect, it } from 'vitest';

import { ageText } from '../src/format/age';
import { wordsIn } from '../src/i18n/words';

describe('age', () => {
  it.each([
    [-3, '0 giây'],
    [0.9, '0 giây'],
    [119.9, '119 giây'],
    [120, '2 phút'],
    [7_199, '119 phút'],
    [7_200, '2 giờ'],
    [172_800, '2 ngày'],
  ])('%d s is %s', (seconds, text) => {
    expect(ageText(seconds, wordsIn('vi'))).toBe(text);
  });

  it('has an English plural', () => {
    expect(ageText(1, wordsIn('en'))).toBe('1 second');
    expect(ageText(300, wordsIn('en'))).toBe('5 minutes');
  });
});
