const TAG = /<[^>]*>?/g;
const HARMLESS =
  /^<\/?(?:p|em|strong|code|pre|ul|ol|li|blockquote|h[1-6]|hr|br|a)>$|^<a href="https?:\/\/[^"<>]*">$|^<code class="[\w-]*">$/;

/** Returns markup whose every tag is known to be harmless; anything else becomes text. */
function harmless(markup) {
  const isHarmless = (markup.match(TAG) ?? []).every((tag) => HARMLESS.test(tag));
  return isHarmless ? markup : markup.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** GraphiQL renders the descriptions of the schema from Markdown. No other text of the page becomes markup or script. */
window.trustedTypes?.createPolicy('default', { createHTML: harmless });
