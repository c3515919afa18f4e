import { addressOf, placeOf, type Place } from "./places";

interface Step {
  step: number;
}

/** Where the window is, and where it has been. The browser's own history keeps the steps. */
export class Router {
  place = $state.raw<Place>({ screen: "home" });
  #step = $state(0);
  #last = $state(0);

  /** Takes the present address and follows the history; returns how to stop. */
  run(): () => void {
    const read = () => {
      this.place = placeOf(location.hash);
      this.#step = (history.state as Step | null)?.step ?? this.#step;
    };
    history.replaceState({ step: 0 } satisfies Step, "", location.hash || "#/home");
    read();
    window.addEventListener("popstate", read);
    return () => window.removeEventListener("popstate", read);
  }

  get canGoBack(): boolean {
    return this.#step > 0;
  }

  get canGoForward(): boolean {
    return this.#step < this.#last;
  }

  go(place: Place): void {
    const address = addressOf(place);
    if (address === addressOf(this.place)) return;
    this.#step += 1;
    this.#last = this.#step;
    history.pushState({ step: this.#step } satisfies Step, "", address);
    this.place = place;
  }

  /** Changes the address without a step in the history: for selections inside a screen. */
  replace(place: Place): void {
    history.replaceState({ step: this.#step } satisfies Step, "", addressOf(place));
    this.place = place;
  }

  back(): void {
    if (this.canGoBack) history.back();
  }

  forward(): void {
    if (this.canGoForward) history.forward();
  }
}
