/**
 * Checks a data file of LMDB without mapping it into memory. LMDB trusts its files: one that is cut
 * short ends the process with SIGBUS when a page beyond its end is read, and one that holds garbage
 * with SIGSEGV or an assertion.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { t } from '../text/translate';
import { codeOf, messageOf } from '../util/errors';
import {
  Damage,
  type Meta,
  META_BYTES,
  PAGE_HEADER,
  parseMeta,
  parseMetaPage,
} from './lmdb-format';
import { TreeWalk } from './lmdb-tree';

/** Windows has neither of the two. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** Attempts to check a file that another process writes meanwhile. */
const MAX_ATTEMPTS = 5;

export class LmdbFile {
  private constructor(
    private readonly fd: number,
    private readonly size: number,
  ) {}

  /**
   * @returns undefined where there is no file or an empty one, which LMDB initializes.
   * @throws Error where it cannot be read, is a symbolic link, or no regular file.
   */
  static open(path: string): LmdbFile | undefined {
    let fd: number;
    try {
      // O_NONBLOCK: opening a FIFO would otherwise wait for a writer.
      fd = openSync(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    let file: LmdbFile | undefined;
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile()) throw new Error(`'${path}' is not a regular file`);
      if (stats.size > 0) file = new LmdbFile(fd, stats.size);
    } finally {
      if (file === undefined) closeSync(fd);
    }
    return file;
  }

  close(): void {
    closeSync(this.fd);
  }

  /**
   * Checks what LMDB relies on when it maps the file: the meta pages and the length. Takes
   * microseconds.
   * @returns what is wrong, for people; undefined where nothing is.
   */
  headerDamage(): string | undefined {
    return this.check((meta) => {
      const { pageSize, lastPage } = meta;
      if (this.size >= (lastPage + 1) * pageSize) return;
      // Pages at the end that were taken and freed within one transaction were never written.
      const free = this.treesOf(meta).freePages();
      for (let page = Math.floor(this.size / pageSize); page <= lastPage; page++) {
        if (free.has(page)) continue;
        throw new Damage(
          t(
            'it is cut short: expected {0} pages of {1} bytes, got {2} bytes',
            lastPage + 1,
            pageSize,
            this.size,
          ),
        );
      }
    });
  }

  /**
   * Checks every page, except for the content of long values. Takes about a second for a million
   * images.
   * @returns what is wrong, for people; undefined where nothing is.
   */
  damage(): string | undefined {
    return this.check((meta) => {
      const trees = this.treesOf(meta);
      trees.claimFreePages();
      trees.walk(meta.main, (node) => {
        if (node.isTable) trees.walk(trees.tableOf(node));
      });
    });
  }

  /** @returns the number of entries of each named table; undefined where the file is damaged. */
  tables(): Map<string, number> | undefined {
    const tables = new Map<string, number>();
    const damage = this.check((meta) => {
      tables.clear();
      const trees = this.treesOf(meta);
      trees.walk(meta.main, (node) => {
        if (!node.isTable) return;
        const name = node.key.toString('latin1').replace(/\0$/, '');
        tables.set(name, trees.tableOf(node).entries);
      });
    });
    return damage === undefined ? tables : undefined;
  }

  /**
   * Runs a check. Another process may write pages while they are read, which makes them look
   * damaged: a result is valid only if no transaction was committed meanwhile.
   */
  private check(run: (meta: Meta) => void): string | undefined {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      let before: number | undefined;
      try {
        const meta = this.meta();
        before = meta.transaction;
        run(meta);
        return undefined;
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
        if (before === undefined || this.transaction() === before) return messageOf(error);
      }
    }
    return undefined; // Other processes keep writing it, so it is hardly damaged.
  }

  private treesOf(meta: Meta): TreeWalk {
    return new TreeWalk((offset, length, buffer) => this.read(offset, length, buffer), meta);
  }

  /**
   * Number of the last transaction; undefined where the meta pages are damaged, or being written.
   */
  private transaction(): number | undefined {
    try {
      return this.meta().transaction;
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      return undefined;
    }
  }

  /** @returns the valid meta page. @throws Damage. */
  private meta(): Meta {
    const first = this.metaAt(0);
    if (first === undefined) throw new Damage(t('its first page has another format'));
    const second = this.metaAt(first.pageSize);
    if (second?.pageSize !== first.pageSize)
      throw new Damage(t('its second page has another format'));
    const meta = second.transaction > first.transaction ? second : first;
    // Half a page behind the first one, LMDB notes the last transaction that it has synchronized
    // with the disk, if others follow without being synchronized.
    const synced = this.read(first.pageSize / 2 + PAGE_HEADER, META_BYTES);
    if (synced.some((byte) => byte !== 0)) {
      const { pageSize, transaction } = parseMeta(synced);
      if (pageSize !== first.pageSize || transaction > meta.transaction)
        throw new Damage(t('its first page is damaged'));
    }
    return meta;
  }

  private metaAt(offset: number): Meta | undefined {
    return parseMetaPage(this.read(offset, PAGE_HEADER + META_BYTES));
  }

  private read(
    offset: number,
    length: number,
    buffer: Buffer = Buffer.allocUnsafe(length),
  ): Buffer {
    if (readSync(this.fd, buffer, 0, length, offset) !== length)
      throw new Damage(t('it is cut short at {0} bytes', this.size));
    return buffer;
  }
}
