(function () {
  "use strict";
  var source = document.getElementById("explorer-data");
  if (!source) { return; }
  var data = JSON.parse(source.textContent), names = "http://www.w3.org/2000/svg";
  var W = 640, H = 330, L = 64, R = 16, T = 14, B = 46;
  function by(id) { return document.getElementById(id); }
  var response = by("explorer-response"), along = by("explorer-along"), chart = by("explorer-chart");
  var controls = data.factors.map(function (_, n) { return by("explorer-factor-" + n); });
  var at = data.points[0].slice();

  function same(a, b, but) { return a.every(function (v, n) { return n === but || v === b[n]; }); }
  function point() {
    for (var n = 0; n < data.points.length; n += 1) { if (same(data.points[n], at, -1)) { return n; } }
    return -1;
  }
  // Where no point stands at the chosen levels: the nearest that has the level just chosen.
  function settle(fixed) {
    if (point() >= 0) { return; }
    var best = -1, least = Infinity;
    data.points.forEach(function (levels, n) {
      if (levels[fixed] !== at[fixed]) { return; }
      var far = levels.reduce(function (sum, v, k) {
        return sum + Math.abs(v - at[k]) / Math.max(1, data.factors[k].levels.length - 1);
      }, 0);
      if (far < least) { least = far; best = n; }
    });
    if (best >= 0) { at = data.points[best].slice(); }
  }

  function element(name, attributes, text) {
    var made = document.createElementNS(names, name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text !== undefined) { made.textContent = text; }
    return made;
  }
  function shown(value, chance) {
    if (value === null) { return "later, or never"; }
    if (chance) { return (100 * value).toFixed(value > 0 && value < 0.1 ? 1 : 0) + " %"; }
    var size = Math.abs(value);
    return size >= 1000 ? Math.round(value).toLocaleString("en-US") : size >= 100 || value === Math.round(value)
      ? String(Math.round(value)) : size >= 1 ? value.toFixed(1) : value.toPrecision(2);
  }
  function ticks(low, high) {
    var rough = (high - low) / 5 || 1, power = Math.pow(10, Math.floor(Math.log10(rough)));
    var step = [1, 2, 5, 10].map(function (m) { return m * power; }).filter(function (s) { return s >= rough; })[0];
    var found = [];
    for (var v = Math.ceil(low / step) * step; v <= high + step * 1e-6; v += step) { found.push(Number(v.toPrecision(12))); }
    return found;
  }

  function draw() {
    var r = data.responses[Number(response.value)], axis = Number(along.value), f = data.factors[axis];
    W = Math.max(300, Math.min(640, chart.clientWidth || 640));
    var now = point(), finite = [];
    r.values.forEach(function (v) { v.slice(0, 3).forEach(function (x) { if (x !== null) { finite.push(x); } }); });
    var known = (r.record || []).filter(function (x) { return x !== null; });
    finite = finite.concat(known);
    var low = r.chance ? 0 : Math.min.apply(null, finite.concat([0])), high = r.chance ? 1 : Math.max.apply(null, finite);
    if (!(high > low)) { high = low + 1; }
    function y(v) { return T + (H - T - B) * (1 - (Math.min(Math.max(v, low), high) - low) / (high - low)); }
    var first = f.numeric ? f.levels[0] : -0.5, last = f.numeric ? f.levels[f.levels.length - 1] : f.levels.length - 0.5;
    var pad = f.numeric ? 18 : 0;
    function x(n) { return L + pad + (W - L - R - 2 * pad) * ((f.levels[n] - first) / ((last - first) || 1)); }
    var svg = element("svg", { viewBox: "0 0 " + W + " " + H, role: "img" });
    ticks(low, high).forEach(function (v) {
      svg.appendChild(element("line", { "class": "grid", x1: L, x2: W - R, y1: y(v), y2: y(v) }));
      svg.appendChild(element("text", { x: L - 8, y: y(v) + 4, "text-anchor": "end" }, v === 0 && r.chance ? "0 %" : shown(v, r.chance)));
    });
    svg.appendChild(element("line", { "class": "axis", x1: L, x2: W - R, y1: H - B, y2: H - B }));
    var fits = W < 480 ? 4 : 8, every = Math.ceil(f.levels.length / fits);
    f.labels.forEach(function (label, n) {
      if (n % every) { return; }
      var room = f.numeric ? 12 : Math.max(6, Math.floor(W / 7.6 / Math.min(fits, f.levels.length)));
      var text = element("text", { x: x(n), y: H - B + 18, "text-anchor": "middle" }, label.length > room ? label.slice(0, room - 1) + "\u2026" : label);
      if (label.length > room) { text.appendChild(element("title", {}, label)); }
      svg.appendChild(text);
    });
    svg.appendChild(element("text", { x: (L + W - R) / 2, y: H - 8, "text-anchor": "middle" }, f.name + (f.unit ? " (" + f.unit + ")" : "")));
    known.slice(0, 1).forEach(function (v) {
      svg.appendChild(element("line", { "class": "record", x1: L, x2: W - R, y1: y(v), y2: y(v) }));
    });
    var group = [], others = [];
    data.points.forEach(function (levels, n) {
      if (r.values[n][0] === null) { return; }
      (same(levels, at, axis) ? group : others).push(n);
    });
    group.sort(function (a, b) { return data.points[a][axis] - data.points[b][axis]; });
    function px(n) { return x(data.points[n][axis]); }
    function ends(n) { var v = r.values[n]; return [v[1] === null ? v[0] : v[1], v[2] === null ? high : v[2]]; }
    if (!data.grid) {
      others.forEach(function (n) { svg.appendChild(element("circle", { "class": "dot faint", cx: px(n), cy: y(r.values[n][0]), r: 3 })); });
    }
    if (f.numeric && group.length > 1) {
      var edge = group.map(function (n) { return px(n) + "," + y(ends(n)[1]); })
        .concat(group.slice().reverse().map(function (n) { return px(n) + "," + y(ends(n)[0]); }));
      svg.appendChild(element("polygon", { "class": "band", points: edge.join(" ") }));
      svg.appendChild(element("polyline", { "class": "line", points: group.map(function (n) { return px(n) + "," + y(r.values[n][0]); }).join(" ") }));
    } else {
      group.forEach(function (n) { svg.appendChild(element("line", { "class": "whisker", x1: px(n), x2: px(n), y1: y(ends(n)[0]), y2: y(ends(n)[1]) })); });
    }
    group.forEach(function (n) {
      svg.appendChild(element("circle", { "class": n === now ? "here" : "dot", cx: px(n), cy: y(r.values[n][0]), r: n === now ? 6 : 4 }));
    });
    tell(r, svg, now);
    while (chart.firstChild) { chart.removeChild(chart.firstChild); }
    chart.appendChild(svg);
  }

  function tell(r, svg, now) {
    var where = data.factors.map(function (f, n) { return f.name + " " + f.labels[at[n]]; }).join(", ");
    var v = now < 0 ? null : r.values[now];
    var said = now < 0 ? "No point was run at " + where + "." : r.title + " at " + where + ": " + (v[3] ? shown(v[0], r.chance) : "no run concerned") + ".";
    by("explorer-said").textContent = said;
    svg.setAttribute("aria-label", said);
    var body = by("explorer-rows");
    while (body.firstChild) { body.removeChild(body.firstChild); }
    data.responses.slice(0, Math.max(data.shown, 8)).forEach(function (other) {
      var w = now < 0 ? [null, null, null, 0] : other.values[now], row = document.createElement("tr");
      var cells = w[3] ? [shown(w[0], other.chance), shown(w[1], other.chance) + " to " + shown(w[2], other.chance), String(w[3])] : ["no run", "", "0"];
      var head = document.createElement("th");
      head.scope = "row";
      head.textContent = other.title;
      row.appendChild(head);
      cells.forEach(function (text) {
        var cell = document.createElement("td");
        cell.className = "num";
        cell.textContent = text;
        row.appendChild(cell);
      });
      body.appendChild(row);
    });
    controls.forEach(function (control, n) {
      control.value = String(at[n]);
      if (control.type === "range") {
        control.setAttribute("aria-valuetext", data.factors[n].labels[at[n]]);
        control.parentElement.querySelector("output").textContent = data.factors[n].labels[at[n]];
      }
    });
  }

  controls.forEach(function (control, n) {
    control.addEventListener("input", function () { at[n] = Number(control.value); settle(n); draw(); });
  });
  [response, along].forEach(function (control) { control.addEventListener("input", draw); });
  window.addEventListener("resize", draw);
  draw();
})();
