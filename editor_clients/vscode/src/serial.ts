// Work that must not overlap, one piece after the other. It knows nothing of what the work is.

export class Serial {
  private last: Promise<unknown> = Promise.resolve();
  private readonly waiting = new Map<string, Promise<unknown>>();

  /**
   * Run when all that was asked before has ended, well or badly. With a `name`, one that still waits for its turn
   * under the same name stands for this one, too.
   */
  run<T>(work: () => Promise<T>, name?: string): Promise<T> {
    const same = name === undefined ? undefined : this.waiting.get(name);
    if (same) return same as Promise<T>;
    const mine = this.last.then(() => {
      if (name !== undefined) this.waiting.delete(name);
      return work();
    });
    if (name !== undefined) this.waiting.set(name, mine);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
