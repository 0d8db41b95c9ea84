/** Where panels stand: Grafana's grid of 24 columns, one column on a phone, the whole screen on a wall. */
import type { GridPos, PanelJson } from './model';

export const COLUMNS = 24;
export const GAP_PX = 8;
const ROW_PX = 30;
const SHORTEST_WALL_ROW_PX = 20;
/** A dashboard that is a little shorter than the window is stretched to fill it. */
const TALLEST_DESK_ROW_PX = 38;
const PHONE_BELOW_PX = 700;
const SECTION_HEIGHT = 1;
/** Lowest and highest that a panel is drawn on a phone. */
const PHONE_HEIGHTS_PX: Readonly<Record<string, readonly [number, number]>> = {
  stat: [104, 190],
  text: [104, 240],
  gauge: [180, 220],
};

/** Screens wider than this are looked at from afar: everything on them is drawn larger. */
const DESIGN_WIDTH_PX = 1920;
const LARGEST_SCALE = 4;

export interface PlacedPanel {
  readonly panel: PanelJson;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Placement {
  readonly panels: readonly PlacedPanel[];
  readonly height: number;
}

export interface Screen {
  readonly width: number;
  readonly height: number;
  /** Fill the height too, as far as the panels stay readable. */
  readonly fit: boolean;
}

/** How much larger than on a desk everything is drawn: 2 on a 4K screen without a scale of its own. */
export function screenScale(screenWidth: number): number {
  if (screenWidth <= DESIGN_WIDTH_PX * 1.15) return 1;
  return Math.min(LARGEST_SCALE, Math.round((screenWidth / DESIGN_WIDTH_PX) * 20) / 20);
}

/**
 * The panels that can be seen, with rows opened and closed: `toggled` holds the ids of the rows that the viewer has
 * turned over. What stands below a closed row moves up.
 */
export function visiblePanels(panels: readonly PanelJson[], toggled: ReadonlySet<number>): readonly PanelJson[] {
  const sorted = [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  const shown: PanelJson[] = [];
  let shift = 0;
  let hidden: { readonly top: number } | null = null;
  for (const panel of sorted) {
    if (panel.type === 'row') {
      if (hidden !== null) shift -= panel.gridPos.y - hidden.top;
      hidden = null;
      const open = (panel.collapsed === true) === toggled.has(panel.id);
      const row = moved(panel, shift);
      shown.push({ ...row, collapsed: !open });
      const nested = panel.panels ?? [];
      if (nested.length > 0 && open) {
        const top = panel.gridPos.y + SECTION_HEIGHT;
        const first = Math.min(...nested.map(({ gridPos }) => gridPos.y));
        shown.push(...nested.map((inner) => moved(inner, shift + top - first)));
        shift += Math.max(...nested.map(({ gridPos }) => gridPos.y + gridPos.h)) - first;
      } else if (nested.length === 0 && !open) {
        hidden = { top: panel.gridPos.y + SECTION_HEIGHT };
      }
    } else if (hidden === null) {
      shown.push(moved(panel, shift));
    }
  }
  return shown;
}

/** Pixels for every panel on `screen`. */
export function place(panels: readonly PanelJson[], screen: Screen): Placement {
  if (screen.width < PHONE_BELOW_PX) return stack(panels, screen.width);
  const rows = Math.max(0, ...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const filled = rows === 0 ? ROW_PX : (screen.height + GAP_PX) / rows - GAP_PX;
  const shortest = screen.fit ? SHORTEST_WALL_ROW_PX : ROW_PX;
  const tallest = screen.fit ? Infinity : TALLEST_DESK_ROW_PX;
  const row = filled >= shortest ? Math.min(filled, tallest) : ROW_PX;
  const column = (screen.width - GAP_PX * (COLUMNS - 1)) / COLUMNS;
  return {
    panels: panels.map((panel) => ({
      panel,
      left: Math.round(panel.gridPos.x * (column + GAP_PX)),
      top: Math.round(panel.gridPos.y * (row + GAP_PX)),
      width: Math.floor(span(panel.gridPos.w, column)),
      height: Math.floor(span(panel.gridPos.h, row)),
    })),
    height: Math.ceil(span(rows, row)),
  };
}

function stack(panels: readonly PanelJson[], width: number): Placement {
  const ordered = [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  let top = 0;
  const placed = ordered.map((panel) => {
    const height = phoneHeight(panel);
    const here = { panel, left: 0, top, width, height };
    top += height + GAP_PX;
    return here;
  });
  return { panels: placed, height: Math.max(0, top - GAP_PX) };
}

function phoneHeight(panel: PanelJson): number {
  if (panel.type === 'row') return ROW_PX;
  const [least, most] = PHONE_HEIGHTS_PX[panel.type] ?? [240, 460];
  return Math.floor(Math.min(Math.max(span(panel.gridPos.h, ROW_PX), least), most));
}

const span = (cells: number, size: number): number => cells * size + Math.max(0, cells - 1) * GAP_PX;

const moved = (panel: PanelJson, rows: number): PanelJson =>
  rows === 0 ? panel : { ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y + rows } satisfies GridPos };
