/** The time, once a second, while the window is to be seen. */
export class Clock {
  now = $state(Date.now());
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Starts the clock; returns how to stop it. */
  run(): () => void {
    const tick = () => {
      if (!document.hidden) this.now = Date.now();
    };
    this.#timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(this.#timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }
}
