import { type ReactNode, useEffect, useRef, useState } from 'react';
import { encode } from 'uqr';
import { Quiet } from './page';

/** A text that takes the place of the button that was pressed, and gets the focus that the button had. */
export function Next({ children }: { children: ReactNode }) {
  const text = useRef<HTMLParagraphElement>(null);
  useEffect(() => text.current?.focus(), []);
  return (
    <p ref={text} tabIndex={-1}>
      {children}
    </p>
  );
}

/** A QR code. It is drawn here, because a service that draws it would learn the secret. */
export function QrCode({ text }: { text: string }) {
  const { data, size } = encode(text);
  const dots = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code for the authenticator app">
      <path d={dots.join('')} />
    </svg>
  );
}

/** Recovery codes, which are shown once. */
export function RecoveryCodes({ codes, keep }: { codes: readonly string[]; keep(): void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(codes.join('\n')).then(() => setCopied(true));
  return (
    <>
      <Next>Keep these codes. Each of them stands in once for your authenticator app.</Next>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="row">
        <Quiet text="I have kept them" act={keep} />
        <Quiet text="Copy" act={copy} />
        <span role="status">{isCopied && 'Copied.'}</span>
      </div>
    </>
  );
}
