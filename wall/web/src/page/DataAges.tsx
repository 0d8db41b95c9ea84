import type { StreamState, StreamStatus } from '../api/contract';
import { ageText } from '../format/age';
import type { Words } from '../i18n/words';
import { useNow } from './useNow';
import type { Connection } from './useStatus';

const MARKS: Readonly<Record<StreamState, string>> = { fresh: '●', stale: '⚠', silent: '■', 'no-data': '○' };

const wordOf = (state: StreamState, words: Words): string =>
  ({ fresh: words.fresh, stale: words.stale, silent: words.silent, 'no-data': words.never })[state];

/** The stream's state as it is now: the server's word, or worse when it has aged since that word came. */
export function stateNow(stream: StreamStatus, ageSeconds: number | null): StreamState {
  if (stream.state === 'fresh' && ageSeconds !== null && ageSeconds > stream.abnormalAfterSeconds) return 'stale';
  return stream.state;
}

/** How old the newest event of every stream is; abnormal ones say so with a symbol and a word as well as a colour. */
export function DataAges({ connection, words }: { readonly connection: Connection; readonly words: Words }) {
  const now = useNow(1_000);
  const sinceStatus = Math.max(0, (now - connection.receivedAt) / 1_000);
  return (
    <ul className="ages" aria-label={words.dataAge}>
      {(connection.status?.streams ?? []).map((stream) => {
        const age = stream.ageSeconds === null ? null : stream.ageSeconds + sinceStatus;
        const state = stateNow(stream, age);
        return (
          <li
            key={stream.stream}
            className={`age ${state}`}
            data-testid={`data-age-${stream.stream}`}
            data-state={state}
            title={`${words.dataAge}: ${wordOf(state, words)}`}
          >
            <span className="age-mark" aria-hidden="true">
              {MARKS[state]}
            </span>
            <span className="age-label">{stream.label}</span>
            {state !== 'no-data' && (
              <span className="age-value">{age === null ? words.unknownAge : ageText(age, words)}</span>
            )}
            {state !== 'fresh' && <strong className="age-word">{wordOf(state, words)}</strong>}
          </li>
        );
      })}
    </ul>
  );
}
