const KEY = 'gatehouse-admin-language';

/** The languages of the page, in their own words. */
export const languages = { en: 'English', de: 'Deutsch' };

function chosen() {
  const stored = localStorage.getItem(KEY);
  return stored in languages ? stored : document.documentElement.lang;
}

/** The language of the page: the one that was chosen here, or the one that the browser prefers. */
export const lang = chosen();
document.documentElement.lang = lang;

/** All texts of the page, in its language. */
export const { words } = await import(`../words-${lang}.js`);

/** Replaces the names in a text with their values. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** The word for a constant of the API, or the constant itself if a newer gateway has one that is not known here. */
export function wordOf(table, name) {
  return words[table][name] ?? name;
}

/** Keeps the language for the next visit and loads the page in it. */
export function chooseLanguage(language) {
  localStorage.setItem(KEY, language);
  location.reload();
}
