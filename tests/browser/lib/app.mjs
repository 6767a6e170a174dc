// The app, as members use it: they join with an invitation, and come back with their passphrase.

// Makes an invitation at the steward's box, and takes it up in this person's browser. Gives the page and the passphrase.
export async function join(town, person, roles) {
  const from = town.steward.said.length;
  town.steward.does(`invite ${roles.map((role) => `--role ${role}`).join(' ')}`);
  const { text } = await town.steward.wait('an invitation', (value) => value.event === 'invitation', from);
  const page = await person.open(`/app/#${text}`);
  const words = await page.locator('.six-words').textContent();
  await page.locator('#new-passphrase').fill(words);
  await page.locator('form button[type=submit]').click();
  await page.locator('nav.rooms').waitFor();
  return { page, passphrase: words };
}

export async function unlock(page, passphrase) {
  await page.locator('#passphrase').fill(passphrase);
  await page.locator('form button[type=submit]').click();
}

export function button(page, name) {
  return page.getByRole('button', { name, exact: true });
}

// Does something again until it comes true. Each turn asks the relay, so it is no faster than that.
export async function eventually(act, isTrue) {
  const deadline = Date.now() + 60_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('it did not come true in a minute');
    await act();
  }
}
