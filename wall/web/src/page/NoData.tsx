import { dateTimeFormat, type TimeRange } from '@grafana/data';

import type { StreamState } from '../api/contract';
import type { PanelJson } from '../dashboard/model';
import { SHORT_DATE_TIME } from '../i18n/dateFormats';
import { useWall } from './wallContext';

/** Says that there is nothing to show, and why: the range, the filters, silent sources. */
export function NoData({ panel, range }: { readonly panel: PanelJson; readonly range: TimeRange }) {
  const { words, timeZone, variables, dashboard, status } = useWall();
  const at = (ms: number): string => dateTimeFormat(ms, { timeZone, format: SHORT_DATE_TIME });
  const filters = (dashboard.templating?.list ?? [])
    .filter(
      ({ hide, includeAll, name }) => hide !== 2 && !(includeAll === true && variables[name]?.value[0] === '$__all')
    )
    .map(({ name, label }) => `${label ?? name}: ${variables[name]?.text.join(', ') ?? ''}`);
  const named = (wanted: StreamState): string =>
    (status?.streams ?? [])
      .filter(({ state }) => state === wanted)
      .map(({ label }) => label)
      .join(', ');
  const silent = named('silent');
  const never = named('no-data');
  const own = panel.fieldConfig?.defaults.noValue ?? '';
  const reasons = [
    silent !== '' && words.noDataSilent(silent),
    never !== '' && words.noDataNever(never),
    silent === '' && never === '' && words.noDataHint,
  ].filter((reason) => reason !== false);
  return (
    <div className="panel-words" data-testid="no-data">
      <p>{/\p{L}/u.test(own) ? own : words.noData}</p>
      <p className="quiet">
        {words.noDataRange(at(range.from.valueOf()), at(range.to.valueOf()))}
        {filters.length > 0 && ` ${words.noDataFilter(filters.join('; '))}`}. {reasons.join(' ')}
      </p>
    </div>
  );
}
