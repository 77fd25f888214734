(function () {
  "use strict";
  var DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  var MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  var still = window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)");

  function two(n) { return (n < 10 ? "0" : "") + n; }
  function thousands(n) { return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ","); }

  // The last value of [[hour, value], ...] at an hour.
  function at(steps, hour, before) {
    var low = 0, high = steps.length;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (steps[middle][0] <= hour) { low = middle + 1; } else { high = middle; }
    }
    return low ? steps[low - 1][1] : before;
  }

  function along(line, share) {
    var place = Math.min(Math.max(share, 0), 1) * (line.length - 1);
    var i = Math.min(Math.floor(place), line.length - 2), rest = place - i, a = line[i], b = line[i + 1];
    return { x: a[0] + rest * (b[0] - a[0]), y: a[1] + rest * (b[1] - a[1]),
      turn: Math.atan2(b[1] - a[1], b[0] - a[0]) * 180 / Math.PI };
  }

  function start(figure) {
    var source = figure.querySelector(".map-data");
    if (!source) { return; }
    var data = JSON.parse(source.textContent);
    var slider = figure.querySelector(".map-time"), button = figure.querySelector(".map-play");
    var now = figure.querySelector(".map-now"), sky = figure.querySelector(".map-planes");
    var sites = figure.querySelectorAll(".map-site"), routes = figure.querySelectorAll(".map-route");
    var stacks = figure.querySelectorAll(".map-stack"), planes = [], timer = 0, last = 0;

    function stamp(hour) {
      var d = new Date(data.local + Math.floor(hour * 60) * 60000);
      return DAYS[d.getUTCDay()] + " " + two(d.getUTCDate()) + " " + MONTHS[d.getUTCMonth()] + " " +
        two(d.getUTCHours()) + ":" + two(d.getUTCMinutes());
    }

    function drawSites(hour) {
      var counts = data.states.map(function () { return 0; });
      data.sites.forEach(function (steps, i) {
        var state = at(steps, hour, 0);
        counts[state] += 1;
        sites[i].setAttribute("d", data.shapes[state]);
        sites[i].setAttribute("fill", data.fills[state]);
      });
      return data.states.map(function (name, i) { return counts[i] ? counts[i] + " " + name : ""; })
        .filter(Boolean).join(", ");
    }

    function drawStacks(hour) {
      data.stacks.forEach(function (stack, i) {
        var bars = stacks[i].querySelectorAll("rect"), sum = 0, top = 0;
        stack.members.forEach(function (steps, k) {
          var troops = at(steps, hour, 0), tall = troops * data.bar;
          sum += troops;
          top = Math.max(top, tall);
          bars[k].setAttribute("height", tall.toFixed(1));
          bars[k].setAttribute("y", (stack.foot - tall).toFixed(1));
        });
        var words = stacks[i].querySelector("text");
        words.setAttribute("y", (stack.foot - top - 2).toFixed(1));
        words.textContent = sum >= 1 ? thousands(sum) : "";
      });
    }

    function drawMoves(hour) {
      var shown = 0;
      data.routes.forEach(function (route, i) {
        routes[i].classList.toggle("map-used", route.first <= hour);
      });
      data.moves.forEach(function (move) {
        if (move[1] > hour || move[2] < hour) { return; }
        var plane = planes[shown];
        if (!plane) {
          plane = planes[shown] = document.createElementNS(sky.namespaceURI, "path");
          plane.setAttribute("class", "map-plane");
          sky.appendChild(plane);
        }
        var route = data.routes[move[0]], here = along(route.line, (hour - move[1]) / (move[2] - move[1]));
        plane.setAttribute("d", route.road ? "M-3-2h6v4h-6z" : "M-4-3L5 0L-4 3L-2 0z");
        plane.setAttribute("fill", route.colour);
        plane.setAttribute("transform", "translate(" + here.x.toFixed(1) + " " + here.y.toFixed(1) + ") rotate(" +
          here.turn.toFixed(0) + ")");
        plane.removeAttribute("visibility");
        shown += 1;
      });
      for (var k = shown; k < planes.length; k += 1) { planes[k].setAttribute("visibility", "hidden"); }
      return shown;
    }

    function show(hour) {
      var told = drawSites(hour), moving = drawMoves(hour);
      drawStacks(hour);
      var force = data.members.map(function (member) {
        var troops = at(member.steps, hour, 0);
        return troops >= 1 ? member.name + " " + thousands(troops) : "";
      }).filter(Boolean).join(", ");
      var from = Math.round(hour - data.zero);
      var words = stamp(hour) + " (" + (from < 0 ? "\u2212" : "+") + Math.abs(from) + " h from the " + data.zeroName +
        ")" + (told ? ". Places: " + told : "") + ". In theatre: " + (force || "nobody") +
        (moving ? ". On the move: " + moving : "") + ".";
      now.textContent = words;
      slider.setAttribute("aria-valuetext", words);
      last = hour;
    }

    function set(hour) {
      slider.value = String(hour);
      show(hour);
    }

    function pause() {
      window.clearInterval(timer);
      timer = 0;
      name();
    }

    function name() {
      button.textContent = still && still.matches ? "Next day" : timer ? "Pause" : "Play";
    }

    // By the clock, not by frames: a browser that draws slowly skips, and one that draws nothing still gets there.
    function play() {
      if (last >= data.last) { set(data.first); }
      var from = last, since = Date.now();
      timer = window.setInterval(function () {
        set(Math.min(from + (Date.now() - since) / 1000 * data.pace, data.last));
        if (last >= data.last) { pause(); }
      }, 50);
      name();
    }

    button.addEventListener("click", function () {
      if (still && still.matches) {
        set(last >= data.last ? data.first : Math.min(last + 24, data.last));
      } else if (timer) { pause(); } else { play(); }
    });
    slider.addEventListener("input", function () {
      pause();
      show(Number(slider.value));
    });
    if (still && still.addEventListener) { still.addEventListener("change", pause); }
    // A sheet that is wider than its frame begins at the theatre, until the reader moves it.
    var frame = figure.querySelector(".map-scroll"), moved = -1;
    function centre() {
      if (moved >= 0 && Math.abs(frame.scrollLeft - moved) > 1) { return; }
      frame.scrollLeft = data.middle * frame.scrollWidth - frame.clientWidth / 2;
      moved = frame.scrollLeft;
    }
    window.addEventListener("resize", centre);
    centre();
    figure.querySelector(".map-controls").hidden = false;
    name();
    show(Number(slider.value));
  }

  Array.prototype.forEach.call(document.querySelectorAll(".sim-map"), start);
}());
