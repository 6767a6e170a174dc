// The report form, as somebody uses it.
import assert from 'node:assert/strict';

// Opens the form and waits until its program is there.
export async function openForm(person, language = 'en') {
  const page = await person.open(`/${language}/report`);
  await ready(page);
  return page;
}

export function ready(page) {
  return page.locator('form[data-ready]').waitFor();
}

export async function write(page, { kind = 'vehicle-stop', place = 'Lake St and Chicago Ave', text = '' } = {}) {
  await page.locator(`input[name=kind][value=${kind}]`).check();
  await page.locator('[name=place_text]').fill(place);
  await page.locator('[name=activity]').fill(text);
}

export function send(page) {
  return page.locator('#report button[type=submit]').click();
}

// Waits until the page says the text of this id. What comes before it may already have passed.
export async function says(page, id, element = '#state') {
  const text = await page.locator(`[data-text="${id}"]`).textContent();
  await page.locator(element).filter({ hasText: text }).first().waitFor();
}

// What a browser keeps of a report: the bytes of all records, in all its databases.
export function kept(page) {
  return page.evaluate(async () => {
    const asked = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const records = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await asked(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        records.push(...await asked(database.transaction(store).objectStore(store).getAll()));
      }
      database.close();
    }
    return records.map((record) => Array.from(record));
  });
}

// Waits until nothing of a report is kept any more.
export async function keepsNothing(page) {
  await page.waitForFunction(async () => {
    for (const { name } of await indexedDB.databases()) {
      const open = indexedDB.open(name);
      await new Promise((resolve) => { open.onsuccess = resolve; });
      const [store] = open.result.objectStoreNames;
      const count = open.result.transaction(store).objectStore(store).count();
      await new Promise((resolve) => { count.onsuccess = resolve; });
      open.result.close();
      if (count.result > 0) return false;
    }
    return true;
  });
}

export function contains(records, text) {
  const words = Buffer.from(text);
  return records.some((record) => Buffer.from(record).includes(words));
}

// The report as the desk's program has it: the entry that it has made of it.
export async function atTheDesk(ana, from) {
  const said = await ana.wait('a report', (value) => value.entry === 'report' && value.outcome === 'applied', from);
  assert.ok(said.incident, JSON.stringify(said));
  return said;
}
