import type { Settings, ThemeChoice } from "../api/views";

/** Colours and density as they stand on the page. */
export class Look {
  theme = $state<ThemeChoice>("system");
  #systemIsDark = $state(false);

  /** Whether the ground is dark now. */
  get dark(): boolean {
    if (this.theme === "system") return this.#systemIsDark;
    return this.theme === "dark" || this.theme === "contrastDark";
  }

  /** Follows the system; returns how to stop. */
  run(): () => void {
    const query = window.matchMedia?.("(prefers-color-scheme: dark)");
    if (!query) return () => {};
    const read = () => (this.#systemIsDark = query.matches);
    read();
    query.addEventListener("change", read);
    return () => query.removeEventListener("change", read);
  }

  take({ theme, compact }: Pick<Settings, "theme" | "compact">): void {
    this.theme = theme;
    const root = document.documentElement.dataset;
    const contrast = theme === "contrastLight" || theme === "contrastDark";
    root.theme = contrast ? (theme === "contrastDark" ? "dark" : "light") : theme;
    if (contrast) root.contrast = "high";
    else delete root.contrast;
    if (compact) root.density = "compact";
    else delete root.density;
  }
}
