// The one Trusted Types policy. Views are made of elements, not of text; what comes through here is the fixed markup
// that the view compiler has found to have nothing variable in it, and the address of the one worker.
const fixed = /<\s*\/?\s*(script|iframe|object|embed|link|meta|base|style|form)\b|\son\w+\s*=|javascript:/i;
globalThis.trustedTypes?.createPolicy('default', {
  createHTML: (markup) => {
    if (fixed.test(markup)) throw new TypeError('markup that can do something');
    return markup;
  },
  createScriptURL: (address) => {
    if (address !== '/app/worker.js' && address !== '/app/service-worker.js') throw new TypeError('another script');
    return address;
  },
});
