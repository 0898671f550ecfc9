import { useEffect, useState } from 'react';

const secondsUntil = (until: number) => Math.max(0, Math.ceil((until - Date.now()) / 1000));

/** The seconds until a time, counted down to 0. */
export function useCountdown(until: Date | null): number {
  const end = until?.getTime() ?? 0;
  const [, tick] = useState(0);
  useEffect(() => {
    if (secondsUntil(end) === 0) return;
    const timer = setInterval(() => {
      if (secondsUntil(end) === 0) clearInterval(timer);
      tick((count) => count + 1);
    }, 1000);
    return () => clearInterval(timer);
  }, [end]);
  return secondsUntil(end);
}
