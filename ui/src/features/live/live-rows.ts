import type { LiveJobView, LiveRow } from "../../api/views";
import { isOn } from "../../shared/state-words";

export type Shown = "all" | "running";

/** What tells a row from the others, also in the address. */
export function rowKey({ job, suffix }: LiveRow): string {
  return suffix ? `${job}/${suffix}` : job;
}

export function rowName({ job, suffix }: LiveRow): string {
  return suffix ? `${job} ${suffix}` : job;
}

/** The row of an address: by its key, its raw id, or the first one of its job. */
export function findRow(rows: readonly LiveRow[], asked: string | null): LiveRow | null {
  if (asked === null) return null;
  return (
    rows.find((row) => rowKey(row) === asked) ??
    rows.find(({ rawId }) => rawId === asked) ??
    rows.find(({ job }) => job === asked) ??
    null
  );
}

/** Rows for jobs that the platform was not asked about yet. */
export function rowsOf(jobs: readonly LiveJobView[]): LiveRow[] {
  return jobs.map(({ id, image, preset, multi }) => ({
    job: id,
    suffix: null,
    state: "notStarted",
    rawId: null,
    when: null,
    createdAt: null,
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    reason: null,
    description: null,
    preset,
    image,
    runner: null,
    httpUrl: null,
    lifeSpanLeft: null,
    multi,
  }));
}

export function filtered(rows: readonly LiveRow[], words: string, shown: Shown): LiveRow[] {
  const wanted = words.trim().toLowerCase();
  return rows.filter((row) => {
    if (shown === "running" && !isOn(row.state)) return false;
    const text = `${row.job} ${row.suffix ?? ""} ${row.rawId ?? ""} ${row.preset ?? ""} ${row.state}`;
    return text.toLowerCase().includes(wanted);
  });
}
