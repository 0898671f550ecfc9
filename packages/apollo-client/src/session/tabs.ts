import type { SignedOutReason } from '../auth-session.js';
import type { Identity } from './identity.js';
import { type Channel, platform } from './platform.js';

/** A message between tabs. */
export type TabMessage =
  | { type: 'ask' }
  | { type: 'token'; identity: Identity }
  | { type: 'signed-out'; sid: string; reason: SignedOutReason };

/** The other tabs of the same session. */
export interface Tabs {
  tell(message: TabMessage): void;
  /** Asks for a newer token. Resolves with true as soon as `isAnswered` is, and with false after the time. */
  ask(milliseconds: number, isAnswered: () => boolean): Promise<boolean>;
  close(): void;
}

function openChannel(name: string): Channel | undefined {
  try {
    return platform.BroadcastChannel && new platform.BroadcastChannel(name);
  } catch {
    return undefined; // not allowed here, as in a sandboxed frame
  }
}

/** Opens the channel to the other tabs. Without BroadcastChannel there are none. */
export function openTabs(name: string, receive: (message: TabMessage) => void): Tabs {
  let channel = openChannel(name);
  let answered: (() => void) | undefined;
  channel?.unref?.(); // so that Node.js can exit
  if (channel) {
    channel.onmessage = ({ data }) => {
      receive(data as TabMessage);
      answered?.();
    };
  }
  const tell = (message: TabMessage) => channel?.postMessage(message);
  return {
    tell,
    async ask(milliseconds, isAnswered) {
      if (!channel) return false;
      tell({ type: 'ask' });
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        answered = () => {
          if (!isAnswered()) return;
          clearTimeout(timer);
          resolve();
        };
      });
      answered = undefined;
      return isAnswered();
    },
    close() {
      channel?.close();
      channel = undefined;
    },
  };
}

/** What stands in for the tabs while there are none. */
export const noTabs: Tabs = { tell() {}, ask: async () => false, close() {} };
