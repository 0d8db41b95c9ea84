import type { FieldDisplay } from '@grafana/data';
import type { ReactNode } from 'react';

/** Makes a figure with a data link clickable. */
export function FigureLink({ figure, children }: { readonly figure: FieldDisplay; readonly children: ReactNode }) {
  const link = figure.hasLinks ? figure.getLinks?.()[0] : undefined;
  if (link === undefined) return children;
  return (
    <a className="figure-link" href={link.href} title={link.title} target={link.target}>
      {children}
    </a>
  );
}
