import type { Desk } from "./desk.svelte";

/** Starts the local platform (again), and asks for everything that came from it. */
export async function restartPlatform(desk: Desk, port: number | null): Promise<void> {
  const platform = await desk.does("Start the local platform", () =>
    desk.host.call("platform_restart", { port }),
  );
  if (!platform || !desk.app.value) return;
  desk.app.set({ ...desk.app.value, platform });
  if (platform.state !== "ready") return;
  desk.activity.did("Started the local platform");
  void desk.askHome();
  void desk.project?.askLive();
  void desk.project?.askBakes();
}
