const SECTION = /\{\{([#^])(\w+)\}\}([\s\S]*?)\{\{\/\2\}\}/g;
const VALUE = /\{\{(\w+)\}\}/g;

/**
 * Fills a template. `{{name}}` is the escaped value. `{{#name}}…{{/name}}` is kept if there is a value and
 * `{{^name}}…{{/name}}` if there is none. Sections can be nested. Inserted values are never interpreted as a template.
 * @param values every variable that the template can use. Missing optional ones are null.
 * @throws Error if the template uses an unknown variable or prints one that is null.
 */
export function interpolate(
  template: string,
  values: ReadonlyMap<string, string | null>,
  escapeValue: (text: string) => string,
): string {
  const lookUp = (name: string): string | null => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`the template names an unknown variable: ${name}`);
    return value;
  };
  const sectioned = (text: string): string =>
    text.replace(SECTION, (_, sign: string, name: string, inner: string) =>
      (lookUp(name) !== null) === (sign === '#') ? sectioned(inner) : '',
    );
  return sectioned(template).replace(VALUE, (_, name: string) => {
    const value = lookUp(name);
    if (value === null) throw new Error(`the template prints a variable that is missing: ${name}`);
    return escapeValue(value);
  });
}
