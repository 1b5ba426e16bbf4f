/** Styles of native fields, like those of VS Code. */
import { css } from 'lit';

export const fields = css`
  input[type='search'],
  select {
    min-height: 26px;
    padding: 3px 6px;
    border: 1px solid var(--vscode-input-border, var(--vscode-widget-border, currentColor));
    background: var(--vscode-input-background);
    color: var(--vscode-input-foreground);
    font: inherit;
  }
  select {
    background: var(--vscode-dropdown-background);
    color: var(--vscode-dropdown-foreground);
    border-color: var(--vscode-dropdown-border, currentColor);
  }
`;
