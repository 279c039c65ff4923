(() => {
  'use strict';
  const form = document.getElementById('makespan-filter');
  const body = document.querySelector('#makespan-runs tbody');
  if (form === null || body === null) return;
  const rows = [...body.rows].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    cells: [...row.cells].map((cell) => cell.textContent.trim()),
  }));
  const selects = [...form.querySelectorAll('select')];
  for (const select of selects) {
    const column = Number(select.dataset.column);
    const values = [...new Set(rows.map((row) => row.cells[column]))].sort();
    for (const value of values) {
      const option = document.createElement('option');
      option.value = value;
      option.textContent = value;
      select.append(option);
    }
  }
  const controls = [form.elements.q, ...selects];
  const kept = new URLSearchParams(location.hash.slice(1));
  for (const control of controls) control.value = kept.get(control.name) || '';
  for (const select of selects) if (select.selectedIndex < 0) select.selectedIndex = 0;

  const apply = () => {
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text, cells } of rows) {
      const fits = words.every((word) => text.includes(word)) &&
        selects.every((select) => select.value === '' || cells[Number(select.dataset.column)] === select.value);
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    form.querySelector('output').textContent = `${shown} of ${rows.length} shown`;
  };
  const keep = () => {
    const chosen = new URLSearchParams();
    for (const control of controls) if (control.value !== '') chosen.set(control.name, control.value);
    // A page in a sandbox may not change its address.
    try { history.replaceState(null, '', `#${chosen}`); } catch { /* the filter works without */ }
  };
  form.addEventListener('input', () => { apply(); keep(); });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
