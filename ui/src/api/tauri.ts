import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWindow } from "@tauri-apps/api/window";
import { open, save } from "@tauri-apps/plugin-dialog";
import { openUrl, revealItemInDir } from "@tauri-apps/plugin-opener";

import { asFailure } from "./failure";
import type { DeskEvent } from "./generated/DeskEvent";
import type { Host, Item, StreamName, WindowControls } from "./host";

/** Whether the page is shown by the Tauri shell. */
export function inTauri(): boolean {
  return "__TAURI_INTERNALS__" in window;
}

const windowControls: WindowControls = {
  minimize: () => void getCurrentWindow().minimize(),
  toggleMaximize: () => void getCurrentWindow().toggleMaximize(),
  close: () => void getCurrentWindow().close(),
};

function openStream<N extends StreamName>(
  name: N,
  request: unknown,
  onItem: (item: Item<N>) => void,
  onFailure: (failure: ReturnType<typeof asFailure>) => void,
) {
  let closed = false;
  const channel = new Channel<Item<N>>();
  channel.onmessage = (item) => {
    if (!closed) onItem(item);
  };
  const opened = invoke<number>("stream_open", { name, request, channel });
  opened.catch((cause: unknown) => {
    if (!closed) onFailure(asFailure(cause));
  });
  return {
    close() {
      closed = true;
      opened.then(
        (id) => invoke("stream_close", { id }),
        () => {},
      );
    },
  };
}

export function tauriHost(): Host {
  return {
    call: (name, request) =>
      invoke(name, { request }).catch((cause: unknown) => {
        throw asFailure(cause);
      }) as Promise<never>,
    listen(receive) {
      const stop = listen<DeskEvent>("desk", ({ payload }) => receive(payload));
      return () => void stop.then((unlisten) => unlisten());
    },
    stream: openStream,
    pickFolder: (title, start) =>
      open({ title, directory: true, multiple: false, ...(start ? { defaultPath: start } : {}) }),
    pickFile: (title, extension) =>
      open({
        title,
        directory: false,
        multiple: false,
        filters: [{ name: extension.toUpperCase(), extensions: [extension] }],
      }),
    pickSave: (title, suggestedName, extension) =>
      save({
        title,
        defaultPath: suggestedName,
        filters: [{ name: extension.toUpperCase(), extensions: [extension] }],
      }),
    openExternal: (url) => openUrl(url),
    showInFolder: (file) => revealItemInDir(file),
    windowControls,
    painted: () => void invoke("window_painted").catch(() => {}),
  };
}
