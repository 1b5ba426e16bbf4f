import { css } from 'lit';

export const styles = css`
  nav {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-bottom: 12px;
  }
  nav h2 {
    margin: 0 8px;
    font-size: 1.4em;
  }
  .summary {
    display: flex;
    flex-wrap: wrap;
    gap: 24px;
    margin-bottom: 20px;
  }
  .chart {
    flex: 1 1 340px;
    max-width: 620px;
  }
  .chart h3 {
    margin-bottom: 6px;
  }
  details {
    margin-top: 12px;
  }
  summary {
    margin-bottom: 6px;
    cursor: pointer;
  }
  .faces {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-bottom: 8px;
  }
  .faces h3 {
    margin: 0 8px 0 0;
  }
  .faces vscode-dropdown {
    min-width: 230px;
  }
  .faces select {
    max-width: 100%;
    min-height: 26px;
    padding: 3px 6px;
    border: 1px solid var(--vscode-dropdown-border, currentColor);
    background: var(--vscode-dropdown-background);
    color: var(--vscode-dropdown-foreground);
    font: inherit;
  }
`;
