/** Cards of the faces that a user looks at on a map. */
import type { FaceCard } from '../../../src/domain/faces';
import type { Source } from '../../source';

/** Cards in memory, with their pictures. */
const KEPT = 300;

export class FaceCards {
  private readonly cards = new Map<number, Promise<FaceCard>>();

  constructor(private readonly source: Source) {}

  /** The card of a face, requested once. */
  of(row: number): Promise<FaceCard> {
    const known = this.cards.get(row) ?? this.request(row);
    this.cards.delete(row);
    this.cards.set(row, known); // the last in order of use
    for (const old of [...this.cards.keys()].slice(0, -KEPT)) this.cards.delete(old);
    return known;
  }

  private request(row: number): Promise<FaceCard> {
    const card = this.source.faceCards([row]).then(([face]) => {
      if (face === undefined) throw new Error('the face is missing');
      return face;
    });
    card.catch(() => {
      this.cards.delete(row); // so that it is requested again
    });
    return card;
  }
}
