// The main job from a report to *it is over*, by four people in four browsers: a neighbor, a dispatcher, two who go
// and look; and a reader without JavaScript. The registrar's and the host's boxes are programs, as in a network.
import assert from 'node:assert/strict';
import { it, LAPTOP, picture, postcard } from './lib/stage.mjs';
import { openForm, says, send, write } from './lib/report.mjs';
import { button, eventually, join, unlock } from './lib/app.mjs';

const LAKE = { geolocation: { latitude: 44.93737, longitude: -93.26127 }, permissions: ['geolocation'] };

async function atTheDesk(person, town) {
  const { page, passphrase } = await join(town, person, ['dispatcher']);
  page.on('dialog', (dialog) => dialog.accept());
  await button(page, 'Start my shift').click();
  await page.getByText(/on shift/).first().waitFor();
  await person.look(page, 'desk-empty');
  return { page, passphrase };
}

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

// A report with the place of the phone; the desk has it.
async function report(person) {
  const form = await openForm(person);
  await write(form, { kind: 'checkpoint', place: 'Lake St and Chicago Ave', text: 'Cars are being stopped.' });
  await form.locator('[data-act=near-me]').click();
  await form.locator('[data-act=near-me][aria-pressed=true]').waitFor();
  await postcard(form, 'report');
  await send(form);
  await says(form, 'report-desk-has-it');
}

async function find(page, what) {
  await page.getByLabel(what).check();
  await button(page, 'Send the finding').click();
  await page.getByText('Kept on this phone, and on its way to the desk.').waitFor();
}

it('a report becomes an alert, is watched, and ends', async (neighbor, town, others) => {
  await town.boxes();
  const dispatcher = await others({ viewport: LAPTOP });
  const [eli, fay] = [await others(LAKE), await others(LAKE)];
  const reader = await others({ javaScriptEnabled: false, locale: 'ar' });
  const desk = (await atTheDesk(dispatcher, town)).page;
  const out = [(await onDuty(eli, town)).page, (await onDuty(fay, town)).page];
  for (const page of out) await page.getByText(/on duty, [3-9] in the room/).waitFor();

  await report(neighbor);
  await desk.locator('.queue').getByText('Lake St and Chicago Ave').waitFor();
  await desk.keyboard.press('j');
  await desk.keyboard.press('t');
  await desk.getByText('You are on it').waitFor();
  await dispatcher.look(desk, 'desk-incident');
  await desk.keyboard.press('3');
  await out[0].getByText('Unconfirmed. We are checking. Please do not share this.').waitFor();
  await desk.keyboard.press('2');
  await dispatcher.look(desk, 'desk-check');
  await button(desk, 'Call out').click();

  for (const page of out) await button(page, 'I can go, 6 min').click();
  await eli.look(out[0], 'app-offered');
  await desk.locator('.responders input').nth(1).waitFor();
  for (const box of await desk.locator('.responders input').all()) await box.check();
  await button(desk, 'Accept these').click();

  for (const page of out) {
    await page.getByText('Lake St and Chicago Ave').waitFor();
    await button(page, 'I am on the way').click();
    await button(page, 'I have parked').click();
  }
  await eli.look(out[0], 'app-parked');
  await postcard(out[0], 'responder');
  await find(out[0], 'Confirmed: it is so');
  await button(desk, 'Publish the alert').click();
  await desk.locator('.alert-card .pill.live').waitFor();
  await dispatcher.look(desk, 'desk-alert');
  await postcard(desk, 'desk');
  const page = await reader.open('/ar/alerts');
  await eventually(() => page.reload(), () => page.locator('article.current').count());
  assert.equal(await page.locator('html').getAttribute('dir'), 'rtl');
  await picture(page, 'alert-arabic');
  await postcard(page, 'alert');

  await find(out[1], 'It was so, and it is over');
  await button(desk, 'Publish: it is over').first().click();
  await desk.locator('.alert-card .pill.over').waitFor();
  await eventually(() => page.reload(), () => page.locator('article.over').count());
  for (const page of out) {
    for (const next of ['I am on scene', 'I am leaving', 'I am home']) await button(page, next).click();
    await page.locator('section.going').waitFor({ state: 'detached' });
  }

  await desk.locator('.responders .pill', { hasText: 'Home' }).nth(1).waitFor();
  await button(desk, 'End the call-out').click();
  await desk.locator('.card .pill', { hasText: 'Closed' }).waitFor();
  await desk.locator('summary', { hasText: 'Close the incident' }).click();
  await desk.locator('#ending').selectOption('confirmed');
  await button(desk, 'Close the incident').click();
  await button(desk, 'Open it again').waitFor();
  await dispatcher.look(desk, 'desk-closed');
}, { options: LAKE });

it('a locked app opens with its passphrase only, and in one tab only', async (person, town) => {
  await town.boxes();
  const { page, passphrase } = await onDuty(person, town);
  const second = await person.open('/app/');
  await second.getByText('Bystand is open in another tab').waitFor();
  await person.look(second, 'app-elsewhere');
  await second.close();
  await button(page, 'Lock').click();
  await page.getByRole('heading', { name: 'Locked' }).waitFor();
  await unlock(page, 'six words that are not right at');
  await page.getByText('This is not the passphrase.').waitFor();
  await person.look(page, 'app-locked');
  await unlock(page, passphrase);
  await page.getByText(/On duty until/).waitFor();
  await page.reload();
  await unlock(page, passphrase);
  await page.getByText(/On duty until/).waitFor();
}, { options: LAKE });

for (const [language, name] of Object.entries({ es: 'Español', so: 'Soomaali', hmn: 'Hmoob', vi: 'Tiếng Việt', ar: 'العربية', 'zh-Hans': '简体中文' })) {
  it(`the app speaks ${name}`, async (person) => {
    const page = await person.open('/app/');
    await page.locator('select.language').selectOption(language);
    await page.locator(`html[lang="${language}"]`).waitFor();
    assert.notEqual(await page.locator('h1').textContent(), 'Join with an invitation');
    assert.equal(await page.locator('html').getAttribute('dir'), language === 'ar' ? 'rtl' : 'ltr');
    await person.look(page, `app-welcome-${language}`);
  });
}

it('an invitation that is wrong, damaged or used says so', async (person, town) => {
  await town.boxes();
  const page = await person.open('/app/');
  for (const [text, says] of [
    ['hello', 'This is not an invitation. It begins with BYSTAND:INVITE.'],
    ['BYSTAND:INVITE:ABCDEFGH', 'A part of it is missing or wrong. Copy all of it again.'],
  ]) {
    await page.locator('#invitation').fill(text);
    await button(page, 'Go on').click();
    await page.getByText(says).waitFor();
  }
  await person.look(page, 'app-bad-invitation');
});

it('the app opens without a connection, and keeps what is done', async (person, town) => {
  await town.boxes();
  const { page, passphrase } = await onDuty(person, town);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await person.context.setOffline(true);
  await page.reload();
  await unlock(page, passphrase);
  await page.getByText(/Not connected/).waitFor();
  await page.locator('nav.rooms').getByText('Report').click();
  await page.locator('#place').fill('Lake St and Bloomington Ave');
  await button(page, 'Send to the desk').click();
  await page.locator('article .big').getByText('Kept on this phone.').waitFor();
  await person.look(page, 'app-offline');
  await person.context.setOffline(false);
  await page.locator('article .big').getByText(/The desk has it|Sent/).waitFor();
}, { options: LAKE, allows: [/ERR_INTERNET_DISCONNECTED/, /Failed to fetch/, /WebSocket/] });
