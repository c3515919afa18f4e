import type { BakeStart, BakeView, LiveStarted, ProjectView } from "../api/views";
import type { Desk } from "./desk.svelte";
import {
  buildTwin,
  clearTwin,
  extendTwin,
  psTwin,
  stopAllTwin,
  stopTwin,
  volumesTwin,
  type Twin,
} from "./cli";
import { bytesInWords, counted } from "./duration";
import type { Project } from "./project.svelte";
import { Work } from "./work.svelte";

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
  desk.activity.did(text, psTwin(path));
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
  const asked = {
    params: {},
    paramsFile: null,
    name: null,
    tags: [],
    work: null,
    executor: "here" as const,
  };
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

/** Starts a live job with its defaults or with what was asked for. Uploads tell how far they are. */
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
  const work = new Work(desk);
  project.starting.set(request.job, work);
  const twin = { command: plan?.command, official: plan?.officialCommand };
  const started = await desk.does(
    `Start ${request.job}`,
    () => work.run((name) => desk.host.call("live_start", { ...request, work: name })),
    twin,
  );
  project.starting.delete(request.job);
  if (!started) return null;
  void tellStarted(desk, project, started, twin);
  return started;
}

/** What there is to say and to do after a live job was started. */
export async function tellStarted(
  desk: Desk,
  project: Project,
  started: LiveStarted,
  twin: { command?: string | undefined; official?: string | undefined },
): Promise<void> {
  const { job, rawId } = started.row;
  const sent = started.uploaded.reduce((all, { files }) => all + files, 0);
  const kept = started.uploaded.reduce((all, { kept }) => all + kept, 0);
  const uploads = started.uploaded.length
    ? `, uploaded ${counted(sent, "file")}, ${kept} were there`
    : "";
  const text = started.alreadyRunning ? `${job} was running already` : `Started ${job}${uploads}`;
  desk.activity.did(text, twin);
  for (const problem of started.problems) desk.toasts.say(problem);
  void desk.askForwards();
  if (started.browses && rawId) project.browse(rawId);
  // Asked once: of two answers under way the older one could win over what was told since.
  await project.askLive();
}

/** Asks a run of a live job to stop; its row tells until that is confirmed. */
export async function stopLive(desk: Desk, project: Project, rawId: string, run: Run) {
  const name = runName(run);
  const twin = stopTwin(project.path, run.job, run.suffix);
  project.stopping.set(rawId, Date.now());
  const table = await desk.does(
    `Stop ${name}`,
    () => desk.host.call("live_stop", { project: project.path, rawId }),
    twin,
  );
  if (table) {
    desk.activity.did(`Asked ${name} to stop`, twin);
    project.takeLive(table);
  } else {
    project.stopping.delete(rawId);
  }
}

/** Opens the web page of a run. */
export function openPage(desk: Desk, url: string, job: string, twin: Twin): void {
  void desk.host.openExternal(url);
  desk.activity.did(`Opened the page of ${job}`, twin);
}

/** A live job, or one of its runs. */
interface Run {
  job: string;
  suffix: string | null;
}

const runName = ({ job, suffix }: Run) => (suffix ? `${job} ${suffix}` : job);

/** Lets a run live longer. */
export async function extendLive(
  desk: Desk,
  project: Project,
  rawId: string,
  { run, hours }: { run: Run; hours: number },
) {
  const twin = extendTwin(project.path, run.job, run.suffix, `${hours}h`);
  const job = await desk.does(
    `Extend ${runName(run)}`,
    () => desk.host.call("job_extend", { rawId, minutes: 60 * hours }),
    twin,
  );
  if (!job) return;
  desk.activity.did(`${runName(run)} may live ${hours} h longer`, twin);
  void project.askLive();
}

/** Stops every run of the project and waits for their ends. */
export async function stopAllLive(desk: Desk, project: Project) {
  const stopped = await desk.does("Stop all live jobs", () =>
    desk.host.call("live_stop_all", { project: project.path }),
  );
  if (!stopped) return;
  desk.activity.did(
    `Stopped ${counted(stopped.jobs.length, "live job")}`,
    stopAllTwin(project.path),
  );
  void project.askLive();
}

/** Under which a transfer of all volumes is known to its project. */
export const volumesWork = "volumes of the flow";

/** Sends, fetches or makes all volumes that have a folder on this computer. */
export async function moveVolumes(
  desk: Desk,
  project: Project,
  deed: "upload" | "download" | "make",
) {
  const words = { upload: "Upload", download: "Download", make: "Make" }[deed];
  const work = new Work(desk);
  const twin = volumesTwin(project.path, deed === "make" ? "mkvolumes" : deed);
  project.starting.set(volumesWork, work);
  const done = await desk.does(
    `${words} the volumes`,
    () =>
      work.run((name) =>
        desk.host.call("volume_act", { project: project.path, volume: null, deed, work: name }),
      ),
    twin,
  );
  project.starting.delete(volumesWork);
  if (!done) return;
  const sum = (of: "files" | "bytes") => done.rows.reduce((all, row) => all + row[of], 0);
  const moved = `${counted(sum("files"), "file")}, ${bytesInWords(sum("bytes"))}`;
  const text =
    deed === "make"
      ? `Made the folders of ${counted(done.rows.length, "volume")}`
      : `${words}ed ${counted(done.rows.length, "volume")}: ${moved}`;
  desk.activity.did(text, twin);
  desk.toasts.say(done.rows.length ? text : "No volume of the flow has a folder on this computer");
}

/** Starts to build every image of the flow that is not there yet. */
export async function buildImages(desk: Desk, project: Project) {
  const builds = await desk.does("Build the images", () =>
    desk.host.call("image_build", { project: project.path, image: null, force: false }),
  );
  if (!builds) return;
  const started = builds.rows.filter(({ rawId }) => rawId !== null);
  const text = started.length
    ? `Started to build ${started.map(({ id }) => id).join(", ")}`
    : "No image has to be built";
  desk.activity.did(text, buildTwin(project.path));
  desk.toasts.say(text);
  const first = started[0];
  if (first?.rawId) {
    desk.dock.follow({ rawId: first.rawId, title: `build of ${first.id}`, state: "pending" });
    desk.dock.show("logs");
  }
}

/** Forgets the remembered results of a batch: its tasks run again. */
export async function clearCache(desk: Desk, project: Project, batch: string) {
  const cleared = await desk.does(`Forget the results of ${batch}`, () =>
    desk.host.call("cache_clear", { project: project.path, batch, task: null }),
  );
  if (!cleared) return;
  desk.activity.did(`Forgot the results of ${batch}`, clearTwin(project.path, batch));
  desk.toasts.say(`The next bake of ${batch} runs every task`);
}
