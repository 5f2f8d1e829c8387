import type { LogLevel } from "./rotating-log.ts";

/** One line of a call's log. */
export interface CallLine {
  /** Milliseconds after the call began. */
  readonly afterMs: number;
  readonly level: LogLevel;
  readonly text: string;
}

/** How long a pretended call takes until it drops, in milliseconds. */
export const CALL_MS = 2_400;

/**
 * What a calling SDK would write of a call whose media connection fails. Nobody is called: the lines are made so that there
 * is something to find, in the manner of such logs and with no real person or address in them.
 *
 * @param random as `Math.random`
 */
export function pretendCall(callId: string, random: () => number): CallLine[] {
  const port = () => 49_152 + Math.floor(random() * 16_000);
  const host = `192.0.2.${2 + Math.floor(random() * 250)}:${port()}`;
  const relay = `198.51.100.${2 + Math.floor(random() * 250)}:3478`;
  const loss = (2 + random() * 6).toFixed(1);
  const call = `callId=${callId}`;
  return [
    { afterMs: 0, level: "INFO", text: `[call] startCall ${call} participants=1 video=false` },
    { afterMs: 40, level: "DEBUG", text: `[signalling] invite sent ${call}` },
    { afterMs: 180, level: "INFO", text: `[call] state None -> Connecting ${call}` },
    { afterMs: 260, level: "DEBUG", text: `[ice] candidate host udp ${host}` },
    { afterMs: 300, level: "DEBUG", text: `[ice] candidate relay udp ${relay}` },
    { afterMs: 420, level: "INFO", text: `[call] state Connecting -> Connected ${call}` },
    { afterMs: 900, level: "WARN", text: `[media] audio outbound packetLoss=${loss}% jitterMs=${port() % 60} ${call}` },
    { afterMs: 1_500, level: "WARN", text: `[ice] consent check without answer ${host} <-> ${relay}` },
    {
      afterMs: 2_200,
      level: "ERROR",
      text: `[ice] connection failed: no candidate pair answers, relay ${relay} ${call}`,
    },
    {
      afterMs: CALL_MS,
      level: "ERROR",
      text: `[call] state Connected -> Disconnected reason=media_connection_lost ${call}`,
    },
  ];
}
