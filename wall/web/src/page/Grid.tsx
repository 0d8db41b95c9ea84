import { useMemo, useState } from 'react';

import { place, type Screen, visiblePanels } from '../dashboard/layout';
import type { PanelJson } from '../dashboard/model';
import { PanelView } from './PanelView';
import { useWall } from './wallContext';

export function Grid({ panels, screen }: { readonly panels: readonly PanelJson[]; readonly screen: Screen }) {
  const [toggled, setToggled] = useState<ReadonlySet<number>>(new Set());
  const { width, height, fit } = screen;
  const placement = useMemo(
    () => place(visiblePanels(panels, toggled), { width, height, fit }),
    [panels, toggled, width, height, fit]
  );
  const toggle = (id: number): void =>
    setToggled((last) => {
      const next = new Set(last);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <div className="grid" style={{ height: placement.height }}>
      {placement.panels.map((placed) => (
        <div
          key={placed.panel.id}
          className="cell"
          style={{
            transform: `translate(${placed.left}px, ${placed.top}px)`,
            width: placed.width,
            height: placed.height,
          }}
        >
          {placed.panel.type === 'row' ? (
            <RowHeading panel={placed.panel} onToggle={() => toggle(placed.panel.id)} />
          ) : (
            <PanelView placed={placed} />
          )}
        </div>
      ))}
    </div>
  );
}

function RowHeading({ panel, onToggle }: { readonly panel: PanelJson; readonly onToggle: () => void }) {
  const { replaceVariables } = useWall();
  const open = panel.collapsed !== true;
  return (
    <button
      type="button"
      className="row-heading"
      aria-expanded={open}
      data-testid={`row-${panel.id}`}
      onClick={onToggle}
    >
      <span aria-hidden="true">{open ? '▾' : '▸'}</span> {replaceVariables(panel.title ?? '')}
    </button>
  );
}
