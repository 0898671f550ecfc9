import { readFileSync } from 'node:fs';
import { once } from '../../lib/once.js';
import { isInFilter } from '../../lib/word-filter.js';
import { rankedPasswords } from './dictionaries.js';

const FILTER = new URL('./lists/common-passwords.bin', import.meta.url);
/** A shorter common password is in the ranked list. */
const SHORTEST_IN_FILTER = 6;
/** Names that became known after the lists were made. */
const LATER =
  'bitcoin bluetooth covid discord ethereum fortnite instagram iphone minecraft netflix paypal roblox snapchat spotify ' +
  'telegram tiktok twitter valorant whatsapp wifi youtube ' +
  // Cities as they are written without an umlaut.
  'duesseldorf koeln luebeck muenchen muenster nuernberg saarbruecken wuerzburg zuerich';

/** Well-known phrases from speech, songs, films and curses. */
const PHRASES =
  'allyouneedislove becarefulwhatyouwishfor breakingbad callmemaybe carpediem comeasyouare correcthorsebatterystaple dontworrybehappy eyeofthetiger ' +
  'fuckoff fuckyou gameofthrones godisgood goodmorning guardianangel hakunamatata happybirthday happynewyear hastalavista ' +
  'highwaytohell ichhassedich ichliebedich ihateyou iloveyoubaby iloveyousomuch imissyou ingodwetrust jesuslovesme ' +
  'jesusischrist jetaime keepcalm killbill knockonwood leavemealone letitbe livelaughlove lordoftherings lovelife ' +
  'maytheforcebewithyou meinpasswort merrychristmas missionimpossible mondaymorning nevergiveup neversaynever nirvana ' +
  'onedirection openthedoor opensesame passwordispassword piratesofthecaribbean rockandroll rockyou ' +
  'sesamoeffnedich seniseviyorum sexdrugsrockandroll smellsliketeenspirit stairwaytoheaven ' +
  'stayhungrystayfoolish teamomucho thankyou theanswerisfortytwo theforceawakens thequickbrownfox thequickbrownfoxjumps ' +
  'tobeornottobe trustnoone tiamo tequiero troubador troubadour wearethechampions weltmeister welcometothejungle whatever whoareyou ' +
  'winteriscoming wirsinddieroboter wonderwall yellowsubmarine yesterday youshallnotpass youneverwalkalone';

const known = once(() => new Set([...rankedPasswords(), ...LATER.split(' '), ...PHRASES.split(' ')]));
const filter = once(() => readFileSync(FILTER));

/**
 * Returns whether a text in lower case is on a list of common passwords: 49,000 that are ranked, or 6,000 more in a
 * filter. The filter mistakes one in five million other texts for a listed one (lists/NOTICE.md).
 */
export function isListed(text: string): boolean {
  if (known().has(text)) return true;
  if (text.length < SHORTEST_IN_FILTER) return false;
  return isInFilter(filter(), text);
}
