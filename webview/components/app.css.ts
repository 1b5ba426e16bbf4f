import { css } from 'lit';

export const styles = css`
  :host {
    padding-bottom: 32px;
  }
  details {
    margin-bottom: 14px;
  }
  summary {
    cursor: pointer;
    margin-bottom: 6px;
  }
  .empty {
    display: grid;
    justify-items: start;
    gap: 12px;
    padding: 40px 0;
  }
`;
