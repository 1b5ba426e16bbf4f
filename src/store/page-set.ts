import { t } from '../text/translate';
import { Damage } from './lmdb-format';

/** A set of pages of a file. */
export class PageSet {
  private readonly bits: Uint8Array;

  constructor(private readonly lastPage: number) {
    this.bits = new Uint8Array((lastPage >> 3) + 1);
  }

  has(page: number): boolean {
    return (this.bits[page >> 3]! & (1 << (page & 7))) !== 0;
  }

  add(page: number): void {
    this.bits[page >> 3]! |= 1 << (page & 7);
  }

  /** Adds a page. @throws Damage where it does not exist, is a meta page, or was added before. */
  claim(page: number): void {
    if (!(page > 1 && page <= this.lastPage)) throw new Damage(t('there is no page {0}', page));
    if (this.has(page)) throw new Damage(t('page {0} is used twice', page));
    this.add(page);
  }
}
