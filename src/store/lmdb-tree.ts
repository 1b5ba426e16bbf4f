/** Walks the trees of LMDB's data files and checks their pages. */
import { t } from '../text/translate';
import {
  BRANCH_PAGE,
  Damage,
  FLAGS_AT,
  LEAF_PAGE,
  type Meta,
  OVERFLOW_PAGE,
  PAGE_HEADER,
  PAGES_AT,
  parseTree,
  type Tree,
  TREE_BYTES,
  uint64,
} from './lmdb-format';
import { type LeafNode, type OverflowValue, Page } from './lmdb-page';
import { PageSet } from './page-set';

/** Reads bytes of a file into a buffer. @throws Damage where the file is too short. */
export type ReadBytes = (offset: number, length: number, buffer?: Buffer) => Buffer;

export class TreeWalk {
  private readonly pages: PageSet;

  constructor(
    private readonly read: ReadBytes,
    private readonly meta: Meta,
  ) {
    this.pages = new PageSet(meta.lastPage);
  }

  /**
   * Checks every page of a tree, and that no other tree of this walk contains it. Does not read
   * long values.
   * @param visit takes nodes that are not plain: roots of tables, and long values. Of the tree of
   * free pages it takes all nodes.
   * @throws Damage.
   */
  walk(tree: Tree, visit?: (node: LeafNode) => void): void {
    const { meta } = this;
    const found = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
    // One page of each level: all nodes of a page are visited before its next sibling is read.
    const levels: Page[] = [];
    const visitPage = (number: number, depth: number) => {
      this.pages.claim(number);
      const page = (levels[depth] ??= new Page(meta.pageSize));
      page.number = number;
      this.read(number * meta.pageSize, meta.pageSize, page.bytes);
      if (depth !== tree.depth) {
        page.check(BRANCH_PAGE);
        found.branches += 1;
        if (page.nodes < 2) throw page.damaged();
        for (let i = 0; i < page.nodes; i++) visitPage(page.childAt(i), depth + 1);
        return;
      }
      page.check(LEAF_PAGE);
      found.leaves += 1;
      found.entries += page.nodes;
      for (let i = 0; i < page.nodes; i++) {
        const isPlain = page.checkLeafNode(i);
        if (isPlain && tree !== meta.free) continue;
        const node = page.leafNodeAt(i);
        if (!Buffer.isBuffer(node.value)) {
          found.overflows += node.value.pages;
          this.claimOverflow(node.value);
        }
        visit?.(node);
      }
    };
    if (tree.root !== null) visitPage(tree.root, 1);
    checkTotals(tree, found);
  }

  /** The tree of a table, from the node that holds its root. @throws Damage. */
  tableOf({ value }: LeafNode): Tree {
    if (!Buffer.isBuffer(value) || value.length !== TREE_BYTES)
      throw new Damage(t('a table has no root'));
    return parseTree(value, this.meta.lastPage);
  }

  /** Checks the tree of free pages. @returns all pages that it lists. @throws Damage. */
  freePages(): PageSet {
    const free = new PageSet(this.meta.lastPage);
    this.walk(this.meta.free, (node) => {
      for (const page of this.freePagesOf(node)) free.add(page);
    });
    return free;
  }

  /** The same, where no tree of this walk may contain a page that is free. @throws Damage. */
  claimFreePages(): void {
    this.walk(this.meta.free, (node) => {
      for (const page of this.freePagesOf(node)) this.pages.claim(page);
    });
  }

  private claimOverflow({ page, pages, bytes }: OverflowValue): void {
    const { pageSize } = this.meta;
    if (pages !== Math.floor((PAGE_HEADER - 1 + bytes) / pageSize) + 1)
      throw new Damage(t('the length of the value at page {0} is wrong', page));
    for (let i = 0; i < pages; i++) this.pages.claim(page + i);
    const header = this.read(page * pageSize, PAGE_HEADER);
    const isStart =
      uint64(header, 0) === page &&
      header.readUInt16LE(FLAGS_AT) === OVERFLOW_PAGE &&
      header.readUInt32LE(PAGES_AT) === pages;
    if (!isStart) throw new Damage(t('page {0} is not the beginning of a value', page));
    this.read((page + pages) * pageSize - 1, 1); // its last byte exists
  }

  /**
   * Pages that a node of the tree of free pages lists. Its value is a list of 64-bit integers: how
   * many follow, then numbers of pages. A negative number −n means that the next number is the
   * first of n consecutive pages; 0 is skipped.
   */
  private *freePagesOf({ key, value }: LeafNode): Generator<number> {
    if (key.length !== 8) throw new Damage(t('the list of free pages is damaged'));
    const bytes = Buffer.isBuffer(value)
      ? value
      : this.read(value.page * this.meta.pageSize + PAGE_HEADER, value.bytes);
    const count = bytes.length >= 8 ? uint64(bytes, 0) : NaN;
    if (!(count <= bytes.length / 8 - 1)) throw new Damage(t('the list of free pages is damaged'));
    let run = 1;
    for (let i = 1; i <= count; i++) {
      const number = bytes.readBigInt64LE(8 * i);
      if (number < 0n) {
        run = Number(-number);
        continue;
      }
      const page = Number(number);
      if (page === 0) continue;
      if (page + run > this.meta.lastPage + 1)
        throw new Damage(t('a free page lies beyond the last page'));
      for (; run > 0; run--) yield page + run - 1;
      run = 1;
    }
  }
}

type Totals = Pick<Tree, 'branches' | 'leaves' | 'overflows' | 'entries'>;

function checkTotals(tree: Tree, found: Totals): void {
  const isEqual =
    found.branches === tree.branches &&
    found.leaves === tree.leaves &&
    found.overflows === tree.overflows &&
    found.entries === tree.entries;
  if (!isEqual) {
    throw new Damage(
      t(
        'a table differs from its root: expected {0} entries, got {1}',
        tree.entries,
        found.entries,
      ),
    );
  }
}
