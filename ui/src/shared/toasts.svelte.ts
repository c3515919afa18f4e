export interface Toast {
  id: number;
  text: string;
}

/** Short news of success. Failures are shown where they happened, never here. */
export class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #next = 0;

  say(text: string): void {
    const id = this.#next++;
    this.list = [...this.list, { id, text }].slice(-3);
    setTimeout(() => this.close(id), 6000);
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
