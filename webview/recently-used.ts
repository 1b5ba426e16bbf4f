/** Things in the order of their use, to be released when there are too many of them. */
export class RecentlyUsed<T extends object> {
  private readonly items = new Set<T>();

  /**
   * @param most number of things that are kept.
   * @param release is called with the least recently used. @returns whether it was released.
   */
  constructor(
    private readonly most: number,
    private readonly release: (item: T) => boolean,
  ) {}

  get isFull(): boolean {
    return this.items.size >= this.most;
  }

  use(item: T): void {
    this.forget(item);
    this.items.add(item);
    for (const old of [...this.items].slice(0, -this.most))
      if (this.release(old)) this.items.delete(old);
  }

  forget(item: T): void {
    this.items.delete(item);
  }
}
