/**
 * Under which two-part endings domains are registered, as co.uk: for firstSignificantSubdomain and its kin.
 * A short rule, not the whole public list: common second levels under two-letter countries, and a few hosts of sites.
 * Endings that are not here count as one part (an ending such as kobe.jp is then taken for the registered name).
 */

/** For each second level, the two-letter top levels under which it is an ending, one after the other. */
const SECOND_LEVELS: Readonly<Record<string, string>> = {
  ac: 'aeatbecicncrcyfjgnidiliminirjpkekrlklsmamemumwmzninzpaprrsrurwseszthtjtzugukvnzazmzw',
  ad: 'jp',
  adm: 'br',
  adv: 'brmz',
  art: 'brdodzhtplsn',
  asso: 'cidzfrgphtkmmcncre',
  biz: 'atazbbcydketfjglidinkilsmvmwmyninrpkplprsstjtrttuavnwfzm',
  co: 'aeagamaoatbbbibjbnbwcaciclcmcrczdkggglgyhuidiliminiritjejpkekrlclsmamemgmumwmznaninlnonzomplpnpwrorsrwstszthtjtmtttzuaugukusuzvevizazmzw',
  com: 'acafagaialamarauawazbabbbhbibjbmbnbobrbsbtbybzcicmcncocucvcwcydedmdodzeceeegesetfjfmfrgeghgiglgngpgrgtgugyhkhnhrhtiminioiqisjokgkikmkpkwkykzlalblclklrlvlymgmkmlmomsmtmumvmwmxmynanfngninrompapepfphpkplprpsptpyqarerorusasbscsdsesgshslsnsossstsvsytjtmtntotrtttwuauguyuzvcvevivnvuwsyezm',
  ed: 'aocicrjppw',
  edu: 'acafalarauazbabbbhbibjbmbnbobrbsbtbzcicncocucvcwdmdodzeceeegesetfmgdgeghgiglgngpgrgtgugyhkhnhtiniqisitjokgkikmknkpkwkykzlalblclklrlslvlymemgmkmlmnmomsmtmvmwmxmymzngninrompapepfphpkplpnprpsptpyqarsrusasbscsdsgslsnsossstsvsytjtmtotrtttwuauyvcvevnvuwsyezazm',
  eng: 'br',
  gen: 'inngnztr',
  go: 'cicriditjpkekrpwthtjtzug',
  gob: 'arbocldoecesgthnmxnipapepksvve',
  gouv: 'cifrhtkmmlsn',
  gov: 'acaeafalarasauazbabbbfbhbmbnbrbsbtbybzcdclcmcncocucxcydmdodzeceeegetfjgdgeghgigngrgugyhkieiliniqirisitjokgkikmknkpkwkzlalblclklrlsltlvlymamemgmkmlmnmomrmsmumvmwmymzngnlnromphpkplpnprpsptpyqarsrurwsasbscsdsgshslsosssxsytjtltmtntotrtttwuaukvcvevnwsyezazmzw',
  gr: 'itjp',
  gv: 'aoatvc',
  id: 'auirlvlyusvn',
  in: 'nanirsthuaus',
  ind: 'brgtinkwtn',
  info: 'atauazbbbjbococxecetfjguhthuinkekilalsmvnanfninrpkplprrosdtntrtttzvevnzm',
  int: 'arazbocicocvinislalkmvmwniptrutjttvevn',
  lg: 'jpua',
  ltd: 'cygihklknguauk',
  me: 'initkesosstctzukusvu',
  mil: 'acaealarazbabobrbyclcncocydoecegfjgeghgthnidiniqjokgkmkrkzlvmgmvmymzngninonzpephplpyqarurwshstsytjtmtotrtwtzuyvcveyezazmzw',
  mus: 'br',
  my: 'id',
  name: 'azegetfjhrjomkmvmynangpmprqatjtrttvn',
  ne: 'jpkekrpwtzugus',
  net: 'acaeafagaialamarauazbabbbhbjbmbnbobrbsbtbzcicmcncocucwcydmdodzecegetfjfmgeggglgngpgrgtgugyhkhnhtidiliminiqirisjejokgkiknkwkykzlalblclklrlslvlymamemkmlmomsmtmumvmwmxmymznfngninrnzompapephpkplpnprpsptpyqarurwsasbscsdsgshslsossstsythtjtmtntotrtttwuaukuyuzvcvevivnvuwsyezazm',
  nhs: 'uk',
  nom: 'adagcoesfrkmmgncnipapeplrerotmveza',
  or: 'atbicicriditjpkekrmunapwthtzugus',
  org: 'acaeafagaialamarauazbabbbhbibjbmbnbobrbsbtbwbzcicncocucvcwcydmdodzeceeegesetfjfmgeggghgiglgngpgrgtgugyhkhnhthuiliminiqirisjejokgkikmknkpkwkykzlalblclklrlslvlymamemgmkmlmnmomsmtmumvmwmxmymznangninrnzompapepfphpkplpnprpsptpyqarorsrurwsasbscsdsesgshslsnsossstsvsysztjtmtntotrtttwuaugukuyuzvcvevivnvuwsyeytzazmzw',
  pe: 'caitkr',
  plc: 'lyuk',
  police: 'uk',
  press: 'cymase',
  pro: 'azbrcyecfjhtinmvnaomprttvn',
  re: 'itkr',
  sch: 'aeidirjolklyngqasasosstfwfzm',
  sp: 'it',
  tm: 'cydzfrhukmmcmgnoplroseza',
  tur: 'arbr',
  tv: 'bbbobriminitkgnasdtrtz',
  web: 'bocodoguidinlknfnipktjtrveza',
};

const SITE_HOSTS: readonly string[] = [
  'github.io', 'gitlab.io', 'blogspot.com', 'herokuapp.com', 'netlify.app', 'vercel.app', 'pages.dev', 'web.app', 'firebaseapp.com', 'appspot.com', 'cloudfront.net',
  'azurewebsites.net', 'co.com', 'uk.com', 'us.com', 'eu.com', 'de.com', 'gb.net', 'uk.net',
];

function endings(): string {
  const countries = Object.entries(SECOND_LEVELS).map(([word, codes]) => `${word}[.](?:${(codes.match(/../g) ?? []).join('|')})`);
  return [...countries, ...SITE_HOSTS.map((host) => host.replace('.', '[.]'))].join('|');
}

/** A regular expression that finds the registered name at the end of a host: the name before its ending, and the ending. */
export const REGISTERED_NAME = `[^.]+[.](?:${endings()})$|[^.]+[.][^.]+$`;
