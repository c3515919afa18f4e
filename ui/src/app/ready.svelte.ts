import type { Desk } from "../shared/desk.svelte";

function screenHasData(desk: Desk): boolean {
  const { screen } = desk.router.place;
  if (screen === "home") return desk.home.value !== null || desk.home.failure !== null;
  if (screen === "settings" || screen === "new" || !desk.project) return true;
  return desk.project.view.value !== null || desk.project.view.failure !== null;
}

/** Marks the page once the first screen with data is on the glass. */
export function announceReady(desk: Desk): void {
  let told = false;
  const shown = $derived(desk.app.value !== null && screenHasData(desk));
  $effect(() => {
    if (!shown || told) return;
    told = true;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        document.documentElement.dataset.ready = "true";
        desk.host.painted();
      }),
    );
  });
}
