import { css } from 'lit';

export const toolbarStyles = css`
  header {
    padding: 16px 0 10px;
  }
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    gap: 8px;
    margin: 4px 0 14px;
  }
  label {
    display: grid;
    gap: 3px;
    font-size: 0.92em;
  }
  vscode-text-field {
    width: 104px;
  }
  vscode-dropdown {
    min-width: 110px;
  }
  #tuning {
    display: flex;
    flex-basis: 100%;
    flex-wrap: wrap;
    align-items: flex-end;
    gap: 8px 14px;
    padding: 8px 10px;
    border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, transparent));
    border-radius: 6px;
  }
  .wrong {
    flex-basis: 100%;
  }
  fc-weights {
    flex-basis: 100%;
  }
  /* What is needed less often folds away; VS Code has it above the panel, too. */
  @media (max-width: 720px) {
    .controls:not(.open) .further {
      display: none;
    }
  }
`;
