// The main job from a report to *it is over*, by four people in four browsers: a neighbor, a dispatcher, two who go
// and look. The registrar's box and the host's box are programs of their own, as in a network.
import assert from 'node:assert/strict';
import { it, LAPTOP, stage } from './lib/stage.mjs';
import { openForm, says, send, write } from './lib/report.mjs';
import { button, join, unlock } from './lib/app.mjs';

const LAKE = { latitude: 44.94837, longitude: -93.26127 };

async function onDuty(person, town) {
  const { page, passphrase } = await join(town, person, ['observer', 'verifier']);
  await page.getByLabel('Powderhorn Park').check();
  await button(page, 'Use where I am').click();
  await page.getByText('Your place is known to this device only.').waitFor();
  await person.look(page, 'app-duty');
  await button(page, 'Go on duty').click();
  await page.getByText(/On duty until/).waitFor();
  return { page, passphrase };
}

async function atTheDesk(person, town) {
  const { page, passphrase } = await join(town, person, ['dispatcher']);
  await button(page, 'Start my shift').click();
  await page.getByText('One on shift').waitFor();
  return { page, passphrase };
}

it('a report becomes an alert, is watched, and ends', async (neighbor, town) => {
  await town.boxes();
  const dispatcher = await stage.browser.person({ viewport: LAPTOP });
  const responders = [];
  for (const _ of [1, 2]) {
    responders.push(await stage.browser.person({ geolocation: LAKE, permissions: ['geolocation'] }));
  }
  const desk = await atTheDesk(dispatcher, town);
  const out = [];
  for (const responder of responders) out.push(await onDuty(responder, town));
  for (const { page } of out) await page.getByText(/2 on duty/).waitFor();

  const form = await openForm(neighbor);
  await write(form, { kind: 'checkpoint', place: 'Lake St and Chicago Ave', text: 'Cars are being stopped.' });
  await send(form);
  await says(form, 'report-desk-has-it');

  const page = desk.page;
  await page.getByText('Lake St and Chicago Ave').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('t');
  await page.getByText('You are on it').waitFor();
  await dispatcher.look(page, 'desk-incident');
}, { options: {} });
