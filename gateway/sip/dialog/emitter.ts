import type { DialogEvents } from './dialog.ts';

/** Typed events of one dialog. A listener that throws harms neither the others nor the SIP stack beneath. */
export class DialogEmitter {
  readonly #listeners: { [E in keyof DialogEvents]?: Set<(...args: DialogEvents[E]) => void> } = {};
  readonly #onFault: (error: unknown) => void;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  on<E extends keyof DialogEvents>(event: E, listener: (...args: DialogEvents[E]) => void): void {
    const listeners: Set<(...args: DialogEvents[E]) => void> = this.#listeners[event] ?? new Set();
    listeners.add(listener);
    Object.assign(this.#listeners, { [event]: listeners });
  }

  off<E extends keyof DialogEvents>(event: E, listener: (...args: DialogEvents[E]) => void): void {
    this.#listeners[event]?.delete(listener);
  }

  /** Nothing will be said any more: who has listened is let go. */
  close(): void {
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }

  emit<E extends keyof DialogEvents>(event: E, ...args: DialogEvents[E]): void {
    for (const listener of [...(this.#listeners[event] ?? [])]) {
      try {
        listener(...args);
      } catch (error) {
        this.#onFault(error);
      }
    }
  }
}
