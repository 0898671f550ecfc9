import { useState } from 'react';

const spoken = (seconds: number) =>
  seconds > 30 ? '' : seconds > 10 ? 'Again in 30 seconds.' : 'Again in 10 seconds.';
const clock = (seconds: number) =>
  seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** Seconds until something can be tried again: each of them for the eye, and 30, 10 and 0 for the ear. */
export function Countdown({ seconds }: { seconds: number }) {
  const [isCounting, setCounting] = useState(false);
  if (seconds > 0 && !isCounting) setCounting(true);
  const said = isCounting && (seconds > 0 ? spoken(seconds) : 'Try again now.');
  return (
    <>
      {seconds > 0 && <span className="countdown" aria-hidden="true">{`Again in ${clock(seconds)}`}</span>}
      <span className="unseen" aria-live="polite">
        {said}
      </span>
    </>
  );
}
