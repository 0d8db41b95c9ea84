import { renderTextPanelMarkdown, textUtil } from '@grafana/data';
import { useMemo } from 'react';

import { optionsOf, type PanelProps } from './panelProps';

const DEFAULTS = { mode: 'markdown', content: '' };

/** Text of the dashboard; markdown and HTML are sanitised before they reach the page. */
export function TextPanel({ panel, replaceVariables }: PanelProps) {
  const { mode, content } = optionsOf(panel, DEFAULTS);
  const filled = replaceVariables(content);
  const html = useMemo(
    () => (mode === 'html' ? textUtil.sanitizeTextPanelContent(filled) : renderTextPanelMarkdown(filled)),
    [mode, filled]
  );
  if (mode === 'code') return <pre className="text-panel">{filled}</pre>;
  return <div className="text-panel markdown-html" dangerouslySetInnerHTML={{ __html: html }} />;
}
