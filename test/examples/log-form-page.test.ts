import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, launchChromium } from './chromium.ts';
import { type Running, startExample } from './spawn-example.ts';

if (chromiumPath === undefined)
  console.warn('Skipped: the page of examples/log-form in a browser. Install Chromium (`apt-get install chromium`), or set CHROMIUM_PATH.');

describe.skipIf(chromiumPath === undefined)('the page of the log form, in Chromium', () => {
  let browser: Browser;
  let example: Running;
  let page: Page;
  /** What should never happen on this page. */
  let mishaps: string[];

  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  beforeEach(async () => {
    mishaps = [];
    example = startExample('examples/log-form/main.ts');
    await example.said('until Ctrl-C');
    const { url } = /(?<url>http:\S+)/.exec(example.output())!.groups as { url: string };
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => mishaps.push(error.message));
    page.on('console', (message) => message.type() === 'error' && !message.text().includes('422') && mishaps.push(message.text()));
    page.on('request', (request) => request.url().startsWith(url) || request.url().startsWith('data:') || mishaps.push(request.url()));
    await page.goto(url);
    await page.getByRole('heading', { name: 'Alice Smith' }).waitFor();
  }, 60_000);
  afterEach(async () => {
    await page.close();
    example.process.kill('SIGTERM');
    const { code, stderr } = await example.ended;
    expect({ mishaps, stderr, code }).toEqual({ mishaps: [], stderr: '', code: 0 });
  });

  const box = (name: string) => page.getByRole('combobox', { name });
  const logged = () => page.getByRole('complementary', { name: 'In the CRM' });
  const pick = async (field: string, option: string | RegExp) => {
    await box(field).click();
    await page.getByRole('option', { name: option, exact: typeof option === 'string' }).click();
  };
  const hasFocus = async (one: Locator) => (await one.and(page.locator(':focus')).count()) === 1;
  const resolved = (work: () => Promise<void>) => Promise.all([page.waitForResponse(/\/form\/[^/]+\?/), work()]);
  const submit = (name = 'Log the call') => page.getByRole('button', { name, exact: true }).click();

  it('logs a call: answers, proposals and the text stand in the CRM', async () => {
    expect(await box('Ticket').inputValue()).toBe('Cannot log in');
    await page.getByText('the only one').waitFor();
    await pick('Deal', /Renewal 2027/);
    await pick('Billable?', 'Billable');
    await page.getByRole('textbox', { name: 'Next step' }).fill('Send the draft.\nThen call.');
    await page.getByRole('checkbox', { name: 'Needs follow-up' }).check();
    await submit();
    await logged().getByRole('heading', { name: 'Logged' }).waitFor();
    const text = await logged().innerText();
    for (const part of [
      'Inbound call, Alice Smith',
      'Renewal 2027',
      'Cannot log in',
      'Send the draft.',
      'needs_follow_up',
      'when the new contract starts',
    ])
      expect(text).toContain(part);
  });

  it('tells everything that is missing at once, and leads there', async () => {
    await submit();
    const alert = page.getByRole('alert');
    expect(await alert.innerText()).toMatch(/Not logged yet\s+Deal: .+\s+Billable\?: /);
    expect(await hasFocus(alert)).toBe(true);
    await alert.getByRole('button', { name: /Billable/ }).click();
    expect(await hasFocus(box('Billable?'))).toBe(true);
    expect(await box('Billable?').getAttribute('aria-invalid')).not.toBeNull();
    await pick('Billable?', 'Non-billable');
    expect(await box('Billable?').getAttribute('aria-invalid')).toBeNull();
    expect(await logged().innerText()).toContain('appears here');
  });

  it('is filled in with the keyboard alone', async () => {
    await box('Deal').focus();
    await page.keyboard.type('fleet');
    expect(await page.getByRole('option').allInnerTexts()).toEqual([expect.stringContaining('Fleet expansion')]);
    const active = await box('Deal').getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active}"]`).innerText()).toContain('Fleet expansion');
    await page.keyboard.press('Enter');
    expect(await box('Deal').inputValue()).toBe('Fleet expansion');
    await box('Ticket').focus();
    for (const key of ['ArrowDown', 'Home', 'Enter']) await page.keyboard.press(key);
    expect(await box('Ticket').inputValue()).toBe('None');
    await box('Billable?').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Escape']) await page.keyboard.press(key);
    expect([await box('Billable?').inputValue(), await box('Billable?').getAttribute('aria-expanded')]).toEqual(['', 'false']);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    expect(await box('Billable?').inputValue()).toBe('Non-billable');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Wait');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await logged().getByRole('heading', { name: 'Logged' }).waitFor();
    const text = await logged().innerText();
    expect(text).toContain('Fleet expansion');
    expect(text).not.toContain('Cannot log in');
    expect(text).toMatch(/billable_status\s+non_billable\s+next_step\s+Wait\s+needs_follow_up\s+true/);
  });

  it('changes a logged call: it shows what stands there, and moves the tie', async () => {
    await pick('Deal', /Renewal 2027/);
    await pick('Billable?', 'Billable');
    await submit();
    await page.getByRole('button', { name: 'Change the log' }).waitFor();
    expect([await box('Deal').inputValue(), await box('Billable?').inputValue()]).toEqual(['Renewal 2027', 'Billable']);
    await pick('Deal', /Fleet expansion/);
    await pick('Ticket', 'None');
    await submit('Change the log');
    await logged().getByText('Fleet expansion').waitFor();
    const text = await logged().innerText();
    expect(text).not.toMatch(/Renewal 2027|Cannot log in/);
    expect(text).toMatch(/billable_status\s+billable/);
  });

  it('says of a list that could not be loaded, loads it again, and searches what is too long to show', async () => {
    expect(await box('Product').isDisabled()).toBe(true);
    await page.getByText('The list could not be loaded.').waitFor();
    await resolved(() => page.getByRole('button', { name: 'Try again' }).click());
    await box('Product').click();
    await page.getByText('There are more: type to narrow them down.').waitFor();
    expect(await page.getByRole('option').count()).toBe(26); // a page, and none
    await resolved(() => box('Product').fill('valve v-149'));
    await page.getByRole('option', { name: 'Valve V-149' }).waitFor();
    await page.keyboard.press('Enter');
    expect(await box('Product').inputValue()).toBe('Valve V-149');
    await pick('Deal', 'None');
    await pick('Billable?', 'Billable');
    await submit();
    await logged().getByText('V-149').waitFor();
    expect(await box('Product').inputValue()).toBe('Valve V-149');
  });

  it('searches thirty deals, and takes no word for an option that is none', async () => {
    await page.getByRole('button', { name: /555-0125/ }).click();
    await page.getByRole('heading', { name: 'Dana Flores' }).waitFor();
    await page.getByText('your default').waitFor();
    await box('Deal').fill('contract 200');
    expect(await page.getByRole('option').count()).toBe(10);
    await box('Deal').fill('nothing like it');
    await page.getByText('Nothing is called so.').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await box('Deal').inputValue()).toBe('');
  });

  it('asks whose call it was, and shows a name that looks like markup as the text that it is', async () => {
    await page.getByRole('button', { name: /555-0124/ }).click();
    await page.getByText('belongs to 2 people').waitFor();
    await page.getByRole('button', { name: /Carol Jones/ }).click();
    await page.getByRole('heading', { name: 'Carol Jones' }).waitFor();
    await pick('Deal', /<img src=x onerror=/);
    await pick('Billable?', 'Billable');
    await submit();
    await logged().getByText('<img src=x onerror=').waitFor();
    expect(await box('Deal').inputValue()).toContain('<img src=x onerror=');
    expect([await page.locator('img').count(), await page.title()]).toEqual([0, 'Log a call']);
  });

  it('knows that a task of Salesforce has one tie', async () => {
    await page.getByRole('button', { name: 'Salesforce' }).click();
    await page.getByRole('heading', { name: 'Erin Hill' }).waitFor();
    await page.getByText('Only one of these can be tied').first().waitFor();
    await resolved(() => pick('Case', /Late delivery/));
    await page.getByText('Only one of these can be tied').first().waitFor({ state: 'detached' });
    await submit();
    await logged()
      .getByText(/Late delivery/)
      .waitFor();
    expect(await logged().innerText()).not.toContain('Cold chain');
  });

  it('makes a contact of whoever nobody knows: another type drops what it does not offer', async () => {
    await page.getByRole('button', { name: 'Salesforce' }).click();
    await page.getByRole('button', { name: /555-0145/ }).click();
    await page.getByRole('heading', { name: 'Nobody known' }).waitFor();
    await page.getByText('Say first what is made.').waitFor();
    await resolved(() => page.getByRole('radio', { name: 'Lead' }).check());
    await page.getByRole('textbox', { name: 'Last name' }).fill('Ito');
    await resolved(() => pick('Source', 'Partner Referral'));
    await resolved(() => page.getByRole('radio', { name: 'Contact' }).check());
    await page.getByText('What was chosen is not offered here').waitFor();
    expect([await box('Source').inputValue(), await page.getByRole('textbox', { name: 'Last name' }).inputValue()]).toEqual(['', 'Ito']);
    await page.getByRole('radio', { name: 'Contact' }).press('ArrowRight'); // back to the lead
    await resolved(() => pick('Source', 'Web'));
    await submit('Make the contact and log the call');
    await logged().getByRole('heading', { name: 'Logged' }).waitFor();
    await page.getByRole('heading', { name: 'Ito' }).waitFor();
    await page.getByRole('button', { name: 'Change the log' }).waitFor();
  });
});
