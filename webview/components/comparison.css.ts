import { css } from 'lit';

export const styles = css`
  section {
    margin-bottom: 18px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 14px;
    margin-bottom: 6px;
  }
  svg.chart {
    width: 100%;
    max-width: 860px;
    font-size: 11px;
  }
  .grid {
    stroke: color-mix(in srgb, var(--vscode-foreground) 20%, transparent);
  }
  text {
    fill: var(--vscode-descriptionForeground);
  }
  .line {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
  }
  .band {
    fill: currentColor;
    fill-opacity: 0.18;
  }
  .point {
    fill: currentColor;
  }
  .found {
    stroke: var(--vscode-editor-background);
    stroke-width: 1.5;
  }
  .best {
    fill: none;
    stroke: var(--vscode-foreground);
    stroke-width: 2;
  }
  text.best {
    fill: var(--vscode-foreground);
    stroke: none;
  }
  svg.live,
  .clickable {
    cursor: pointer;
  }
  .clickable:focus-visible {
    outline: none;
  }
  .clickable:focus-visible .point,
  .clickable:hover .point {
    stroke: var(--vscode-focusBorder);
    stroke-width: 3;
  }
  .kmeans {
    color: var(--vscode-charts-blue);
  }
  .agglomerative {
    color: var(--vscode-charts-red);
    stroke-dasharray: 7 3;
  }
  .birch {
    color: var(--vscode-charts-purple);
    stroke-dasharray: 2 3;
  }
  .spectral {
    color: var(--vscode-charts-green);
    stroke-dasharray: 9 3 2 3;
  }
  .dbscan {
    color: #c8650f; /* VS Code's own orange is dim in its dark themes */
  }
  .optics {
    color: var(--vscode-charts-yellow);
  }
  .hdbscan {
    color: var(--vscode-charts-foreground);
  }
  .point {
    stroke-dasharray: none;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
    margin: 4px 0;
  }
  .legend svg {
    width: 26px;
    height: 16px;
    margin-right: 5px;
    vertical-align: -4px;
  }
  table {
    border-collapse: collapse;
  }
  td,
  th {
    padding: 1px 14px 1px 0;
    text-align: left;
  }
`;
