// Loaded before the first paint, so that a chosen theme doesn't flash in another one's colours.
(() => {
  const root = document.documentElement;
  const set = (theme) => {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  const chosen = () => {
    try {
      return localStorage.getItem('zoetrope.theme') ?? 'auto';
    } catch {
      return 'auto';
    }
  };
  set(chosen());
  document.addEventListener('DOMContentLoaded', () => {
    const select = document.getElementById('theme');
    select.value = chosen();
    select.addEventListener('change', () => {
      set(select.value);
      try {
        localStorage.setItem('zoetrope.theme', select.value);
      } catch {
        // Without storage the choice holds until the page is closed.
      }
    });
  });
})();
