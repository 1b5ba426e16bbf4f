import { css, unsafeCSS } from 'lit';

/** The column of each face but those of the first. */
const COLUMNS = [1, 2, 3, 4, 5, 6, 7]
  .map((column) => `.face:nth-of-type(8n + ${column + 1}) { --column: ${column}; }`)
  .join('\n');

export const styles = css`
  :host {
    contain: layout style paint;
    content-visibility: auto;
    contain-intrinsic-size: auto 230px;
  }
  :host([laid-out]) {
    content-visibility: visible;
  }
  article {
    display: grid;
    gap: 6px;
    height: 100%;
    padding: 10px;
    border: 1px solid
      var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-panel-border)));
    border-inline-start: 4px solid var(--cluster-color);
    border-radius: 6px;
    background: var(--vscode-editorWidget-background);
    align-content: start;
  }
  article.target,
  :host([chosen]) article {
    outline: 2px solid var(--vscode-focusBorder);
    outline-offset: -2px; /* what is outside of the card is not painted */
  }
  .body {
    display: grid;
    grid-template-columns: 70px minmax(0, 1fr);
    gap: 10px;
    align-items: start;
  }
  .head {
    display: grid;
    gap: 3px;
    min-width: 0;
  }
  header {
    display: flex;
    align-items: flex-start;
    gap: 4px;
  }
  header fc-cluster-name {
    flex: 1;
  }
  header input,
  header fc-menu {
    margin: -2px 0;
  }
  header input {
    width: 16px;
    height: 16px;
    margin-top: 3px;
    accent-color: var(--vscode-focusBorder);
  }
  .badge {
    padding-top: 1px;
    font-size: 0.9em;
  }
  .figures {
    display: flex;
    flex-wrap: wrap;
    gap: 0 8px;
    font-size: 0.92em;
  }
  .note {
    font-size: 0.92em;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .eigenface {
    width: 70px;
    aspect-ratio: 5 / 6;
    padding: 0;
    border: 0;
    background: color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
    cursor: pointer;
  }
  .eigenface img {
    display: block;
    width: 100%;
    height: 100%;
  }
  .faces {
    display: grid;
    grid-template-columns: repeat(8, minmax(0, 1fr));
    gap: 3px;
  }
  /* Room for three rows of faces, so that the cards below stay where they are when they arrive. */
  :host(:not([compact])) .faces.full {
    aspect-ratio: 2.27;
    align-content: start;
  }
  .faces .face {
    aspect-ratio: 5 / 6;
  }
  /* Each face is a part of the sheet, which has as many columns, and full rows. */
  .sheet .face {
    background-size: 800% calc(100% * var(--rows));
    background-position: calc(100% * var(--column, 0) / 7)
      calc(100% * var(--at-row, 0) / max(1, var(--rows) - 1));
  }
  .face:nth-of-type(n + 9) {
    --at-row: 1;
  }
  .face:nth-of-type(n + 17) {
    --at-row: 2;
  }
  ${unsafeCSS(COLUMNS)}
  .link {
    justify-self: start;
    font-size: 0.92em;
  }
`;
