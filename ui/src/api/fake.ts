import { failure } from "./failure";
import type { DeskEvent } from "./generated/DeskEvent";
import type { Answer, CommandName, Host, Item, Request, StreamName, StreamRequest } from "./host";

type Reply<N extends CommandName> = (request: Request<N>) => Answer<N> | Promise<Answer<N>>;
export type Replies = { [N in CommandName]?: Reply<N> };
type Pour = (send: (item: Item<StreamName>) => void, request: StreamRequest<StreamName>) => void;

/**
 * A host for tests of components and for the fixture page of the development server. Nothing that
 * is shipped imports it.
 */
export class FakeHost implements Host {
  readonly calls: { name: CommandName; request: unknown }[] = [];
  readonly opened: string[] = [];
  readonly windowControls = null;
  replies: Replies;
  pour: Pour = () => {};
  folder: string | null = null;
  file: string | null = null;
  readonly #ears = new Set<(event: DeskEvent) => void>();

  constructor(replies: Replies = {}) {
    this.replies = replies;
  }

  async call<N extends CommandName>(name: N, request: Request<N>): Promise<Answer<N>> {
    this.calls.push({ name, request });
    const reply = this.replies[name] as Reply<N> | undefined;
    if (!reply) throw failure("internal", `The fake knows no answer to ${name}.`);
    return reply(request);
  }

  listen(receive: (event: DeskEvent) => void): () => void {
    this.#ears.add(receive);
    return () => this.#ears.delete(receive);
  }

  tell(event: DeskEvent): void {
    for (const ear of this.#ears) ear(event);
  }

  stream<N extends StreamName>(
    _name: N,
    request: StreamRequest<N>,
    onItem: (item: Item<N>) => void,
  ) {
    let open = true;
    this.pour((item) => open && onItem(item), request);
    return { close: () => void (open = false) };
  }

  /** What was asked under a name, in order. */
  asked<N extends CommandName>(name: N): Request<N>[] {
    return this.calls
      .filter((call) => call.name === name)
      .map(({ request }) => request as Request<N>);
  }

  pickFolder = async () => this.folder;
  pickFile = async () => this.file;
  pickSave = async () => this.file;
  showInFolder = async (file: string) => void this.opened.push(file);
  openExternal = async (url: string) => void this.opened.push(url);
  painted(): void {}
}
