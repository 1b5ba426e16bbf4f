/** Styles of a line of small faces. */
import { css } from 'lit';

export const smallFaces = css`
  .faces {
    display: flex;
    flex-wrap: wrap;
    gap: 3px;
    margin-top: 4px;
  }
  .face {
    flex: none;
    width: 44px;
    aspect-ratio: 5 / 6;
  }
`;
