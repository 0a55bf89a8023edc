
"use strict";
(() => {
  const table = document.getElementById("bugs");
  if (!table) return;
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const heads = Array.from(table.tHead.rows[0].cells);
  const columns = new Map(heads.map((head, index) => [head.dataset.key, index]));
  const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const bugs = Array.from(table.tBodies[0].rows, (row) => {
    const target = document.getElementById(row.cells[0].firstElementChild.hash.slice(1));
    return { row, section: target.closest("details"), text: null };
  });
  let order = { key: "bug", down: false };
  let standing = bugs;  // As the rows stand at the moment; moving a thousand of them takes time.

  const value = (bug, key) => {
    const cell = bug.row.cells[columns.get(key)];
    return cell.dataset.v ?? cell.textContent.trim().replace(/^#/, "");
  };
  // Bugs without a value stand at the end, whatever the direction; a stable sort keeps equal ones
  // in the order of their numbers.
  const compare = (one, other) => {
    const a = value(one, order.key), b = value(other, order.key);
    if (a === "-" || b === "-") return (a === "-") - (b === "-");
    const numeric = "number" in heads[columns.get(order.key)].dataset;
    const difference = numeric ? Number(a) - Number(b) : words.compare(a, b);
    return order.down ? -difference : difference;
  };
  const sort = () => {
    for (const head of heads) {
      if (head.dataset.key === order.key) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    const sorted = bugs.toSorted(compare);
    if (sorted.some((bug, index) => bug !== standing[index])) table.tBodies[0].append(...sorted.map((bug) => bug.row));
    standing = sorted;
  };

  const holds = (bug, wanted) => {
    if (wanted.q) {
      bug.text ??= `${bug.row.textContent} ${bug.section.textContent}`.toLowerCase();
      if (!wanted.q.toLowerCase().split(/\s+/).every((word) => bug.text.includes(word))) return false;
    }
    if (wanted.framework && value(bug, wanted.framework) === "-") return false;
    return ["state", "verdict", "proof"].every((key) => !wanted[key] || value(bug, key) === wanted[key]);
  };
  const filter = () => {
    const wanted = Object.fromEntries(new FormData(form));
    wanted.q = wanted.q.trim();
    let count = 0;
    for (const bug of bugs) {
      const fits = holds(bug, wanted);
      bug.row.hidden = bug.section.hidden = !fits;
      count += fits;
    }
    const all = bugs.length === 1 ? "1 bug" : `${bugs.length} bugs`;
    shown.textContent = count === bugs.length ? all : `${count} of ${all} shown`;
  };

  // The address keeps what is asked for: `#?state=captured&sort=-age`; `#bug-991` is a bug.
  const keep = () => {
    const parameters = new URLSearchParams();
    for (const [key, text] of new FormData(form)) if (text.trim()) parameters.set(key, text.trim());
    if (order.key !== "bug" || order.down) parameters.set("sort", (order.down ? "-" : "") + order.key);
    const text = parameters.toString();
    history.replaceState(null, "", text ? `#?${text}` : location.pathname + location.search);
  };
  const restore = () => {
    const parameters = new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");
    for (const field of form.elements) if (field.name) field.value = parameters.get(field.name) ?? "";
    for (const field of form.querySelectorAll("select")) if (field.selectedIndex < 0) field.value = "";
    const sorted = parameters.get("sort") ?? "bug";
    const key = sorted.replace(/^-/, "");
    order = columns.has(key) ? { key, down: sorted.startsWith("-") } : { key: "bug", down: false };
    sort();
    filter();
  };
  const reveal = () => {
    const section = document.getElementById(location.hash.slice(1))?.closest("details.bug");
    if (!section) return;
    section.hidden = false;
    section.open = true;
    section.scrollIntoView();
    section.querySelector("summary").focus({ preventScroll: true });
  };
  const follow = () => {
    if (location.hash.startsWith("#bug-")) reveal();
    else if (location.hash === "" || location.hash.startsWith("#?")) restore();
  };

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const key = head.dataset.key;
      order = { key, down: order.key === key && !order.down };
      sort();
      keep();
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { filter(); keep(); });
  form.addEventListener("reset", () => setTimeout(() => { filter(); keep(); }));
  form.hidden = false;
  // The address stays as it is, which holds the filter.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    table.scrollIntoView();
    table.parentElement.focus({ preventScroll: true });
  });
  const unfold = document.getElementById("unfold");
  unfold.hidden = false;
  unfold.addEventListener("click", () => {
    const sections = bugs.map((bug) => bug.section).filter((section) => !section.hidden);
    const open = sections.some((section) => !section.open);
    for (const section of sections) section.open = open;
    unfold.textContent = open ? "Close all that are shown" : "Open all that are shown";
  });
  window.addEventListener("hashchange", follow);
  // A browser that goes to the target of an address by itself takes the focus away, until all is loaded.
  window.addEventListener("load", () => setTimeout(reveal));
  restore();  // Also a browser may have filled in what stood in the form before.
  reveal();
})();
