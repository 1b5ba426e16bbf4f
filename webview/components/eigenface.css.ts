import { css } from 'lit';

export const styles = css`
  figure {
    margin: 0;
  }
  figcaption {
    margin-top: 4px;
    color: var(--vscode-descriptionForeground);
    font-size: 0.92em;
  }
  .pictures {
    display: flex;
    flex-wrap: wrap;
    gap: 12px 16px;
    align-items: flex-end;
  }
  .pictures.adjustable {
    align-items: flex-start;
  }
  .pictures img,
  .pictures canvas {
    display: block;
    width: 92px;
    aspect-ratio: 5 / 6;
  }
  .pictures .mean {
    width: 200px;
  }
  .pictures .mean img,
  .pictures .mean canvas {
    width: 200px;
  }
  .waiting {
    width: 200px;
    aspect-ratio: 5 / 6;
    background: color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
  }
  .controls {
    width: 320px;
    max-width: 100%;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 6px 12px;
  }
  .together {
    margin-bottom: 6px;
    font-size: 0.92em;
  }
  .head select {
    padding: 2px 4px;
    border: 1px solid var(--vscode-dropdown-border, currentColor);
    background: var(--vscode-dropdown-background);
    color: var(--vscode-dropdown-foreground);
    font: inherit;
  }
  .component {
    display: grid;
    grid-template-columns: 40px minmax(0, 1fr);
    align-items: center;
    gap: 0 10px;
    padding: 2px 0;
  }
  .pictures .component canvas {
    width: 40px;
  }
  .component .line {
    display: flex;
    justify-content: space-between;
    gap: 8px;
  }
  .component output {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .component input {
    width: 100%;
    margin: 2px 0;
    accent-color: var(--vscode-focusBorder);
  }
`;
