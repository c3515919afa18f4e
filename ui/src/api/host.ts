import type { Commands, Streams } from "./generated/commands";
import type { DeskEvent } from "./generated/DeskEvent";
import type { Failure } from "./generated/Failure";

export type CommandName = keyof Commands;
export type Request<N extends CommandName> = Commands[N]["request"];
export type Answer<N extends CommandName> = Commands[N]["answer"];
export type StreamName = keyof Streams;
export type StreamRequest<N extends StreamName> = Streams[N]["request"];
export type Item<N extends StreamName> = Streams[N]["answer"];

/** A stream that can be left before its end. */
export interface Subscription {
  close(): void;
}

/** The buttons of an undecorated window. */
export interface WindowControls {
  minimize(): void;
  toggleMaximize(): void;
  close(): void;
}

/**
 * Everything the interface wants from the outside. Calls reject with a `Failure`, never with
 * anything else.
 */
export interface Host {
  call<N extends CommandName>(name: N, request: Request<N>): Promise<Answer<N>>;
  /** Hears what the backend tells without being asked; returns how to stop hearing. */
  listen(receive: (event: DeskEvent) => void): () => void;
  stream<N extends StreamName>(
    name: N,
    request: StreamRequest<N>,
    onItem: (item: Item<N>) => void,
    onFailure: (failure: Failure) => void,
  ): Subscription;
  pickFolder(title: string, start?: string): Promise<string | null>;
  pickFile(title: string, extension: string): Promise<string | null>;
  pickSave(title: string, suggestedName: string, extension: string): Promise<string | null>;
  openExternal(url: string): Promise<void>;
  /** Shows a file in its folder, where the system has a program for that. */
  readonly showInFolder: ((file: string) => Promise<void>) | null;
  readonly windowControls: WindowControls | null;
  /** The first screen with data is on the glass. */
  painted(): void;
}
