// The Relationship tab of Customer, Lead and Prospect, and what their forms share.
import { render } from "./panel/panel";
import * as surveys from "./surveys";
import * as tone from "./tone";

/** Handlers of a party's form; `refresh` adds what is the form's own. */
export const handlers = (refresh = () => {}) => ({
	refresh(frm) {
		surveys.add_button(frm);
		refresh(frm);
		watch(frm);
	},
	timeline_refresh: tone.timeline,
});

/** Draws the panel when somebody looks at the tab; nothing is read before. */
function watch(frm) {
	const field = frm.fields_dict.relationship_html;
	if (!field) return;
	if (frm.relationship_observer) frm.relationship_observer.disconnect();
	if (frm.is_new()) {
		field.$wrapper.removeData("relationship-panel").html(
			`<p class="text-muted">${__("The relationship shows once the record is saved.")}</p>`
		);
		return;
	}
	// fires at once when the tab is open, later when it is opened, and again after every save
	frm.relationship_observer = new IntersectionObserver((entries) => {
		if (!entries.some((entry) => entry.isIntersecting)) return;
		frm.relationship_observer.disconnect();
		render(frm, field.$wrapper, frm.doctype, frm.doc.name);
	});
	// an empty element never intersects
	field.$wrapper.css("min-height", "24px");
	frm.relationship_observer.observe(field.$wrapper[0]);
}
