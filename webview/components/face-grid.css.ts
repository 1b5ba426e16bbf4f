import { css } from 'lit';

export const styles = css`
  lit-virtualizer {
    min-height: 120px;
  }
  .cell {
    width: 100px;
    height: 120px;
  }
  .cell .face {
    width: 100%;
    height: 100%;
  }
  .waiting {
    width: 100%;
    height: 100%;
    background: color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
  }
`;
