import { describe, expect, test } from 'vitest';
import { fillLayout, parseLayout } from '../../../src/mail/layout.js';

const layout = parseLayout(
  '<html lang="[[locale]]" title="[[subject]]"><b>[[body]][[block:p]]<i>[[content]]</i>[[block:h1]]<u>[[content]]</u>[[end]]</b>[[footer]]</html>\n',
);
const pieces = {
  locale: 'en',
  subject: 'Tom & "Jerry"',
  body: '<p>One</p>',
  footer: 'a < b',
  brand: 'Name',
  preheader: '',
};
const body = (text: string) => fillLayout(layout, { ...pieces, body: text });

describe('the layout', () => {
  test('takes the blocks out of the page, and puts a mail into it', () => {
    expect(fillLayout(layout, pieces)).toBe(
      '<html lang="en" title="Tom &amp; &quot;Jerry&quot;"><b><i>One</i></b>a &lt; b</html>\n',
    );
  });

  test('gives each element the markup of its block, with what stands in it', () => {
    expect(body('<h1>A</h1>\n{{#x}}\n<p>$& <strong>b</strong>{{y}}</p>\n{{/x}}')).toContain(
      '<b><u>A</u>\n{{#x}}\n<i>$& <strong>b</strong>{{y}}</i>\n{{/x}}</b>',
    );
  });

  test('refuses what it has no block for', () => {
    expect(() => body('<p>a</p><marquee>b</marquee>')).toThrow('the template uses an unknown block: marquee');
    expect(() => body('<p>a</p> and more')).toThrow('the template has text outside of its blocks: and more');
    expect(() => body('<p>a')).toThrow('the template has text outside of its blocks: <p>a');
  });

  test('refuses a slot that nothing fills', () => {
    expect(() => fillLayout(parseLayout('[[body]][[logo]]'), { ...pieces, body: '' })).toThrow(
      'the layout has an unknown slot: [[logo]]',
    );
  });
});
