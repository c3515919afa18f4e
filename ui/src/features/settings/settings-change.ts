import type { SettingsChange } from "../../api/views";
import type { Desk } from "../../shared/desk.svelte";

/** Changes some settings; the rest stays. Tells whether it worked. */
export async function changeSettings(
  desk: Desk,
  change: Partial<SettingsChange>,
): Promise<boolean> {
  const nothing = {
    theme: null,
    compact: null,
    platformPort: null,
    projectsFolder: null,
    local: null,
  };
  const settings = await desk.does("Change the settings", () =>
    desk.host.call("settings_update", { ...nothing, ...change }),
  );
  if (!settings) return false;
  desk.look.take(settings);
  if (desk.app.value) desk.app.set({ ...desk.app.value, settings });
  return true;
}
