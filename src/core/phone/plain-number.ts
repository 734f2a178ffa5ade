import { type CountryCode, getCountries, getCountryCallingCode, isSupportedCountry, Metadata } from 'libphonenumber-js/min';
import { isNoOnesNumber } from './phone-text.ts';

/** What the parser leaves as it is, whichever of the countries that share a calling code a number is of. */
interface Plan {
  readonly callingCode: string;
  /** Bit n: in all of these countries a national number may have n digits. */
  readonly lengths: number;
  /** Starts of national numbers that the parser takes away or replaces. */
  readonly prefix: RegExp | null;
}

/** The same for numbers without a calling code. */
interface HomePlan extends Plan {
  /** How one dials abroad. */
  readonly abroad: RegExp;
}

interface NumberingPlan {
  possibleLengths(): readonly number[];
  nationalPrefixForParsing(): string | undefined;
  IDDPrefix(): string;
}

/** @param of - A country, or a calling code: then the plan is that of the main country. */
function numberingPlan(of: string): NumberingPlan {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(of as CountryCode);
  return metadata.numberingPlan as unknown as NumberingPlan; // whose type leaves out what we read
}

const atStart = (pattern: string): RegExp => new RegExp(`^(?:${pattern})`);

function prefixOf(plan: NumberingPlan): RegExp | null {
  const prefix = plan.nationalPrefixForParsing();
  return prefix ? atStart(prefix) : null;
}

// What the parser's metadata say, in the form that is asked for. Made at the first number, for imports are to be quick.
const byCallingCode: (Plan | undefined)[] = [];
const byCountry = new Map<string, HomePlan | null>();

function readPlans(): void {
  for (const country of getCountries()) {
    const callingCode = getCountryCallingCode(country);
    const lengths = numberingPlan(country)
      .possibleLengths()
      .reduce((bits, length) => bits | (1 << length), 0);
    const others = byCallingCode[Number(callingCode)];
    byCallingCode[Number(callingCode)] =
      others === undefined
        ? { callingCode, lengths, prefix: prefixOf(numberingPlan(callingCode)) }
        : { ...others, lengths: others.lengths & lengths };
  }
}

function planOf(callingCode: number): Plan | undefined {
  if (byCallingCode.length === 0) readPlans();
  return byCallingCode[callingCode];
}

function homePlanOf(country: string): HomePlan | null {
  const known = byCountry.get(country);
  if (known !== undefined) return known;
  let plan: HomePlan | null = null;
  if (isSupportedCountry(country)) {
    const own = numberingPlan(country);
    plan = { ...planOf(Number(getCountryCallingCode(country)))!, prefix: prefixOf(own), abroad: atStart(own.IDDPrefix()) };
  }
  byCountry.set(country, plan);
  return plan;
}

const INTERNATIONAL = /^\+[1-9]\d{6,14}$/;
const NATIONAL = /^\(?[2-9][\d ().-]{6,}$/;

function isPlain({ lengths, prefix }: Plan, national: string): boolean {
  return ((lengths >> national.length) & 1) === 1 && (prefix === null || !prefix.test(national)) && !isNoOnesNumber(national);
}

function readInternational(text: string): string | undefined {
  if (!INTERNATIONAL.test(text)) return undefined;
  let code = 0;
  // No calling code is the start of another one.
  for (let end = 1; end <= 3; end += 1) {
    code = code * 10 + text.charCodeAt(end) - 48;
    const plan = planOf(code);
    if (plan === undefined) continue;
    return isPlain(plan, text.slice(end + 1)) && !isNoOnesNumber(text.slice(1)) ? text : undefined;
  }
  return undefined;
}

function readNational(text: string, country: string): string | undefined {
  if (!NATIONAL.test(text)) return undefined;
  const digits = text.replace(/[ ().-]/g, '');
  const plan = homePlanOf(country);
  if (plan === null || digits.startsWith(plan.callingCode) || plan.abroad.test(digits) || !isPlain(plan, digits)) return undefined;
  const all = plan.callingCode + digits;
  return all.length > 15 || isNoOnesNumber(all) ? undefined : `+${all}`;
}

/**
 * The E.164 form of a number that the parser would not change but for its punctuation: most numbers of a CRM, for a
 * fiftieth of the parser's time. Undefined says nothing: it may be a number that has to be parsed, or none.
 *
 * Source: libphonenumber-js, metadata and `parse`; a property test compares the two.
 */
export function plainNumber(text: string, defaultCountry: string | undefined): string | undefined {
  if (text.charCodeAt(0) === 43) return readInternational(text);
  return defaultCountry === undefined ? undefined : readNational(text, defaultCountry);
}
