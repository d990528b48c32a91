// Filters the table of tasks; the page is complete and readable without it.
const rows = [...document.querySelectorAll("#tasks details")];
const words = document.querySelector("#words");
const outcome = document.querySelector("#outcome");
const differing = document.querySelector("#differing");
const shown = document.querySelector("#shown");

function update() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const text = row.dataset.text;
    const visible =
      wanted.every((word) => text.includes(word)) &&
      (!outcome.value || row.dataset.outcomes.split(" ").includes(outcome.value)) &&
      (!differing?.checked || row.dataset.differs === "1");
    row.hidden = !visible;
    count += visible;
  }
  shown.textContent = `${count} of ${rows.length} tasks`;
}

for (const control of [words, outcome, differing]) control?.addEventListener("input", update);
update();
