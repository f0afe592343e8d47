// Shows /openapi.json. Everything is set as text, never as markup.

const METHODS = ["get", "put", "post", "patch", "delete"];
const DEPTH = 6;

let description;

function element(name, text, children = []) {
  const made = document.createElement(name);
  if (text) {
    made.textContent = text;
  }
  made.append(...children);
  return made;
}

function code(text) {
  return element("code", text);
}

/** Follows a $ref within the description. */
function resolve(node) {
  let found = node;
  while (found && found.$ref) {
    found = found.$ref.slice(2).split("/").reduce((at, key) => at?.[key], description);
  }
  return found ?? {};
}

/** A schema's type and limits on one line. */
function line(schema) {
  const { type, format, pattern, minimum, maximum, maxLength, maxItems, items, enum: choices } = resolve(schema);
  const parts = [[type ?? "any"].flat().join(" or ")];
  if (items) parts.push(`of ${line(items)}`);
  if (format) parts.push(`(${format})`);
  if (choices) parts.push(choices.join(" | "));
  if (pattern) parts.push(pattern);
  if (minimum !== undefined) parts.push(`≥ ${minimum}`);
  if (maximum !== undefined) parts.push(`≤ ${maximum}`);
  if (maxLength !== undefined) parts.push(`up to ${maxLength} characters`);
  if (maxItems !== undefined) parts.push(`up to ${maxItems}`);
  const byDefault = resolve(schema).default;
  if (byDefault !== undefined) parts.push(`by default ${byDefault}`);
  return parts.join(" ");
}

/** A schema as indented lines: a name, its type, what it means. */
function outline(schema, indent = "", depth = 0) {
  const { properties, items, additionalProperties } = resolve(schema);
  if (depth > DEPTH) {
    return [];
  }
  if (items) {
    return outline(items, indent, depth + 1);
  }
  const lines = Object.entries(properties ?? {}).flatMap(([name, value]) => {
    const about = resolve(value).description;
    return [`${indent}${name}: ${line(value)}${about ? `  — ${about}` : ""}`, ...outline(value, `${indent}  `, depth + 1)];
  });
  return additionalProperties ? [...lines, `${indent}*: ${line(additionalProperties)}`] : lines;
}

function table(caption, heads, rows) {
  const head = element("tr", "", heads.map((text) => element("th", text)));
  const body = rows.map((cells) => element("tr", "", cells.map((cell) => element("td", "", [cell].flat()))));
  const box = element("div", "", [element("table", "", [element("caption", caption), element("thead", "", [head]), element("tbody", "", body)])]);
  box.className = "table";
  return box;
}

/** What a body may be: a line for each content type, and what is in an object. */
function bodies(content) {
  return Object.entries(content ?? {}).flatMap(([type, { schema, example }]) => {
    const lines = type.includes("problem") ? [] : outline(schema);
    const parts = [element("div", "", [code(type)])];
    if (lines.length) parts.push(element("pre", lines.join("\n")));
    if (example) parts.push(element("pre", JSON.stringify(example, null, 2)));
    return parts;
  });
}

function parameters(operation) {
  const rows = (operation.parameters ?? []).map(resolve).map((it) => [
    code(it.name),
    it.in + (it.required ? ", required" : ""),
    code(line(it.schema)),
    it.description ?? "",
  ]);
  return rows.length ? [table("Parameters", ["name", "where", "what", ""], rows)] : [];
}

function answers(operation) {
  const rows = Object.entries(operation.responses).map(([status, it]) => {
    const answer = resolve(it);
    const headers = Object.keys(answer.headers ?? {}).map((name) => element("div", "", [code(name)]));
    return [code(status), [element("div", answer.description), ...headers, ...bodies(answer.content)]];
  });
  return [table("Answers", ["status", ""], rows)];
}

function section(path, method, operation) {
  const badge = code(method.toUpperCase());
  badge.className = "method";
  const made = element("section", "", [
    element("h2", "", [badge, code(path)]),
    element("p", operation.summary),
  ]);
  made.id = operation.operationId;
  if (operation.description) {
    const more = element("p", operation.description);
    more.className = "quiet";
    made.append(more);
  }
  if (operation.security) {
    made.append(element("p", `Needs: Authorization: Bearer (${Object.keys(operation.security[0]).join(", ")})`));
  }
  made.append(...parameters(operation));
  if (operation.requestBody) {
    const body = resolve(operation.requestBody);
    made.append(element("h3", "Body"), element("p", body.description), ...bodies(body.content));
  }
  made.append(...answers(operation));
  return made;
}

function show() {
  const operations = Object.entries(description.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => [path, method, item[method]]));
  const links = operations.map(([path, method, operation]) => {
    const link = element("a", `${method.toUpperCase()} ${path}`);
    link.href = `#${operation.operationId}`;
    return element("li", "", [link]);
  });
  document.getElementById("about").textContent = description.info.description;
  document.getElementById("contents").replaceChildren(element("ul", "", links));
  document.getElementById("paths").replaceChildren(...operations.map((operation) => section(...operation)));
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

try {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) {
    throw new Error(`/openapi.json was answered with ${answer.status}`);
  }
  description = await answer.json();
  show();
} catch (error) {
  document.getElementById("paths").replaceChildren(
    element("p", `The description could not be shown: ${error.message}. Reload the page to try again.`));
}
