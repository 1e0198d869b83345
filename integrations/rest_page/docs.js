// Draws the OpenAPI description of this installation; texts go in as text, never as markup.
const token = document.getElementById('token');
const search = document.getElementById('search');
const contents = document.getElementById('contents');
const operations = document.getElementById('operations');

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function resolve(schema, model) {
  return schema?.$ref ? model.components.schemas[schema.$ref.split('/').pop()] : schema ?? {};
}

function kindOf(schema, model) {
  const plain = schema.anyOf ? schema.anyOf[0] : schema;
  if (plain.enum) return plain.enum.join(' | ');
  if (plain.type === 'array') return `[${kindOf(resolve(plain.items, model), model)}]`;
  return plain.format ?? plain.type ?? 'object';
}

function example(schema, model, depth = 0) {
  const found = resolve(schema, model);
  const plain = found.anyOf ? resolve(found.anyOf[0], model) : found;
  if (plain.example !== undefined) return plain.example;
  if (plain.enum) return plain.enum[0] ?? '';
  if (plain.type === 'array') return depth > 4 ? [] : [example(plain.items, model, depth + 1)];
  if (plain.properties) {
    const entries = Object.entries(plain.properties).slice(0, 30);
    return Object.fromEntries(entries.map(([name, inner]) => [name, depth > 4 ? null : example(inner, model, depth + 1)]));
  }
  const samples = { integer: 1, number: 1, boolean: true, object: {} };
  const formats = { date: '2026-11-30', 'date-time': '2026-11-30T09:00:00Z', email: 'anna@example.com', uri: 'https://example.com' };
  return formats[plain.format] ?? samples[plain.type] ?? '…';
}

function fieldTable(schema, model) {
  const table = make('table');
  const inner = resolve(resolve(schema, model).properties?.values, model);
  const shown = inner.properties ? inner : resolve(schema, model);
  for (const [name, field] of Object.entries(shown.properties ?? {})) {
    const row = table.insertRow();
    const found = resolve(field, model);
    row.append(make('td', name + (shown.required?.includes(name) ? ' *' : '')), make('td', kindOf(found, model), 'quiet'));
    row.append(make('td', [found.title, found.description].filter(Boolean).join(' — ')));
  }
  return table;
}

function inside(operation, model) {
  const box = make('div', undefined, 'inside');
  if (operation.parameters.length) {
    box.append(make('h3', 'Parameters'));
    const table = make('table');
    for (const one of operation.parameters) {
      const row = table.insertRow();
      row.append(make('td', one.name + (one.required ? ' *' : '')), make('td', one.in, 'quiet'), make('td', one.description ?? ''));
    }
    box.append(table);
  }
  const body = operation.requestBody?.content['application/json'].schema;
  if (body) {
    box.append(make('h3', 'Body'), fieldTable(body, model), make('h3', 'Example'));
    box.append(make('pre', JSON.stringify(example(body, model), null, 2)));
  }
  const [status, answer] = Object.entries(operation.responses)[0];
  box.append(make('h3', `Answer ${status}`));
  const schema = answer.content?.['application/json'].schema;
  box.append(make('pre', schema ? JSON.stringify(example(schema, model), null, 2) : answer.description));
  return box;
}

function drawOperation(path, method, operation, model) {
  const details = make('details');
  const summary = make('summary');
  summary.append(make('span', method.toUpperCase(), 'method'), make('span', `/api/v1${path}`, 'path'), make('span', operation.summary, 'about'));
  details.append(summary);
  details.dataset.words = `${path} ${operation.summary} ${operation.tags[0]}`.toLowerCase();
  // Hundreds of operations: each is filled when it is opened first.
  details.addEventListener('toggle', () => details.children.length === 1 && details.append(inside(operation, model)));
  return details;
}

function draw(model) {
  const groups = new Map();
  for (const [path, methods] of Object.entries(model.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(drawOperation(path, method, operation, model));
    }
  }
  contents.replaceChildren();
  operations.replaceChildren();
  let number = 0;
  for (const [tag, drawn] of groups) {
    const section = make('section');
    section.id = `group-${number++}`;
    section.append(make('h2', tag), ...drawn);
    operations.append(section);
    const link = make('a', tag);
    link.href = `#${section.id}`;
    contents.append(link);
  }
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const details of operations.querySelectorAll('details')) {
    details.hidden = !words.every((word) => details.dataset.words.includes(word));
  }
  for (const section of operations.querySelectorAll('section')) {
    section.hidden = !section.querySelector('details:not([hidden])');
  }
}

async function load() {
  const headers = token.value ? { Authorization: `Bearer ${token.value}` } : {};
  const answer = await fetch('openapi.json', { headers });
  token.parentElement.hidden = answer.ok && !token.value;
  if (answer.ok) {
    draw(await answer.json());
    filter();
  } else {
    const refusal = await answer.json();
    operations.replaceChildren(make('p', `${refusal.error.message} Make a token on your profile page and put it in above.`, 'quiet'));
  }
}

token.addEventListener('change', load);
search.addEventListener('input', filter);
load();
