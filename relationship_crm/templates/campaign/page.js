(function () {
	"use strict";
	var form = document.getElementById("say"), sent = false;
	function send(event) {
		if (sent || !event.isTrusted) return;
		sent = true;
		form.submit();
	}
	["pointerdown", "pointermove", "keydown", "touchstart", "wheel"].forEach(function (sign) {
		document.addEventListener(sign, send, { passive: true });
	});
	form.addEventListener("submit", function () { sent = true; });
	addEventListener("pageshow", function (event) { if (event.persisted) sent = false; });
})();
