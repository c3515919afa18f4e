/** Runs `action` once the calls have paused for `pause` milliseconds. */
export function debounce<A extends unknown[]>(
  pause: number,
  action: (...values: A) => void,
): ((...values: A) => void) & { cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const debounced = (...values: A) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), pause);
  };
  return Object.assign(debounced, { cancel: () => clearTimeout(timer) });
}
