(function () {
  "use strict";
  function all(query, root) { return Array.prototype.slice.call((root || document).querySelectorAll(query)); }
  // What only works with this script is shown by it.
  all("[data-script]").forEach(function (part) { part.hidden = false; });

  // Filters: selects compare with a word among the row's own, the text field with the row's text.
  all("[data-filters]").forEach(function (box) {
    var rows = all(box.dataset.filters), said = box.querySelector("[aria-live]");
    var fields = all("select, input[type=search]", box), texts = [];
    function apply() {
      var shown = 0;
      rows.forEach(function (row, place) {
        var keep = fields.every(function (field) {
          if (!field.value) { return true; }
          if (field.tagName === "SELECT") {
            return (" " + (row.getAttribute(field.dataset.key) || "") + " ").indexOf(" " + field.value + " ") >= 0;
          }
          if (texts[place] === undefined) { texts[place] = row.textContent.toLowerCase(); }
          return texts[place].indexOf(field.value.toLowerCase()) >= 0;
        });
        row.hidden = !keep;
        if (keep) { shown += 1; }
      });
      said.textContent = shown + " of " + rows.length + " shown";
    }
    fields.forEach(function (field) { field.addEventListener("input", apply); });
    all("button[type=reset], button.reset", box).forEach(function (button) {
      button.addEventListener("click", function () {
        fields.forEach(function (field) { field.value = ""; });
        apply();
      });
    });
    box.applyFilter = apply;
    said.textContent = rows.length + " of " + rows.length + " shown";
  });

  // A link to a line that a filter hides shows it again.
  function reveal() {
    var target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch (error) { return; }
    if (!target) { return; }
    for (var up = target.parentElement; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") { up.open = true; }
    }
    if (target.hidden) {
      all("[data-filters]").forEach(function (box) {
        if (target.matches(box.dataset.filters)) {
          all("select, input[type=search]", box).forEach(function (field) { field.value = ""; });
          box.applyFilter();
        }
      });
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  // Tables that sort by a column: numbers by size (data-value where the cell shows words), words by alphabet.
  all("table.sortable").forEach(function (table) {
    var heads = all("thead th", table), body = table.tBodies[0];
    heads.forEach(function (head, column) {
      head.querySelector("button").addEventListener("click", function () {
        var up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        var keyed = all("tr", body).map(function (row, place) {
          var cell = row.cells[column], inner = cell.querySelector("[data-value]");
          var text = inner ? inner.dataset.value : cell.textContent.trim();
          var value = text === "" ? NaN : Number(text.replace(/,/g, ""));
          return { row: row, place: place, text: text, value: value };
        });
        keyed.sort(function (a, b) {
          var both = !isNaN(a.value) && !isNaN(b.value), order;
          if (both) { order = a.value - b.value; }
          else if (isNaN(a.value) !== isNaN(b.value)) { return isNaN(a.value) ? 1 : -1; }
          else { order = a.text < b.text ? -1 : a.text > b.text ? 1 : 0; }
          return (up ? order : -order) || a.place - b.place;
        });
        keyed.forEach(function (item) { body.appendChild(item.row); });
      });
    });
  });

  // A frame that holds more than it shows says on which side.
  function cue(frame) {
    var room = frame.scrollWidth - frame.clientWidth;
    frame.classList.toggle("wide", room > 2);
    frame.classList.toggle("more-left", room > 2 && frame.scrollLeft > 2);
    frame.classList.toggle("more-right", room > 2 && frame.scrollLeft < room - 2);
  }
  var frames = all(".scroll, .map-scroll");
  function cues() { frames.forEach(cue); }
  frames.forEach(function (frame) {
    frame.addEventListener("scroll", function () { cue(frame); }, { passive: true });
  });
  // An element's toggle does not bubble: caught on its way down.
  document.addEventListener("toggle", cues, true);
  window.addEventListener("resize", cues);
  window.addEventListener("load", cues);
  cues();

  // Print shows what opens on demand, but for the longest of it.
  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = all("details:not([open]):not(.folded):not(.folded *)");
    closed.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (part) { part.open = false; });
  });
})();
