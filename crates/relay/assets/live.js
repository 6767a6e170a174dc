// What every public page does when scripts run: leave without a trace in the tab's history, and say when there is a
// new alert. The pages are complete without it.
const leave = document.getElementById('leave');
leave?.addEventListener('click', (event) => {
  event.preventDefault();
  document.documentElement.hidden = true;
  location.replace(leave.href);
});

const news = document.getElementById('news');
if (news && globalThis.EventSource) {
  let events;
  const listen = () => {
    events?.close();
    // Nobody looks at a page in the background: it asks for nothing.
    if (document.hidden) return;
    const after = news.dataset.after;
    events = new EventSource('/v1/alerts/stream' + (after ? '?after=' + after : ''));
    events.addEventListener('alert', (event) => {
      if (JSON.parse(event.data).at > Number(news.dataset.since)) news.hidden = false;
    });
  };
  document.addEventListener('visibilitychange', listen);
  listen();
}
