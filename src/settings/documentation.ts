import type { z } from 'zod';
import { settingGroups } from './schema.js';
import { type SettingNotes, settingNotes } from './setting.js';

interface DocumentedSetting {
  name: string;
  development: SettingNotes;
  production: SettingNotes;
}

/** Renders `.env.example`: every setting commented out, with its default or, where it has none, an example. */
export function renderEnvironmentExample(): string {
  const head = [
    '# Every setting of the gateway; made by `npm run generate`, described in docs/settings.md.',
    '# Copy to .env and uncomment what differs. A variable of the environment wins over this file.',
    '# A setting marked [secret] may also come from a file: set its name with _FILE added to the path.',
  ];
  const groups = documentedGroups().map(({ heading, settings }) => [`## ${heading}`, ...settings.map(exampleLines)]);
  return `${[head, ...groups].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Renders `docs/settings.md`: one table for each group of settings. */
export function renderSettingsTable(): string {
  const head = [
    '# Settings',
    'Made from the schema by `npm run generate`. Every setting is a variable of the environment or a line of `.env`,',
    'where the environment wins; an empty one counts as unset, and an unknown one is ignored with a',
    'warning that names the nearest right one. In a URL, what is special in a user or password is percent-encoded (`%` as `%25`,',
    '`@` as `%40`, `/` as `%2F`, `?` as `%3F`, `#` as `%23`). Durations are written as',
    '`60s`, `15m`, `1h` or `14d`, or as bare seconds; switches as `true`, `1`, `on`, `yes` or `false`, `0`, `off`, `no`.',
    'A setting marked *secret* may come from a file instead: set its name with `_FILE` added to the path of the file.',
    'The start fails when anything is wrong, with every reason at once and without quoting a value.',
  ];
  const groups = documentedGroups().map(({ heading, settings }) =>
    [`## ${heading}`, '', '| Variable | Default | What it does |', '| --- | --- | --- |', ...settings.map(row)].join(
      '\n',
    ),
  );
  return `${[head[0], head.slice(1).join('\n'), ...groups].join('\n\n')}\n`;
}

function documentedGroups(): { heading: string; settings: DocumentedSetting[] }[] {
  const inProduction = settingGroups(true) as Record<string, Record<string, z.ZodType>>;
  return Object.entries(settingGroups(false)).map(([heading, group]) => ({
    heading,
    settings: Object.entries(group).map(([name, type]) => ({
      name,
      development: notesOf(type),
      production: notesOf(inProduction[heading]?.[name]),
    })),
  }));
}

function notesOf(type: z.ZodType | undefined): SettingNotes {
  const notes = type && settingNotes.get(type);
  if (notes === undefined) throw new Error('A setting is declared without its notes.');
  return notes;
}

function exampleLines({ name, development, production }: DocumentedSetting): string {
  const marks = [development.secret && '[secret]', production.required && '[required in production]'];
  const sentence = [...marks, development.description].filter(Boolean).join(' ');
  const value = development.default ?? development.example ?? '';
  // Quoted where a bare `#`, quote or space would be read otherwise.
  return `# ${sentence}\n#${name}=${/[\s#'"]/.test(value) ? `"${value}"` : value}`;
}

function row({ name, development, production }: DocumentedSetting): string {
  const text = development.description + (development.secret ? ' *secret*' : '');
  return `| \`${name}\` | ${defaultCell(development, production)} | ${text.replaceAll('|', '\\|')} |`;
}

function defaultCell(development: SettingNotes, production: SettingNotes): string {
  const outside = defaultOf(development);
  const inside = production.required ? '**required**' : defaultOf(production);
  return outside === inside ? outside : `${outside}; in production ${inside}`;
}

function defaultOf(notes: SettingNotes): string {
  return notes.default === undefined ? (notes.derivedDefault ?? 'none') : `\`${notes.default}\``;
}
