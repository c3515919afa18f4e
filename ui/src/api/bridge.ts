import { asFailure, failure } from "./failure";
import type { DeskEvent } from "./generated/DeskEvent";
import type { Failure } from "./generated/Failure";
import type { Host, Item, StreamName } from "./host";
import { splitLines } from "./ndjson";

/** How the page asks for a path where the system has no dialog for it. */
export interface AskPath {
  folder(title: string, start?: string): Promise<string | null>;
  file(title: string, suggestedName: string, extension: string): Promise<string | null>;
}

function post(base: string, path: string, request: unknown, signal?: AbortSignal) {
  return fetch(`${base}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    ...(signal ? { signal } : {}),
  });
}

async function failureOf(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => null);
  return body === null
    ? failure("internal", `The bridge answered ${response.status} without saying why.`)
    : asFailure(body);
}

function lost(cause: unknown): Failure {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return failure("unreachable", "The bridge does not answer.", `Is it still running? (${reason})`);
}

async function pump<N extends StreamName>(
  response: Response,
  onItem: (item: Item<N>) => void,
): Promise<void> {
  if (!response.ok) throw await failureOf(response);
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  await splitLines(reader, (line) => onItem(JSON.parse(line) as Item<N>));
}

/** Speaks to `cargo dev bridge`: the same commands over HTTP on this computer. */
export function bridgeHost(base: string, ask: AskPath): Host {
  return {
    async call(name, request) {
      const response = await post(base, `/call/${name}`, request).catch((cause: unknown) => {
        throw lost(cause);
      });
      if (!response.ok) throw await failureOf(response);
      return response.json();
    },
    listen(receive) {
      const events = new EventSource(`${base}/events`);
      events.onmessage = ({ data }) => receive(JSON.parse(data as string) as DeskEvent);
      return () => events.close();
    },
    stream(name, request, onItem, onFailure) {
      const stop = new AbortController();
      post(base, `/stream/${name}`, request, stop.signal)
        .then((response) => pump(response, onItem))
        .catch((cause: unknown) => {
          if (!stop.signal.aborted)
            onFailure(cause instanceof Error ? lost(cause) : asFailure(cause));
        });
      return { close: () => stop.abort() };
    },
    pickFolder: (title, start) => ask.folder(title, start),
    pickFile: (title) => ask.folder(title),
    pickSave: (title, suggestedName, extension) => ask.file(title, suggestedName, extension),
    openExternal: async (url) => void window.open(url, "_blank", "noopener"),
    showInFolder: null,
    windowControls: null,
    painted: () => {},
  };
}
