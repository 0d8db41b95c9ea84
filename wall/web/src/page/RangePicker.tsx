import { dateTimeFormat } from '@grafana/data';
import { useState } from 'react';

import type { Words } from '../i18n/words';
import { DAY, daysRange, QUICK_RANGES, quickRange, type RawRange, resolveRange, sameRange } from '../time/ranges';

const CUSTOM = 'custom';
const CHOSEN = 'chosen';

interface Props {
  readonly range: RawRange;
  readonly dashboardRange: RawRange;
  readonly timeZone: string;
  readonly words: Words;
  readonly onChange: (range: RawRange | null) => void;
}

/** Quick ranges, and any two days: figures imported from years ago are as near as today's. */
export function RangePicker({ range, dashboardRange, timeZone, words, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const quick = quickRange(range);
  const label = quick === undefined ? describe(range, timeZone) : words[quick.word];
  return (
    <div className="control">
      <label>
        <select
          data-testid="time-range"
          aria-label={words.timeRange}
          title={words.timeRange}
          value={quick?.word ?? CHOSEN}
          onChange={({ target }) => {
            const picked = QUICK_RANGES.find(({ word }) => word === target.value);
            if (target.value === CUSTOM) setOpen(true);
            else if (picked !== undefined)
              onChange(sameRange(picked, dashboardRange) ? null : { from: picked.from, to: picked.to });
          }}
        >
          {quick === undefined && <option value={CHOSEN}>{label}</option>}
          {QUICK_RANGES.map(({ word }) => (
            <option key={word} value={word}>
              {words[word]}
            </option>
          ))}
          <option value={CUSTOM}>{words.customRange}</option>
        </select>
      </label>
      {open && (
        <DaysForm
          range={range}
          timeZone={timeZone}
          words={words}
          onClose={() => setOpen(false)}
          onChange={(chosen) => {
            setOpen(false);
            onChange(chosen);
          }}
        />
      )}
    </div>
  );
}

function DaysForm({
  range,
  timeZone,
  words,
  onClose,
  onChange,
}: Omit<Props, 'dashboardRange'> & { readonly onClose: () => void }) {
  const { from, to } = resolveRange(range, Date.now(), timeZone, 1);
  const [first, setFirst] = useState(dateTimeFormat(from, { timeZone, format: DAY }));
  const [last, setLast] = useState(dateTimeFormat(to, { timeZone, format: DAY }));
  const chosen = daysRange(first, last, timeZone);
  return (
    <form
      className="days"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== null) onChange(chosen);
      }}
    >
      <label>
        {words.from}{' '}
        <input
          inputMode="numeric"
          placeholder="dd/MM/yyyy"
          maxLength={10}
          name="from"
          value={first}
          onChange={({ target }) => setFirst(target.value)}
        />
      </label>
      <label>
        {words.to}{' '}
        <input
          inputMode="numeric"
          placeholder="dd/MM/yyyy"
          maxLength={10}
          name="to"
          value={last}
          onChange={({ target }) => setLast(target.value)}
        />
      </label>
      {chosen === null && <p className="wrong">⚠ {words.wrongDays}</p>}
      <div className="buttons">
        <button type="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button type="submit" disabled={chosen === null}>
          {words.apply}
        </button>
      </div>
    </form>
  );
}

/** A range that is none of the quick ones, as days; with hours when it is shorter than two days. */
function describe(range: RawRange, timeZone: string): string {
  const { from, to } = resolveRange(range, Date.now(), timeZone, 1);
  const format = to.valueOf() - from.valueOf() < 2 * 86_400_000 ? 'DD/MM/YYYY HH:mm' : 'DD/MM/YYYY';
  return `${dateTimeFormat(from, { timeZone, format })} – ${dateTimeFormat(to, { timeZone, format })}`;
}
