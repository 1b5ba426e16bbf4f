/** Things that are disposed together. Does not depend on VS Code. */
import type { EventEmitter } from 'node:events';

export interface Disposable {
  dispose: () => unknown;
}

export class Disposables implements Disposable {
  private readonly all: Disposable[] = [];

  /** Adds a disposable and returns it. */
  add<T extends Disposable>(disposable: T): T {
    this.all.push(disposable);
    return disposable;
  }

  /** Disposes everything, the latest first; a second call does nothing. */
  dispose(): void {
    for (const disposable of this.all.splice(0).reverse()) disposable.dispose();
  }
}

/** Adds a listener to a Node.js event emitter until the result is disposed. */
export function listen<Events extends Record<keyof Events, unknown[]>, Name extends keyof Events>(
  emitter: EventEmitter<Events>,
  name: Name,
  listener: (...args: Events[Name]) => void,
): Disposable {
  const untyped = emitter as unknown as EventEmitter;
  untyped.on(name as string, listener as (...args: unknown[]) => void);
  return {
    dispose: () => untyped.off(name as string, listener as (...args: unknown[]) => void),
  };
}
