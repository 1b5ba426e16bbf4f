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
    gap: 12px;
    align-items: flex-end;
  }
  .pictures img {
    display: block;
    width: 92px;
    aspect-ratio: 5 / 6;
  }
  .pictures .mean img {
    width: 200px;
  }
  .waiting {
    width: 200px;
    aspect-ratio: 5 / 6;
    background: color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
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
    min-width: 150px;
  }
`;
