import { asFailure } from "../../api";
import type { Adopted, AdoptOffer, Failure } from "../../api/views";
import { Asked } from "../../shared/asked.svelte";
import type { Desk } from "../../shared/desk.svelte";
import { Work } from "../../shared/work.svelte";

/** Finds the version of a template that a project was probably made from. */
export class Adoption {
  source = $state("");
  directory = $state("");
  commit = $state<string | null>(null);
  work = $state.raw<Work | null>(null);
  failure = $state.raw<Failure | null>(null);
  adopted = $state.raw<Adopted | null>(null);
  readonly offer = new Asked<AdoptOffer>();
  readonly #desk: Desk;
  readonly #project: string;

  constructor(desk: Desk, project: string) {
    this.#desk = desk;
    this.#project = project;
  }

  search = async (): Promise<void> => {
    const source = this.source.trim();
    const directory = this.directory.trim();
    if (!source) return;
    this.failure = null;
    const work = new Work(this.#desk);
    this.work = work;
    const request = { project: this.#project, source, ...(directory ? { directory } : {}) };
    const { host } = this.#desk;
    const offer = await work.run((name) =>
      this.offer.ask(() => host.call("adopt_offer", { ...request, work: name })),
    );
    if (this.work === work) this.work = null;
    if (offer) this.commit = offer.versions[0]?.commit ?? null;
  };

  async adopt(): Promise<Adopted | null> {
    const adoption = this.offer.value?.adoption;
    const { commit } = this;
    if (adoption === undefined || commit === null) return null;
    this.failure = null;
    try {
      this.adopted = await this.#desk.host.call("adopt_apply", { adoption, commit });
      this.#desk.activity.did(`${this.#project} follows ${this.adopted.source} now`);
      return this.adopted;
    } catch (cause) {
      this.failure = asFailure(cause);
      return null;
    }
  }
}
