import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';

/** The last page that was shown. The first one keeps the focus where the browser set it. */
let shown: string | undefined;

interface PageProps {
  title: string;
  intro?: ReactNode;
  /** Links to other pages: paths by their text. */
  links?: Record<string, string>;
  children: ReactNode;
}

/** The main part of a page. After a navigation, or if the title changes, its heading gets the focus. */
export function Page({ title, intro, links = {}, children }: PageProps) {
  const { key } = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const place = key + title;
    if (shown !== undefined && shown !== place) heading.current?.focus();
    shown = place;
  }, [key, title]);
  const toLink = ([text, path]: [string, string]) => (
    <Link key={path} to={path}>
      {text}
    </Link>
  );
  return (
    <main id="main">
      <title>{`${title} · Gatehouse example`}</title>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {intro && <p className="intro">{intro}</p>}
      {children}
      <div className="row">{Object.entries(links).map(toLink)}</div>
    </main>
  );
}

/** A part of a page with a heading. */
export function Card({ title, children }: { title?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={title && id}>
      {title && <h2 id={id}>{title}</h2>}
      {children}
    </section>
  );
}

/** What went wrong. It is read aloud once. */
export function Alert({ children }: { children: ReactNode }) {
  return (
    <div className="notice bad" role="alert">
      {children}
    </div>
  );
}

/** A button that sends nothing. */
export function Quiet({ text, act }: { text: string; act(): unknown }) {
  return (
    <button type="button" className="quiet" onClick={() => void act()}>
      {text}
    </button>
  );
}

/** Shown while something is loaded. */
export const Busy = () => <p role="status">Loading…</p>;

type Query<D> = { data?: D; error?: Error; loading: boolean; refetch(): Promise<unknown> };

/** The data of a query, or why it is not there yet. */
export function Loaded<D>({ query, children }: { query: Query<D>; children: (data: D) => ReactNode }) {
  if (query.data) return children(query.data);
  if (!query.error || query.loading) return <Busy />;
  const again = <Quiet text="Try again" act={() => query.refetch().catch(() => undefined)} />;
  return <Alert>This could not be loaded. {again}</Alert>;
}

/** The token of the mailed link that led here. It is taken out of the address bar, and used only when a button is pressed. */
export function useLinkToken(): string | undefined {
  const { hash, pathname, state } = useLocation();
  const navigate = useNavigate();
  const [token, setToken] = useState<string>();
  useEffect(() => {
    const found = new URLSearchParams(hash.slice(1)).get('token');
    if (!found) return;
    setToken(found);
    void navigate(pathname, { replace: true, state });
  }, [hash, pathname, state, navigate]);
  return token;
}
