import { lazy } from '../base/lazy.ts';
import { normalizeDomain } from './domain.ts';

/**
 * Where anybody gets a mailbox: a host alone, or the endings that a provider has beside it. Providers of consumer mailboxes and
 * internet access only: a host that is listed here identifies no company, so one that many companies have for themselves is not.
 *
 * Source: the free domains of github.com/willwhite/freemail and of HubSpot's Knowledge Base ("What domains are blocked when
 * using the forms email domains to block feature?"), looked through in November 2026: providers that are known, no throw-away
 * addresses, no fan clubs.
 */
const PROVIDERS = `
gmail com
googlemail com,de,co.uk
outlook com,at,be,cl,co.id,co.il,co.nz,co.th,com.ar,com.au,com.br,com.gr,com.pe,com.tr,com.vn,cz,de,dk,es,fr,hu,ie,in,it,jp,kr,lv,my,ph,pt,sa,sg,sk
hotmail com,at,be,ca,ch,cl,co.id,co.il,co.jp,co.kr,co.nz,co.th,co.uk,co.za,com.ar,com.au,com.br,com.hk,com.tr,com.tw,com.vn,cz,de,dk,es,fi,fr,gr,hu,it,jp,nl,no,se,sg
live com,at,be,ca,ch,cl,cn,co.kr,co.uk,co.za,com.ar,com.au,com.mx,com.my,com.ph,com.pt,com.sg,de,dk,fi,fr,hk,ie,in,it,jp,nl,no,ru,se
msn com,cn,nl
windowslive com
passport com
yahoo com,ae,at,be,ca,ch,cl,cn,co.id,co.il,co.in,co.jp,co.kr,co.nz,co.th,co.uk,co.za,com.ar,com.au,com.br,com.cn,com.co,com.hk,com.mx,com.my,com.pe,com.ph,com.sg,com.tr,com.tw,com.ve,com.vn,cz,de,dk,es,fi,fr,gr,hu,ie,in,it,nl,no,pl,pt,ro,ru,se
ymail com
rocketmail com
aol com,at,be,co.uk,co.nz,com.ar,com.au,com.br,com.mx,de,es,fr,in,it,jp,nl,pl,se
aim com
icloud com
me com
mac com
proton me
protonmail com,ch
pm me
tutanota com,de
tuta io,com
tutamail com
keemail me
fastmail com,fm,net,org,to,us,co.uk,com.au,de,es,fr,in,jp,mx,nl,se
hey com
duck com
privaterelay appleid.com
mozmail com
passmail net
mailfence com
hushmail com
mailbox org
posteo de,net
runbox com
startmail com
disroot org
riseup net
zoho com,eu,in
zohomail com,eu,in
mail com,ee,md
email com,cz,it,de
usa com,net
consultant com
engineer com
europe com
gmx com,at,ch,de,net,us,co.uk,eu,fr,es,info,li,biz,org
web de
freenet de
t-online de
arcor de
online de
vodafonemail de
kabelmail de
unitybox de
aon at
chello at,nl,hu,pl,sk
bluewin ch
hispeed ch
sunrise ch
orange fr,es,pl
wanadoo fr,es,nl
free fr
sfr fr
neuf fr
laposte net
bbox fr
numericable fr
club-internet fr
noos fr
voila fr
skynet be
telenet be
proximus be
scarlet be,nl
ziggo nl
kpnmail nl
planet nl
hetnet nl
home nl
xs4all nl
upcmail nl
quicknet nl
zonnet nl
libero it
virgilio it
tiscali it,co.uk
alice it
tin it
tim it
fastwebnet it
inwind it
iol it,pt
telefonica net
terra es,com,com.br
ono com
sapo pt
clix pt
netcabo pt
btinternet com
btopenworld com
ntlworld com
virginmedia com
virgin net
blueyonder co.uk
sky com
talktalk net,co.uk
talk21 com
plusnet com
o2 co.uk,pl
eircom net
online no
broadpark no
telia com
bredband net
comhem se
spray se
jubii dk
mail dk
sol dk
tdcadsl dk
kolumbus fi
luukku com
suomi24 fi
elisanet fi
wp pl
onet pl,eu
op pl
vp pl
poczta onet.pl,fm
interia pl,eu,com
gazeta pl
tlen pl
seznam cz
centrum cz,sk
atlas cz,sk
volny cz
post cz,sk
azet sk
zoznam sk
freemail hu
citromail hu
indamail hu
t-online hu
abv bg
mail bg,ru,ua
dir bg
inbox lv,lt,ru,com
bk ru
list ru
internet ru
yandex com,ru,ua,by,kz
ya ru
rambler ru
ukr net
i ua
meta ua
bigmir net
tut by
walla com,co.il
netvision net.il
mynet com
superonline com
rediff com
rediffmail com
sify com
indiatimes com
qq com
foxmail com
163 com,net
126 com
yeah net
139 com
189 cn
sina com,cn,com.cn
sohu com
aliyun com
21cn com
tom com
naver com
hanmail net
daum net
nate com
docomo ne.jp
ezweb ne.jp
softbank ne.jp
nifty com
biglobe ne.jp
ocn ne.jp
pchome com.tw
seed net.tw
singnet com.sg
bigpond com,net.au
optusnet com.au
optusonline net.au
tpg com.au
iinet net.au
westnet com.au
internode on.net
dodo com.au
ozemail com.au
xtra co.nz
slingshot co.nz
orcon net.nz
mweb co.za
telkomsa net
vodamail co.za
webmail co.za
uol com.br,com.ar
bol com.br
ig com.br
globo com
globomail com
oi com.br
r7 com
zipmail com.br
prodigy net.mx
arnet com.ar
fibertel com.ar
speedy com.ar
ciudad com.ar
comcast net
xfinity com
att net
sbcglobal net
bellsouth net
ameritech net
pacbell net
swbell net
verizon net
cox net
charter net
spectrum net
rr com
roadrunner com
twc com
earthlink net
mindspring com
juno com
netzero net,com
optonline net
optimum net
centurylink net
centurytel net
embarqmail com
q com
qwest net
windstream net
frontier com
frontiernet net
suddenlink net
mediacombb net
cableone net
tds net
hughes net
excite com,it,co.jp
lycos com,de,co.uk,es,it
netscape net
compuserve com,de
prodigy net
rogers com
shaw ca
sympatico ca
bell net
telus net
videotron ca
cogeco ca
eastlink ca
sasktel net
`;

const hosts = lazy(
  (): ReadonlySet<string> =>
    new Set(
      PROVIDERS.trim()
        .split('\n')
        .flatMap((line) => {
          const [name = '', endings = ''] = line.split(' ');
          return endings.split(',').map((ending) => `${name}.${ending}`);
        }),
    ),
);

/**
 * Whether a host is that of a mailbox provider, where anybody gets an address: two people who share it are of no one company.
 *
 * @param domain - A host, an address or an email; what is none of them is no provider's.
 *
 * @example
 * isFreeMailDomain('gmail.com') //=> true
 * isFreeMailDomain('alice@hotmail.co.uk') //=> true
 * isFreeMailDomain('acme.com') //=> false
 */
export function isFreeMailDomain(domain: string): boolean {
  if (isFreeMailHost(domain)) return true;
  const read = normalizeDomain(domain);
  return read.ok && isFreeMailHost(read.domain);
}

/** The same for what is a host already, in the spelling of `normalizeDomain`. */
export const isFreeMailHost = (host: string): boolean => hosts().has(host);
