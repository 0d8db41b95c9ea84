/** Dates as Vietnam writes them, in both languages: day before month leaves no doubt only when it is always so. */
import { systemDateFormats } from '@grafana/data';

export const SHORT_DATE_TIME = 'DD/MM/YYYY HH:mm';

export function setDateFormats(): void {
  systemDateFormats.fullDate = 'DD/MM/YYYY HH:mm:ss';
  systemDateFormats.fullDateMS = 'DD/MM/YYYY HH:mm:ss.SSS';
  systemDateFormats.interval = {
    millisecond: 'HH:mm:ss.SSS',
    second: 'HH:mm:ss',
    minute: 'HH:mm',
    hour: 'DD/MM HH:mm',
    day: 'DD/MM',
    month: 'MM/YYYY',
    year: 'YYYY',
  };
}
