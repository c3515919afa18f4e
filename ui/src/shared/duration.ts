/** Times as people read them. All of them take milliseconds or ISO texts. */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const two = (value: number) => String(value).padStart(2, "0");

const underASecond = (span: number) => `${(Math.ceil(span / 100) / 10).toFixed(1)} s`;

/** `0.4 s`, `41 s`, `4 m 09 s`, `2 h 14 m`, `1 d 3 h`. */
export function inWords(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span > 0 && span < second) return underASecond(span);
  if (span < minute) return `${Math.floor(span / second)} s`;
  if (span < hour)
    return `${Math.floor(span / minute)} m ${two(Math.floor((span % minute) / second))} s`;
  if (span < day)
    return `${Math.floor(span / hour)} h ${two(Math.floor((span % hour) / minute))} m`;
  return `${Math.floor(span / day)} d ${Math.floor((span % day) / hour)} h`;
}

/** `40 s`, `3 min`, `2 h`: for what is only guessed. */
export function roughly(milliseconds: number): string {
  if (milliseconds < minute) return `${Math.max(5, Math.round(milliseconds / second / 5) * 5)} s`;
  if (milliseconds < 90 * minute) return `${Math.round(milliseconds / minute)} min`;
  return `${Math.round(milliseconds / hour)} h`;
}

/** `0.4 s`, `0:41`, `4:09`, `1:02:03`: for columns. */
export function inColumns(milliseconds: number): string {
  if (milliseconds > 0 && milliseconds < second) return underASecond(milliseconds);
  const total = Math.floor(Math.max(0, milliseconds) / second);
  const [hours, minutes, seconds] = [
    Math.floor(total / 3600),
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** `just now`, `41 s ago`, `4 m ago`, `2 h ago`, `3 d ago`. */
export function ago(at: string, now: number): string {
  const span = now - Date.parse(at);
  if (!Number.isFinite(span)) return at;
  if (span < 5 * second) return "just now";
  if (span < minute) return `${Math.floor(span / second)} s ago`;
  if (span < hour) return `${Math.floor(span / minute)} m ago`;
  if (span < day) return `${Math.floor(span / hour)} h ago`;
  return `${Math.floor(span / day)} d ago`;
}

/** The time between two moments, up to now where the second one is missing. */
export function between(from: string | null, to: string | null, now: number): number | null {
  if (!from) return null;
  const span = (to ? Date.parse(to) : now) - Date.parse(from);
  return Number.isFinite(span) ? Math.max(0, span) : null;
}

/** `10:46:35` in the zone of this computer. */
export function timeOfDay(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
}

/** `10:14` today, `Nov 20 22:00` before. */
export function moment(at: string, now: number): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (time.toDateString() === new Date(now).toDateString()) return clock;
  return `${time.toLocaleDateString("en", { month: "short", day: "numeric" })} ${clock}`;
}

/** `240 B`, `1.9 kB`, `21 kB`, `3.4 MB`. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** `1 task`, `2 tasks`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
