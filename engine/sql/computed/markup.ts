/** Texts in XML and HTML: the characters that marks such as &lt; stand for, and the text between tags. */
import { computed, VARCHAR } from './definition.ts';

/** HTML's names of characters, in runs that begin at a code point. */
const RUNS: Readonly<Record<number, string>> = {
  34: 'quot',
  38: 'amp apos',
  60: 'lt',
  62: 'gt',
  160: 'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml',
  338: 'OElig oelig',
  352: 'Scaron scaron',
  376: 'Yuml',
  402: 'fnof',
  710: 'circ',
  732: 'tilde',
  913: 'Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho',
  931: 'Sigma Tau Upsilon Phi Chi Psi Omega',
  945: 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega',
  977: 'thetasym upsih',
  982: 'piv',
  8194: 'ensp emsp',
  8201: 'thinsp',
  8204: 'zwnj zwj lrm rlm',
  8211: 'ndash mdash',
  8216: 'lsquo rsquo sbquo',
  8220: 'ldquo rdquo bdquo',
  8224: 'dagger Dagger',
  8226: 'bull',
  8230: 'hellip',
  8240: 'permil',
  8242: 'prime Prime',
  8249: 'lsaquo rsaquo',
  8254: 'oline',
  8260: 'frasl',
  8364: 'euro',
  8465: 'image',
  8472: 'weierp',
  8476: 'real',
  8482: 'trade',
  8501: 'alefsym',
  8592: 'larr uarr rarr darr harr',
  8629: 'crarr',
  8656: 'lArr uArr rArr dArr hArr',
  8704: 'forall',
  8706: 'part exist',
  8709: 'empty',
  8711: 'nabla isin notin',
  8715: 'ni',
  8719: 'prod',
  8721: 'sum minus',
  8727: 'lowast',
  8730: 'radic',
  8733: 'prop infin',
  8736: 'ang',
  8743: 'and or cap cup int',
  8756: 'there4',
  8764: 'sim',
  8773: 'cong',
  8776: 'asymp',
  8800: 'ne equiv',
  8804: 'le ge',
  8834: 'sub sup nsub',
  8838: 'sube supe',
  8853: 'oplus',
  8855: 'otimes',
  8869: 'perp',
  8901: 'sdot',
  8968: 'lceil rceil lfloor rfloor',
  9674: 'loz',
  9824: 'spades',
  9827: 'clubs',
  9829: 'hearts diams',
  10216: 'lang rang',
};

const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(RUNS).flatMap(([first, names]) => names.split(' ').map((name, index): [string, string] => [name, String.fromCodePoint(Number(first) + index)])));
const XML_NAMES = new Set(['lt', 'gt', 'amp', 'quot', 'apos']);

/** What a mark without & and ; stands for; undefined for none. */
function character(mark: string, isHtml: boolean): string | undefined {
  const digits = /^#(?:x([0-9a-f]+)|([0-9]+))$/i.exec(mark);
  if (!digits) return isHtml || XML_NAMES.has(mark) ? NAMES.get(mark) : undefined;
  const point = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  return point > 0x10ffff ? undefined : String.fromCodePoint(point);
}

function decode(isHtml: boolean) {
  return (text: string) => text.replace(/&([^&;]{1,32});/g, (all: string, mark: string) => character(mark, isHtml) ?? all);
}

export const DECODE_XML = computed('sandpiper_decode_xml', [VARCHAR], VARCHAR, decode(false));
export const DECODE_HTML = computed('sandpiper_decode_html', [VARCHAR], VARCHAR, decode(true));

/** The text without tags, comments, scripts and styles; what was apart stays apart by one blank. */
function htmlText(html: string): string {
  const kept = html.replace(/<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|<(script|style)\b[\s\S]*?(?:<\/\2\s*>|$)|<[^>]*(?:>|$)/gi, (_all: string, data: string | undefined) => (data === undefined ? ' ' : data));
  return kept.replace(/[ \t\n\r\f\v]+/g, ' ').replace(/^ | $/g, '');
}

export const HTML_TEXT = computed('sandpiper_html_text', [VARCHAR], VARCHAR, htmlText);

export const MARKUP = [DECODE_XML, DECODE_HTML, HTML_TEXT];
