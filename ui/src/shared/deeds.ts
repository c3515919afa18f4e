import type { BakeStart, BakeView, ProjectView } from "../api/views";
import type { Desk } from "./desk.svelte";
import type { Project } from "./project.svelte";

/** What people can do from several places of the window. */
export function newProject({ router }: Desk): void {
  router.go({ screen: "new" });
}

export function showLive(desk: Desk, project = desk.project?.path ?? null): void {
  desk.router.go({ screen: "live", project, row: null });
}

export function showTemplate({ router }: Desk, project: string): void {
  router.go({ screen: "template", project });
}

export function showBakes(desk: Desk, project = desk.project?.path ?? null): void {
  desk.router.go({ screen: "bakes", project });
}

export function showBake(desk: Desk, project: string, bake: string): void {
  desk.router.go({ screen: "bake", project, bake, tab: "graph", task: null });
}

export function newBake(desk: Desk, project: string, batch: string | null): void {
  desk.router.go({ screen: "newBake", project, batch });
}

/** Opens a project by its folder and shows its live jobs. */
export async function openProject(desk: Desk, folder: string): Promise<void> {
  const view = await desk.does(`Open ${folder}`, () =>
    desk.host.call("project_open", { project: folder }),
  );
  if (view) arrive(desk, view, `Opened ${view.name}`);
}

export async function openFolder(desk: Desk): Promise<void> {
  const start = desk.app.value?.settings.projectsFolder;
  const folder = await desk.host.pickFolder("Open a project", start);
  if (folder) await openProject(desk, folder);
}

export function arrive(desk: Desk, view: ProjectView, text: string): void {
  const { path } = desk.enter(view);
  desk.activity.did(text);
  showLive(desk, path);
}

export async function lookInsideSample(desk: Desk): Promise<void> {
  const view = await sample(desk);
  if (view) arrive(desk, view, "Opened the sample");
}

export async function bakeSample(desk: Desk): Promise<void> {
  const view = await sample(desk);
  const batch = view?.batches[0];
  if (!view || !batch) return;
  desk.enter(view);
  const asked = { params: {}, paramsFile: null, name: null, tags: [] };
  await startBake(desk, { project: view.path, batch: batch.id, ...asked });
}

const sample = (desk: Desk) =>
  desk.does("Open the sample", () => desk.host.call("sample_open", {}));

/** Starts a bake and shows it. */
export async function startBake(desk: Desk, request: BakeStart): Promise<BakeView | null> {
  const plan = await desk.host.call("bake_plan", request).catch(() => null);
  const bake = await desk.does(`Bake ${request.batch}`, () =>
    desk.host.call("bake_start", request),
  );
  if (!bake) return null;
  desk.activity.did(`Started bake of ${request.batch}`, {
    command: plan?.command,
    official: plan?.officialCommand,
  });
  showBake(desk, request.project, bake.row.id);
  return bake;
}

/** Starts a live job with its defaults or with what was asked for. */
export async function startLive(
  desk: Desk,
  project: Project,
  asked: { job: string; suffix?: string | null; params?: Record<string, string> },
) {
  const request = {
    project: project.path,
    job: asked.job,
    suffix: asked.suffix || null,
    params: asked.params ?? {},
  };
  const plan = await desk.host.call("live_plan", request).catch(() => null);
  const started = await desk.does(`Start ${request.job}`, () =>
    desk.host.call("live_start", request),
  );
  if (!started) return null;
  const text = started.alreadyRunning
    ? `${request.job} was running already`
    : `Started ${request.job}`;
  desk.activity.did(text, { command: plan?.command, official: plan?.officialCommand });
  void project.askLive();
  return started;
}

/** Asks a run of a live job to stop; its row tells until that is confirmed. */
export async function stopLive(desk: Desk, project: Project, rawId: string, name: string) {
  project.stopping.set(rawId, Date.now());
  const table = await desk.does(`Stop ${name}`, () =>
    desk.host.call("live_stop", { project: project.path, rawId }),
  );
  if (table) {
    desk.activity.did(`Asked ${name} to stop`);
    project.takeLive(table);
  } else {
    project.stopping.delete(rawId);
  }
}
