// SPDX-License-Identifier: GPL-2.0-only
// Of report.html, which needs none of this: links open what they lead to, print opens
// everything, lists get a filter. It stands in XML, so it has no ampersand and no less-than.
(function () {
	"use strict";
	function all(root, selector) {
		return Array.from(root.querySelectorAll(selector));
	}
	function reveal() {
		var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
		for (var e = target; e; e = e.parentElement) {
			if (e.localName === "details") {
				e.open = true;
			}
			e.hidden = false;
		}
		if (target) {
			target.scrollIntoView();
		}
	}
	function button(text, fn) {
		var b = document.createElement("button");
		b.type = "button";
		b.textContent = text;
		b.addEventListener("click", fn);
		return b;
	}
	function addFilter(list) {
		var items = all(list, "details");
		var bar = document.createElement("div");
		var input = document.createElement("input");
		var count = document.createElement("output");
		var texts = items.map(function (item) { return item.textContent.toLowerCase(); });
		function show() {
			var words = input.value.toLowerCase().split(/\s+/);
			var shown = items.filter(function (item, i) {
				item.hidden = !words.every(function (word) { return texts[i].includes(word); });
				return !item.hidden;
			}).length;
			count.textContent = shown + " of " + items.length;
		}
		function setOpen(open) {
			return function () {
				items.forEach(function (item) { item.open = open ? !item.hidden : false; });
			};
		}
		bar.className = "filter";
		input.type = "search";
		input.placeholder = "filter: pmem0 failed";
		input.setAttribute("aria-label", "show only what has all these words");
		input.addEventListener("input", show);
		bar.append(input, button("open all", setOpen(true)), button("close all", setOpen(false)), count);
		list.prepend(bar);
		show();
	}
	var closed = [];
	window.addEventListener("beforeprint", function () {
		closed = all(document, "details:not([open])");
		closed.forEach(function (item) { item.open = true; });
	});
	window.addEventListener("afterprint", function () {
		closed.forEach(function (item) { item.open = false; });
	});
	window.addEventListener("hashchange", reveal);
	document.addEventListener("click", function (event) {
		var link = event.target.closest("a");
		if (link ? link.getAttribute("href") === location.hash : false) {
			reveal();
		}
	});
	all(document, ".list").forEach(addFilter);
	reveal();
})();
