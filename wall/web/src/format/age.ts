import type { Words } from '../i18n/words';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An age in the largest whole unit: 45 giây, 3 phút, 2 giờ, 5 ngày. Ages below zero (clocks apart) are 0. */
export function ageText(seconds: number, words: Words): string {
  const age = Math.max(0, Math.floor(seconds));
  if (age < 2 * MINUTE) return words.second(age);
  if (age < 2 * HOUR) return words.minute(Math.floor(age / MINUTE));
  if (age < 2 * DAY) return words.hour(Math.floor(age / HOUR));
  return words.day(Math.floor(age / DAY));
}
