// The Relationship tab of Customer. Nothing is read before somebody looks at the tab.
frappe.ui.form.on("Customer", {
	refresh(frm) {
		window.relationship_crm?.surveys?.add_button(frm);
		if (!frm.is_new() && frappe.model.can_read("Customer Referral")) {
			frm.add_custom_button(__("Referral Chain"), () => relationship_crm.referrals.show_chain(frm.doc.name), __("View"));
		}
		const field = frm.fields_dict.relationship_html;
		if (!field) return;
		if (frm.relationship_observer) frm.relationship_observer.disconnect();
		if (frm.is_new()) {
			field.$wrapper.removeData("relationship-panel").html(
				`<p class="text-muted">${__("The relationship shows once the record is saved.")}</p>`
			);
			return;
		}
		const draw = () => relationship_crm.panel.render(frm, field.$wrapper, frm.doctype, frm.doc.name);
		// fires at once when the tab is open, later when it is opened, and again after every save
		frm.relationship_observer = new IntersectionObserver((entries) => {
			if (!entries.some((entry) => entry.isIntersecting)) return;
			frm.relationship_observer.disconnect();
			if (window.relationship_crm && relationship_crm.panel) draw();
			else frappe.require(["relationship_crm.bundle.css", "relationship_crm.bundle.js"], draw);
		});
		// an empty element never intersects
		field.$wrapper.css("min-height", "24px");
		frm.relationship_observer.observe(field.$wrapper[0]);
	},

	timeline_refresh(frm) {
		if (window.relationship_crm && relationship_crm.tone) relationship_crm.tone.timeline(frm);
	},
});
