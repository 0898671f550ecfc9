import type { EntityManager } from '@mikro-orm/postgresql';

/** A statement as it is sent to the database: `$1`, `$2`, … in the text, and the value of each. */
export interface BoundStatement {
  text: string;
  values: unknown[];
}

type Scalar = string | number | bigint | boolean | Date | Uint8Array | null;

/** A value of a statement. An array is one value, as in `= ANY(…)`. */
export type SqlValue = Scalar | readonly Scalar[];

/** Dates are written in UTC: the driver would use the time zone of this machine. */
function toParameter(value: SqlValue): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return String(value);
  return Array.isArray(value) ? value.map(toParameter) : value;
}

/** A statement or a part of one: pieces of text with values between them. */
export class Sql implements BoundStatement {
  #text: string | undefined;

  constructor(
    readonly pieces: readonly string[],
    readonly values: unknown[],
  ) {}

  get text(): string {
    this.#text ??= this.pieces.reduce((text, piece, index) => `${text}$${index}${piece}`);
    return this.#text;
  }
}

/** A statement whose values are bound; another `sql` in it becomes part of its text. */
export function sql(strings: TemplateStringsArray, ...given: readonly (SqlValue | Sql)[]): Sql {
  let piece = strings[0] ?? '';
  const pieces: string[] = [];
  const values: unknown[] = [];
  const bind = (value: unknown): void => {
    pieces.push(piece);
    values.push(value);
    piece = '';
  };
  for (const [index, value] of given.entries()) {
    if (value instanceof Sql) {
      piece += value.pieces[0] ?? '';
      for (const [place, inner] of value.values.entries()) {
        bind(inner);
        piece += value.pieces[place + 1] ?? '';
      }
    } else bind(toParameter(value));
    piece += strings[index + 1] ?? '';
  }
  return new Sql([...pieces, piece], values);
}

/** Fixed text as part of a statement, such as a list of columns; never user input. */
export function sqlText(text: string): Sql {
  return new Sql([text], []);
}

/** Runs a statement, in the transaction of `em` if there is one, and returns its rows. */
export async function run<Row = Record<string, unknown>>(
  em: Pick<EntityManager, 'execute'>,
  statement: Sql,
): Promise<Row[]> {
  // The ORM passes it to the connection unchanged.
  return await em.execute<Row[]>(statement as never);
}

/** Statements of an open transaction that are sent at once. */
export class SqlBatch {
  /** The text by which the connection recognises a batch, whose values are the statements. */
  static readonly TEXT = '-- several statements';

  constructor(readonly statements: readonly BoundStatement[]) {}
}

/** Runs statements of the transaction of `em` in one round trip, and returns the rows of each. */
export async function runAll(
  em: Pick<EntityManager, 'execute'>,
  statements: readonly Sql[],
): Promise<Record<string, unknown>[][]> {
  if (statements.length === 0) return [];
  return await em.execute<Record<string, unknown>[][]>(new SqlBatch(statements) as never);
}
