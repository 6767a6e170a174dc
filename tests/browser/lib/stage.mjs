// What all test files share: one network, one browser, and the count at the end.
import { after, before, test } from 'node:test';
import { Browser, picture } from './browser.mjs';
import { Town } from './town.mjs';

export { LAPTOP, PHONE, picture, postcard } from './browser.mjs';
export { PATIENCE_MS } from './town.mjs';

export const stage = {};
export const count = { passed: 0, failed: 0 };

before(async () => {
  stage.town = await Town.found();
  stage.browser = await Browser.start(stage.town);
});

after(async () => {
  await stage.browser?.stop();
  await stage.town?.stop();
});

// A test with somebody's browser, which fails for whatever went wrong in it. Whoever else takes part is made by
// `others`, with options of their own.
export function it(name, act, { options = {}, allows = [] } = {}) {
  test(name, async () => {
    const people = [await stage.browser.person(options, allows)];
    const others = async (...more) => {
      people.push(await stage.browser.person(...more));
      return people.at(-1);
    };
    try {
      await act(people[0], stage.town, others);
      for (const person of people) await person.close();
      count.passed += 1;
    } catch (error) {
      count.failed += 1;
      for (const [at, person] of people.entries()) await tellOf(person, at, name, error);
      throw error;
    }
  });
}

// What somebody saw when it failed: a picture of each page, and what went wrong in it.
async function tellOf(person, at, name, error) {
  for (const page of person.context.pages()) {
    await picture(page, `failed-${name.slice(0, 20).replaceAll(' ', '-')}-${at}`).catch(() => {});
  }
  await person.context.close();
  const more = person.troubles.filter((trouble) => !error.message.includes(trouble));
  if (more.length > 0) error.message += `\nin browser ${at}: ${more.join('\n')}`;
}
