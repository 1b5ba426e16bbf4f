import { css } from 'lit';

export const styles = css`
  [role='group'] {
    position: relative;
    margin: 3px; /* room for the outline of the focus */
    contain: size layout style;
    overflow-anchor: none;
  }
  .row {
    position: absolute;
    top: calc(var(--row) * var(--row-height));
    display: flex;
    gap: 6px;
    contain: layout style;
  }
  .cell {
    position: relative;
    flex: none;
    width: var(--face-width);
    height: calc(1.2 * var(--face-width));
  }
  .cell .face {
    position: relative;
    width: 100%;
    height: 100%;
  }
  .cell .face.selected {
    outline: 3px solid var(--vscode-focusBorder);
    outline-offset: -3px;
  }
  .cell .face.selected:focus-visible {
    outline-offset: 1px;
  }
  .pick {
    position: absolute;
    top: 4px;
    left: 4px;
    width: 18px;
    height: 18px;
    margin: 0;
    opacity: 0;
    accent-color: var(--vscode-focusBorder);
  }
  .cell:hover .pick,
  .cell:focus-within .pick,
  .pick:checked {
    opacity: 1;
  }
  .caption {
    position: absolute;
    right: 0;
    bottom: 0;
    padding: 0 4px;
    background: var(--vscode-badge-background);
    color: var(--vscode-badge-foreground);
    font-size: 0.85em;
  }
  .waiting {
    width: 100%;
    height: 100%;
    background: color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
  }
`;
