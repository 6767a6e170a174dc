// What all test files share: one network, one browser, and the count at the end.
import { after, before, test } from 'node:test';
import { Browser, picture } from './browser.mjs';
import { Town } from './town.mjs';

export { LAPTOP, PHONE, picture } from './browser.mjs';
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

// A test with somebody's browser, which fails for whatever went wrong in it.
export function it(name, act, { options = {}, allows = [] } = {}) {
  test(name, async () => {
    const person = await stage.browser.person(options, allows);
    try {
      await act(person, stage.town);
      await person.close();
      count.passed += 1;
    } catch (error) {
      count.failed += 1;
      await person.context.close();
      const more = person.troubles.filter((trouble) => !error.message.includes(trouble));
      if (more.length > 0) error.message += `\nin the browser: ${more.join('\n')}`;
      throw error;
    }
  });
}
