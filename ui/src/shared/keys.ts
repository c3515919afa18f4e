/** Whether the keys go into a terminal, where they belong to the job. */
export function inTerminal(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return target?.closest?.(".xterm") != null;
}

/** Whether letters go into a text now, so that single keys must not act. */
export function typing(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (!target?.closest) return false;
  return (
    target.closest(
      "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]",
    ) !== null
  );
}

/** `ctrl+k`, `alt+arrowleft`, `shift+?`… Command counts as control on a Mac. */
export function chord(event: KeyboardEvent): string {
  return [
    event.ctrlKey || event.metaKey ? "ctrl" : "",
    event.altKey ? "alt" : "",
    event.shiftKey && event.key.length > 1 ? "shift" : "",
    event.key.toLowerCase(),
  ]
    .filter(Boolean)
    .join("+");
}

/** Moves the focus among the rows of a list with arrows, j and k, Home and End. */
export function rowKeys(event: KeyboardEvent): void {
  const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
  if (!row || typing(event) || event.target !== row) return;
  const rows = [...(row.parentElement?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
  const at = rows.indexOf(row);
  const next = {
    ArrowDown: at + 1,
    j: at + 1,
    ArrowUp: at - 1,
    k: at - 1,
    Home: 0,
    End: rows.length - 1,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  rows[next]?.focus();
}
