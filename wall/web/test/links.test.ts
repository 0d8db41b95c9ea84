import { describe, expect, it } from 'vitest';

import { interpolator } from '../src/dashboard/interpolation';
import { linkAddress, sameDashboard, shownLinks } from '../src/dashboard/links';

const replace = interpolator({ unit: { value: ['40.01'], text: ['x'] } }, () => ({ fromMs: 1, toMs: 2 }));

describe('links', () => {
  it.each([
    [{ title: '', url: '/d/a' }, '/d/a'],
    [{ title: '', url: '/d/a?var-unit=$unit' }, '/d/a?var-unit=40.01'],
    [{ title: '', url: '/d/a', keepTime: true, includeVars: true }, '/d/a?from=1&to=2&var-unit=40.01'],
    [{ title: '', url: '/d/a?x=1', keepTime: true }, '/d/a?x=1&from=1&to=2'],
  ])('%o', (link, address) => {
    expect(linkAddress(link, replace)).toBe(address);
  });

  it('to the other language and to the list of dashboards are in the header already', () => {
    const links = [
      { title: 'English', type: 'link', url: '/d/home-en' },
      { title: 'Dashboards', type: 'dashboards', url: '' },
      { title: 'Units', type: 'link', url: '/d/units' },
      { title: 'Portal', type: 'link', url: 'https://dichvucong.gov.vn' },
    ];
    expect(shownLinks({ uid: 'home', title: '', links }).map(({ title }) => title)).toEqual(['Units', 'Portal']);
    expect(sameDashboard('home-vi', 'home-en')).toBe(true);
    expect(sameDashboard('home', 'homes')).toBe(false);
  });
});
