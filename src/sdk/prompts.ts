import type { BeckonOptions } from "./beckon.ts";
import type { BeckonStorage } from "./storage.ts";
import type { DeviceLogRequest, RequestState } from "./wire.ts";

const KEY = "beckon/prompt/";

/** The prompts that are up: those of this run, and those that an earlier run of the app left. */
export interface Prompts {
  /** Once a request, until it came down. */
  raise(request: DeviceLogRequest): Promise<void>;
  /** Nothing happens where none is up. */
  takeDown(requestId: string, state: RequestState | undefined): Promise<void>;
  /** Ids of the requests that are shown. */
  up(): Promise<Set<string>>;
}

/** Keeps account of prompts in the app's storage, so that one that outlives a restart still comes down. */
export function createPrompts({
  storage,
  onPrompt,
  onPromptClosed,
}: Pick<BeckonOptions, "onPrompt" | "onPromptClosed"> & { readonly storage: BeckonStorage }): Prompts {
  const raised = new Set<string>();
  return {
    async raise(request) {
      if (raised.has(request.id)) return;
      raised.add(request.id);
      // Without room for the note the person is asked all the same; only a prompt that outlives a restart would stay.
      await storage.set(KEY + request.id, "").catch(() => {});
      onPrompt?.(request);
    },
    async takeDown(requestId, state) {
      const wasUp = raised.delete(requestId) || (await storage.get(KEY + requestId)) !== undefined;
      if (!wasUp) return;
      await storage.delete(KEY + requestId);
      onPromptClosed?.({ requestId, state });
    },
    async up() {
      const stored = (await storage.keys()).filter((key) => key.startsWith(KEY));
      return new Set([...stored.map((key) => key.slice(KEY.length)), ...raised]);
    },
  };
}
