import { css } from 'lit';

export const styles = css`
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
    display: grid;
    gap: 3px;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(80px, 9.5em) minmax(40px, 1fr) 3.6em 3.6em 2.8em;
    align-items: center;
    gap: 8px;
    line-height: 1.35;
  }
  .head {
    color: var(--vscode-descriptionForeground);
  }
  .head span {
    font-size: 0.92em; /* of the row, its columns would have other widths */
  }
  .name {
    overflow: hidden;
    text-align: right;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .prominent .name {
    font-weight: 600;
  }
  .track {
    width: 100%;
    height: 12px;
    background: color-mix(in srgb, var(--vscode-foreground) 9%, transparent);
  }
  .bar {
    fill: color-mix(in srgb, var(--vscode-foreground) 38%, transparent);
  }
  .prominent .bar {
    fill: var(--vscode-charts-blue);
  }
  .noisy .bar {
    fill: url(#hatching);
  }
  .weak {
    fill: color-mix(in srgb, var(--vscode-charts-yellow) 40%, transparent);
  }
  .strong {
    fill: var(--vscode-charts-yellow);
  }
  .overall {
    fill: var(--vscode-foreground);
  }
  .figure {
    text-align: end;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 14px;
    margin-top: 8px;
    color: var(--vscode-descriptionForeground);
    font-size: 0.92em;
  }
  .legend li {
    display: inline-flex;
    align-items: center;
    gap: 5px;
  }
  .legend b {
    font-weight: 600;
  }
  details {
    margin-top: 6px;
    font-size: 0.92em;
  }
  summary {
    cursor: pointer;
  }
  dl {
    margin: 4px 0 0;
  }
  dt {
    font-weight: 600;
  }
  dd {
    margin: 0 0 4px;
  }
  .legend svg {
    flex: none;
    width: 16px;
    height: 10px;
  }
  .legend .mark {
    width: 2px;
    height: 12px;
  }
`;
