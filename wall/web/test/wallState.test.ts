import { describe, expect, it } from 'vitest';

import { readWallState, type WallState, writeWallState } from '../src/url/wallState';

const NOTHING = { lang: null, theme: null };
const read = (address: string, remembered = NOTHING as { lang: string | null; theme: string | null }): WallState =>
  readWallState(new URL(address, 'http://wall'), remembered);

describe('the address', () => {
  it('of a first visit is the home dashboard, in Vietnamese, dark', () => {
    expect(read('/')).toEqual({
      uid: null,
      lang: 'vi',
      theme: 'dark',
      kiosk: false,
      playlistSeconds: null,
      range: null,
      variables: {},
    });
  });

  it.each([
    '/',
    '/d/tong-quan',
    '/d/tong-quan?var-unit=40.01&var-unit=40.02&from=now-7d&to=now&lang=en&theme=light&kiosk',
    '/d/t%C3%B4i?var-ten=X%C3%A3+Y%C3%AAn',
    '/?from=1262304000000&to=1293839999999',
    '/d/a?playlist=30&kiosk',
  ])('%s is written as it was read', (address) => {
    expect(writeWallState(read(address))).toBe(address);
  });

  it('wins over what the browser remembers, which wins over the first visit', () => {
    expect(read('/?lang=vi', { lang: 'en', theme: 'light' })).toMatchObject({ lang: 'vi', theme: 'light' });
    expect(read('/', { lang: 'en', theme: null })).toMatchObject({ lang: 'en', theme: 'dark' });
  });

  it('with nonsense in it is read as far as it makes sense', () => {
    expect(read('/d/a?lang=fr&theme=pink&from=now&playlist=x')).toMatchObject({
      uid: 'a',
      lang: 'vi',
      theme: 'dark',
      playlistSeconds: null,
      range: null,
    });
    expect(read('/?playlist=1')).toMatchObject({ playlistSeconds: 5 });
  });
});
