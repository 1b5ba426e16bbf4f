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
  vscode-dropdown {
    min-width: 110px;
  }
  /* Stays together at the end of a line, where the menu has room. */
  .last {
    display: flex;
    align-items: flex-end;
    gap: 8px;
    margin-inline-start: auto;
  }
  #tuning {
    flex-basis: 100%;
    min-width: 0;
  }
`;
