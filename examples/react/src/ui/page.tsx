import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Link, useLocation } from 'react-router';

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
  return (
    <main id="main">
      <title>{`${title} · Gatehouse example`}</title>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {intro && <p className="intro">{intro}</p>}
      {children}
      <div className="row">
        {Object.entries(links).map(([text, path]) => (
          <Link key={path} to={path}>
            {text}
          </Link>
        ))}
      </div>
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

/** Shown while something is loaded. */
export function Busy() {
  return (
    <p className="muted" role="status">
      Loading…
    </p>
  );
}

interface Query<D> {
  data?: D;
  error?: Error;
  loading: boolean;
  refetch(): Promise<unknown>;
}

/** The data of a query, or why it is not there yet. */
export function Loaded<D>({ query, children }: { query: Query<D>; children: (data: D) => ReactNode }) {
  if (query.data) return children(query.data);
  if (!query.error || query.loading) return <Busy />;
  return (
    <div className="notice bad" role="alert">
      <p>This could not be loaded.</p>
      <button type="button" className="quiet" onClick={() => void query.refetch().catch(() => undefined)}>
        Try again
      </button>
    </div>
  );
}
