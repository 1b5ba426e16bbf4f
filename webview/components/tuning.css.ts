import { css } from 'lit';

export const tuningStyles = css`
  section {
    padding: 10px 12px;
    border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, transparent));
    border-radius: 6px;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr));
    align-items: start;
    gap: 14px 20px;
  }
  .field {
    display: grid;
    justify-items: start;
    gap: 3px;
    min-width: 0;
  }
  .field p {
    font-size: 0.92em;
    overflow-wrap: anywhere;
  }
  input {
    width: 104px;
    min-height: 26px;
    padding: 3px 6px;
    border: 1px solid var(--vscode-input-border, var(--vscode-widget-border, currentColor));
    background: var(--vscode-input-background);
    color: var(--vscode-input-foreground);
    font: inherit;
  }
  vscode-dropdown {
    max-width: 100%;
    min-width: 110px;
  }
  .own {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 12px;
    margin-bottom: 12px;
  }
  .own p {
    flex-basis: 100%;
    overflow-wrap: anywhere;
  }
  fc-weights {
    margin-top: 12px;
  }
`;
