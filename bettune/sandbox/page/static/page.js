// Sends the requests of the forms, shows the responses, and refreshes the matches of a day.
// Values from forms and responses are inserted only as text, never as markup.
"use strict";

const baseUrl = document.body.dataset.baseUrl;

for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

// A link to an operation or a schema opens it.
function openTarget() {
  const target = document.getElementById(decoded(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoded, such as "%"
  }
}

addEventListener("hashchange", openTarget);
openTarget();

for (const form of document.querySelectorAll("form.try")) {
  const update = () => showSnippets(form, read(form));
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, read(form));
  });
  update();
}

function read(form) {
  const headers = {};
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const input of form.querySelectorAll("input[data-in]")) {
    const value = input.value.trim();
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, () => encodeURIComponent(value));
    else if (value && input.dataset.in === "header") headers[input.name] = value;
    else if (value && input.dataset.in === "query") query.append(input.name, value);
  }
  const token = form.elements.token.value;
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = form.elements.body?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const url = baseUrl + path + (query.size ? `?${query}` : "");
  return { method: form.dataset.method.toUpperCase(), url, headers, body, token };
}

async function send(form, request) {
  const { method, url, headers, body } = request;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  show(form, "request", [`${method} ${url}`, ...lines, ...(body === undefined ? [] : ["", body])].join("\n"));
  const status = form.querySelector(".status");
  const start = performance.now();
  try {
    const response = await fetch(url, { method, headers, body, cache: "no-store", credentials: "omit" });
    const text = await response.text();
    const seconds = ((performance.now() - start) / 1000).toFixed(3);
    const says = form.parentElement.querySelector(`[data-status="${response.status}"] .says`);
    status.textContent = `${response.status} ${says?.textContent ?? response.statusText} (${seconds}\u00a0s)`;
    status.className = `status s${String(response.status)[0]}`;
    show(form, "headers", [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n"));
    show(form, "body", pretty(text) || "–");
  } catch {
    status.textContent = document.body.dataset.noResponse;
    status.className = "status s5";
    show(form, "headers", "–");
    show(form, "body", "–");
  }
  form.querySelector(".result").hidden = false;
}

function show(form, name, text) {
  const place = form.querySelector(`[data-show="${name}"]`);
  if (place) place.textContent = text;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function showSnippets(form, request) {
  show(form, "curl", curl(request));
  show(form, "python", python(form, request));
}

function curl({ method, url, headers, body }) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = [`curl -i -X ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`--data-raw ${quoted(body)}`);
  return parts.join(" \\\n  ");
}

function python(form, { body, token }) {
  const values = {};
  try {
    if (body !== undefined) Object.assign(values, JSON.parse(body));
  } catch {
    // Not JSON: the call shows ... in place of its fields.
  }
  for (const input of form.querySelectorAll("input[data-in]")) {
    const value = input.value.trim();
    values[input.dataset.argument] = /^\d{1,15}$/.test(value) ? Number(value) : value;
  }
  const call = (form.dataset.call ?? "").replace(/\{(\w+)\}/g, (_, name) => literal(values[name]));
  return [
    ...(token ? [] : [`# ${form.dataset.noPython}`]),
    "from bettune import BetTune",
    "",
    "with BetTune(",
    ...(token ? [`    ${literal(token)},`] : []),
    `    base_url=${literal(baseUrl)},`,
    ") as bettune:",
    `    print(bettune.${call})`,
  ].join("\n");
}

function literal(value) {
  if (value === undefined) return "...";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Object) {
    return `{${Object.entries(value).map(([key, item]) => `${literal(key)}: ${literal(item)}`).join(", ")}}`;
  }
  return { true: "True", false: "False", null: "None" }[value] ?? String(value);
}

// On the page of a day's matches, fetch the page again and replace the content of its table.
const matches = document.getElementById("matches");
const live = document.getElementById("live");

async function refresh() {
  try {
    const response = await fetch(location.href, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("matches");
    for (const cell of fresh.querySelectorAll("td[id]")) {
      const old = document.getElementById(cell.id);
      if (old && old.textContent !== cell.textContent) cell.classList.add("changed");
    }
    matches.replaceChildren(...fresh.children);
    live.textContent = "";
  } catch {
    live.textContent = live.dataset.gone;
  }
}

if (matches) setInterval(() => { if (!document.hidden) refresh(); }, 2000);
