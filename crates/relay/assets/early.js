// Until the program behind the form is loaded: a press on the button is remembered, and the program does what was asked.
for (const form of document.querySelectorAll('#report, #follow-form')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (form.dataset.ready === undefined) form.dataset.asked = '';
  });
}
