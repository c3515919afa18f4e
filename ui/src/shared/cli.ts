/** Commands that do the same as a button: ours, and the official tool's. */
export interface Twin {
  command: string;
  official?: string;
}

/** A word as a shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./#-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

const line = (...words: string[]) => words.map(quoted).join(" ");

/** The twin of a deed in a project; the official tool runs in the project's folder. */
export function twin(project: string, ours: string[], official?: string[]): Twin {
  const command = line("bakehouse", ...ours, "-C", project);
  return official ? { command, official: line("apolo-flow", ...official) } : { command };
}

const some = (word: string | null | undefined) => (word ? [word] : []);

export const stopTwin = (project: string, job: string, suffix: string | null): Twin =>
  twin(project, ["kill", job, ...some(suffix)], ["kill", job, ...some(suffix)]);

export const stopAllTwin = (project: string): Twin =>
  twin(project, ["kill", "ALL"], ["kill", "ALL"]);

/** What runs in a project: what the window shows of it first. */
export const psTwin = (project: string): Twin => twin(project, ["ps"], ["ps"]);

export const statusTwin = (project: string, job: string, suffix: string | null): Twin =>
  twin(project, ["status", job, ...some(suffix)], ["status", job, ...some(suffix)]);

export const logsTwin = (project: string, job: string, suffix: string | null): Twin =>
  twin(project, ["logs", job, ...some(suffix)], ["logs", job, ...some(suffix)]);

const withSuffix = (suffix: string | null) => (suffix ? ["-s", suffix] : []);

export const extendTwin = (
  project: string,
  job: string,
  suffix: string | null,
  span = "1h",
): Twin => twin(project, ["extend", job, span, ...withSuffix(suffix)]);

/** The official tool for running jobs is `apolo`, which knows them by their ids. */
const inside = (project: string, ours: string[], official: string[]): Twin => ({
  ...twin(project, ours),
  official: line("apolo", ...official),
});

export const shellTwin = (project: string, job: string, suffix: string | null, rawId: string) =>
  inside(project, ["exec", job, ...withSuffix(suffix)], ["exec", rawId, "--", "sh"]);

export const attachTwin = (project: string, job: string, suffix: string | null, rawId: string) =>
  inside(project, ["attach", job, ...withSuffix(suffix)], ["attach", rawId]);

export const browseTwin = (project: string, job: string, suffix: string | null, rawId: string) =>
  inside(project, ["browse", job, ...withSuffix(suffix)], ["job", "browse", rawId]);

export const forwardTwin = (project: string, rawId: string, ports: string) =>
  inside(project, ["port-forward", rawId, ports], ["port-forward", rawId, ports]);

export const compareTwin = (project: string, left: string, right: string): Twin =>
  twin(project, ["compare", left, right]);

export const cancelTwin = (project: string, bake: string): Twin =>
  twin(project, ["cancel", bake], ["cancel", bake]);

export const cancelTaskTwin = (project: string, bake: string, task: string): Twin =>
  twin(project, ["cancel", bake, task]);

export const inspectTwin = (project: string, bake: string, attempt: number | null): Twin =>
  twin(
    project,
    ["inspect", bake, ...(attempt === null ? [] : ["-k", String(attempt)])],
    ["inspect", bake, ...(attempt === null ? [] : ["-a", String(attempt)])],
  );

export const showTwin = (project: string, bake: string, task: string, attempt: number): Twin =>
  twin(
    project,
    ["show", bake, task, "-k", String(attempt)],
    ["show", bake, task, "-a", String(attempt)],
  );

/** `options` are words as the command line takes them. */
export const graphTwin = (project: string, bake: string, file: string, options: string[]): Twin =>
  twin(project, ["graph", bake, "-o", file, ...options], ["inspect", bake, "--pdf"]);

export const clearTwin = (project: string, batch: string): Twin =>
  twin(project, ["clear-cache", batch], ["clear-cache", batch]);

/** `upload`, `download`, `clean` of all volumes, or `mkvolumes`. */
export const volumesTwin = (project: string, deed: "upload" | "download" | "mkvolumes"): Twin => {
  const words = deed === "mkvolumes" ? [deed] : [deed, "ALL"];
  return twin(project, words, words);
};

export const buildTwin = (project: string): Twin =>
  twin(project, ["build", "ALL"], ["build", "ALL"]);
