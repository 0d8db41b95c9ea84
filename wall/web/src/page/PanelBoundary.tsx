import { Component, type ReactNode } from 'react';

import type { Words } from '../i18n/words';

interface Props {
  readonly words: Words;
  /** A change of it tries again. */
  readonly resetBy: unknown;
  readonly children: ReactNode;
}

/** Keeps a panel that cannot be drawn from taking the wall down with it. */
export class PanelBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidUpdate(previous: Props): void {
    if (this.state.failed && previous.resetBy !== this.props.resetBy) this.setState({ failed: false });
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <p className="panel-words">⚠ {this.props.words.drawingFailed}</p>;
  }
}
