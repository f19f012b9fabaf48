// The head of the page, and which figures it has.

const isSmall = page.clip.width <= 160;
const backdrop = {picture: page.frames};
const images = {strips: []};

function opening() {
  document.body.classList.toggle('small', isSmall);
  $('#clip').src = `data:video/mp4;base64,${page.clip.mp4}`;
  const title = $('#prompt');
  for (const word of page.words) {
    const at = page.cross ? page.cross.words.findIndex(each => each.word === word.word) : -1;
    if (at < 0) {
      title.append(`${word.text} `);
      continue;
    }
    const button = make('button', {type: 'button', click: () => choose({word: at})}, word.text);
    watch(() => button.setAttribute('aria-pressed', at === state.word));
    title.append(button);
  }
  $('#tokens').textContent = `As tokens: ${page.tokens}`;
  for (const [name, value] of page.facts) {
    $('#facts').append(make('div', {}, make('dt', {}, name), make('dd', {}, value)));
  }
  for (const [name, value] of page.settings) {
    $('#settings').append(make('tr', {}, make('td', {}, name), make('td', {}, String(value))));
  }
  for (const line of page.interventions) {
    $('#interventions').hidden = false;
    $('#interventions ul').append(make('li', {}, line));
  }
  $('#foot').textContent = page.foot;
}

function figure(id, data, draw) {
  const section = document.getElementById(id);
  if (!data || data.length === 0) {
    section.remove();
    return;
  }
  draw(section, data);
  $('nav').append(make('a', {href: `#${id}`}, section.dataset.title));
}

async function start() {
  [backdrop.image, ...images.strips] = await Promise.all([page.frames, ...page.strips].map(decoded));
  figure('words', page.cross, wordsFigure);
  opening();
  figure('patches', page.self, patchesFigure);
  figure('strip', page.strips, stripFigure);
  figure('grids', page.grids, (section, grids) => $('.cards', section).append(...gridCards(grids)));
  figure('plots', page.plots, (section, plots) => $('.cards', section).append(...plots.map(plotCard)));
  document.documentElement.dataset.ready = 'true';
}

start();
