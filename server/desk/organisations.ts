import { freeSlug } from '../meetings/slugs.ts';
import type { Doer } from '../protocol/audit.ts';
import type { Organisation, SaveOrganisation } from '../protocol/directory.ts';
import { Refused } from '../protocol/refusals.ts';
import type { Store } from '../store/index.ts';

/** Carriers and host units, as the directory has them (REG-15, REG-17, REG-20). */
export class OrganisationList {
  readonly #store: Store['organisations'];
  readonly #now: () => number;

  constructor(store: Store['organisations'], now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  list(): Promise<Organisation[]> {
    return this.#store.list();
  }

  /** Throws `Refused` (`organisationExists`). */
  async add(saved: SaveOrganisation, by: Doer): Promise<Organisation> {
    const taken = new Set((await this.#store.list()).map(({ organisationId }) => organisationId));
    const organisationId = freeSlug(saved.name, saved.kind === 'carrier' ? 'carrier' : 'unit', (id) => taken.has(id));
    const organisation = { organisationId, ...saved };
    const result = await this.#store.add(organisation, by, this.#now());
    if (result !== 'saved') throw new Refused(result, saved.name);
    return organisation;
  }

  /** Throws `Refused`: `organisationUnknown`, `organisationExists`. */
  async change(organisation: Organisation, by: Doer): Promise<Organisation> {
    const result = await this.#store.change(organisation, by, this.#now());
    if (result !== 'saved') throw new Refused(result, organisation.name);
    return organisation;
  }

  /** Throws `Refused`: `organisationUnknown`, `organisationInUse`. */
  async remove(id: string, by: Doer): Promise<void> {
    const result = await this.#store.remove(id, by, this.#now());
    if (result !== 'removed') throw new Refused(result, id);
  }
}
