import type { InterpolateFunction } from '@grafana/data';

import { LANGUAGES } from '../i18n/language';

import type { DashboardJson, DashboardLink, PanelLink } from './model';

const LANGUAGE_SUFFIX = new RegExp(`-(${LANGUAGES.join('|')})$`);

/** Whether two uids are of one dashboard, in whatever language: Grafana needs a uid for each. */
export const sameDashboard = (uid: string, other: string): boolean => plain(uid) === plain(other);

const plain = (uid: string): string => uid.replace(LANGUAGE_SUFFIX, '');

/** The links worth showing: not the list of dashboards nor the other language, which the header has already. */
export function shownLinks(dashboard: DashboardJson): readonly DashboardLink[] {
  return (dashboard.links ?? []).filter(({ type, url }) => {
    const target = /^\/d\/([^/?#]+)/.exec(url)?.[1];
    return type !== 'dashboards' && url !== '' && (target === undefined || !sameDashboard(target, dashboard.uid));
  });
}

/** The address of a link, with the shown range and variables where the dashboard asks to keep them. */
export function linkAddress(link: DashboardLink | PanelLink, replaceVariables: InterpolateFunction): string {
  const kept = [
    'keepTime' in link && link.keepTime === true ? '${__url_time_range}' : '',
    'includeVars' in link && link.includeVars === true ? '${__all_variables}' : '',
  ].filter(Boolean);
  const joined = kept.length === 0 ? link.url : `${link.url}${link.url.includes('?') ? '&' : '?'}${kept.join('&')}`;
  return replaceVariables(joined).replace(/[?&]$/, '');
}
