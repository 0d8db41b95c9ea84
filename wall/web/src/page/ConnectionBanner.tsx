import { ageText } from '../format/age';
import type { Words } from '../i18n/words';
import { useNow } from './useNow';
import type { Connection } from './useStatus';

/** Says that the figures no longer move and since when; nothing while all is well. */
export function ConnectionBanner({ connection, words }: { readonly connection: Connection; readonly words: Words }) {
  const now = useNow(1_000);
  const { lost, status, receivedAt } = connection;
  if (lost) {
    return (
      <div className="banner critical" role="alert" data-testid="connection-banner" data-state="lost">
        <strong>■ {words.connectionLost}.</strong>{' '}
        {words.connectionLostDetail(ageText((now - receivedAt) / 1_000, words))}
      </div>
    );
  }
  if (status !== null && !status.store.ok) {
    return (
      <div className="banner warning" role="alert" data-testid="connection-banner" data-state="store">
        <strong>⚠ {words.storeDown}.</strong> {words.storeDownDetail}
      </div>
    );
  }
  if (status?.message != null && status.message !== '') {
    return (
      <div className="banner warning" role="status" data-testid="status-message">
        ⚠ {status.message}
      </div>
    );
  }
  return null;
}
