import { recall, remember } from './remembered.ts';

/** Whether single letters act on a page; a person who dictates or leans on the keyboard switches them off. */
export class SingleKeys {
  #on = $state(true);
  readonly #place: string;

  /** @param page under whose name it is remembered */
  constructor(page: string) {
    this.#place = `rostrum.${page}.singleKeys`;
    this.#on = recall(this.#place) !== 'off';
  }

  get on(): boolean {
    return this.#on;
  }

  set on(on: boolean) {
    this.#on = on;
    remember(this.#place, on ? 'on' : 'off');
  }
}
