/**
 * What people and CRMs call the same thing, without blanks and underscores. A line is one thing; its first group are its
 * names, each further one holds names of something that stands in for it, better ones first.
 *
 * Source: the standard fields of Salesforce's Contact, Lead and Account, and of HubSpot's contacts and companies.
 */
const USUAL: readonly (readonly (readonly string[])[])[] = [
  [
    ['phone', 'phonenumber', 'telephone', 'telephonenumber', 'businessphone', 'workphone', 'workphonenumber', 'mainphone'],
    ['mobilephone', 'mobilephonenumber', 'mobile', 'mobilenumber', 'cellphone', 'cell', 'cellphonenumber'],
    ['homephone', 'homephonenumber'],
    ['otherphone', 'alternatephone', 'secondaryphone'],
  ],
  [['firstname', 'givenname', 'forename']],
  [['lastname', 'surname', 'familyname']],
  [['fullname', 'name']],
  [['salutation', 'honorific']],
  [
    ['email', 'emailaddress', 'mail', 'primaryemail'],
    ['workemail', 'businessemail'],
    ['personalemail', 'otheremail', 'secondaryemail', 'alternateemail'],
  ],
  [['jobtitle', 'title', 'position', 'jobposition', 'jobrole', 'role']],
  [['company', 'companyname', 'accountname', 'organization', 'organisation', 'organizationname', 'organisationname', 'employer']],
  [['companyid', 'accountid', 'organizationid', 'organisationid', 'associatedcompanyid', 'primaryassociatedcompanyid']],
  [['department', 'dept']],
  [['donotcall', 'dnc'], ['donotcontact']],
  [['emailoptout', 'hasoptedoutofemail', 'donotemail', 'unsubscribed', 'unsubscribedfromallemail']],
  [['fax', 'faxnumber', 'businessfax']],
  [
    ['street', 'address', 'streetaddress', 'mailingstreet', 'mailingaddress', 'billingstreet'],
    ['otherstreet', 'shippingstreet'],
  ],
  [
    ['city', 'town', 'mailingcity', 'billingcity'],
    ['othercity', 'shippingcity'],
  ],
  [
    ['state', 'stateregion', 'stateprovince', 'region', 'province', 'mailingstate', 'mailingstateprovince', 'billingstate'],
    ['otherstate', 'shippingstate'],
  ],
  [
    ['zip', 'zipcode', 'postalcode', 'postcode', 'zippostalcode', 'mailingpostalcode', 'mailingzippostalcode', 'billingpostalcode'],
    ['otherpostalcode', 'shippingpostalcode'],
  ],
  [
    ['country', 'countryregion', 'mailingcountry', 'billingcountry'],
    ['othercountry', 'shippingcountry'],
  ],
  [
    ['domain', 'domainname', 'webdomain', 'companydomain', 'companydomainname'],
    ['website', 'websiteurl', 'homepage', 'url'],
  ],
  [['linkedin', 'linkedinurl', 'linkedinprofile', 'linkedinprofileurl']],
  [['industry', 'sector']],
  [
    ['leadsource', 'source'],
    ['originalsource', 'originaltrafficsource', 'analyticssource'],
  ],
  [['leadstatus'], ['status']],
  [['lifecyclestage'], ['stage']],
  [['birthday', 'birthdate', 'dateofbirth', 'dob']],
  [['description', 'notes', 'note', 'comments', 'contactdescription', 'remarks']],
  [['annualrevenue', 'revenue', 'turnover']],
  [['employees', 'numberofemployees', 'employeecount', 'headcount', 'size', 'companysize']],
  [['language', 'preferredlanguage']],
  [['owner', 'ownerid', 'contactowner', 'hubspotownerid', 'leadowner']],
];

const PLACES: ReadonlyMap<string, { readonly thing: number; readonly group: number }> = new Map(
  USUAL.flatMap((groups, thing) => groups.flatMap((names, group) => names.map((name) => [name, { thing, group }] as const))),
);

/**
 * How far the second name is from naming what the first does: 0 the same thing, 1 and up something that stands in for it,
 * null something else. Nothing general stands in for something special: a mobile number is no number of any kind.
 *
 * @example
 * standsInFor('jobtitle', 'title') //=> 0
 * standsInFor('phonenumber', 'mobilephone') //=> 1
 * standsInFor('mobile', 'phone') //=> null
 */
export function standsInFor(wanted: string, offered: string): number | null {
  const [a, b] = [PLACES.get(wanted), PLACES.get(offered)];
  if (a === undefined || b === undefined || a.thing !== b.thing) return null;
  return a.group === b.group ? 0 : a.group === 0 ? b.group : null;
}
