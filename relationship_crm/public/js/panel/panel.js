import { show_changes } from "./changes";
import { contributions_html } from "./contributions";
import { show_documents } from "./documents";
import { day, esc, fact_value } from "./html";
import { ladder_html, next_html } from "./ladder";
import { show_override } from "./override";
import { scores_html } from "./scores";
import { Trend } from "./trend";

/**
 * Draws the relationship of a party into $wrapper and returns the panel.
 * A second call for the same party and wrapper only reads the figures anew.
 */
export function render(frm, $wrapper, party_type, party) {
	const $host = $($wrapper);
	const known = $host.data("relationship-panel");
	if (known && known.party_type === party_type && known.party === party) {
		known.frm = frm;
		known.load();
		return known;
	}
	const panel = new Panel(frm, $host, party_type, party);
	$host.data("relationship-panel", panel);
	panel.load();
	return panel;
}

class Panel {
	constructor(frm, $host, party_type, party) {
		this.frm = frm;
		this.party_type = party_type;
		this.party = party;
		this.$root = $('<div class="rcrm rcrm-panel"></div>').appendTo($host.empty());
		this.bind();
	}

	/** Every server call of the panel: about this party, without blocking the form. */
	ask(method, args = {}) {
		return frappe.xcall(`relationship_crm.api.${method}`, { party_type: this.party_type, party: this.party, ...args });
	}

	async load(method = "relationship_panel") {
		const request = (this.request = {});
		this.$root.toggleClass("rcrm-busy", Boolean(this.data));
		if (!this.data) this.$root.html(skeleton());
		try {
			const data = await this.ask(method);
			if (request !== this.request) return;
			this.data = data;
			this.draw();
		} catch (error) {
			if (request === this.request) this.draw_error(error);
		} finally {
			this.$root.removeClass("rcrm-busy");
		}
	}

	draw() {
		const data = this.data;
		if (this.trend) this.trend.destroy();
		this.trend = null;
		if (!data.takes_part || !data.relationship) {
			this.draw_empty();
			return;
		}
		this.$root.html(`
			${toolbar(data)}
			${ladder_html(data)}
			<div class="rcrm-columns">
				<section class="rcrm-card rcrm-scores"><h5>${esc(__("Scores"))}</h5>${scores_html(data)}</section>
				<div class="rcrm-side">
					<section class="rcrm-card rcrm-next">${next_html(data)}</section>
					<section class="rcrm-card"><h5>${esc(__("Facts"))}</h5>${facts_html(data)}</section>
				</div>
			</div>
			<section class="rcrm-card"><h5>${esc(__("What moves the scores"))}</h5>${contributions_html(data)}</section>
			<section class="rcrm-card"><h5>${esc(__("Last 24 months"))}</h5><div class="rcrm-trend">
				<p class="rcrm-muted">${esc(__("Reading the history…"))}</p></div></section>
			${footer(data, this.frm)}`);
		this.load_trend();
	}

	/** The form shows the stage too: read it anew, unless somebody is editing it. Its refresh draws the panel. */
	refresh_form() {
		if (this.frm && this.frm.reload_doc && !this.frm.is_dirty()) this.frm.reload_doc();
		else this.load();
	}

	async assess() {
		await this.load("assess_party");
		const shown = this.frm && this.frm.doc && (this.frm.doc.relationship_stage || this.frm.doc.stage_name);
		if (this.data && this.data.stage && shown !== this.data.stage) this.refresh_form();
	}

	async load_trend() {
		const request = this.request;
		const $host = this.$root.find(".rcrm-trend");
		try {
			const trend = await this.ask("relationship_trend", { months: 24 });
			if (request === this.request) this.trend = new Trend($host, trend, this.data);
		} catch (error) {
			$host.html(`<p class="rcrm-muted">${esc(__("The history could not be read."))}</p>`);
		}
	}

	draw_empty() {
		const data = this.data;
		const text = data.message || (data.takes_part ? __("This relationship has not been assessed yet.") : __("This party takes no part in the assessment."));
		const button = data.takes_part
			? `<button type="button" class="btn btn-primary btn-sm" data-action="assess">${esc(__("Assess now"))}</button>`
			: "";
		this.$root.html(`<div class="rcrm-empty"><h5>${esc(data.takes_part ? __("Not assessed yet") : __("Takes no part"))}</h5><p>${esc(text)}</p>${button}</div>`);
	}

	draw_error(error) {
		const denied = error && (error.exc_type === "PermissionError" || error.httpStatus === 403);
		const text = denied ? __("You are not permitted to see this relationship.") : __("The relationship could not be read.");
		const retry = denied ? "" : `<button type="button" class="btn btn-default btn-sm" data-action="reload">${esc(__("Try again"))}</button>`;
		this.$root.html(`<div class="rcrm-empty"><p>${esc(text)}</p>${retry}</div>`);
		this.data = null;
	}

	bind() {
		const actions = {
			assess: () => this.assess(),
			reload: () => this.load(),
			changes: () => show_changes(this),
			override: () => show_override(this),
		};
		this.$root.on("click", "[data-action]", (e) => actions[e.currentTarget.dataset.action]());
		this.$root.on("click", "[data-dimension]", (e) => {
			const { dimension, signal } = e.currentTarget.dataset;
			show_documents(this, dimension, signal);
		});
		this.$root.on("click", ".rcrm-more", (e) => {
			$(e.currentTarget).siblings(".rcrm-folded").removeClass("rcrm-folded");
			$(e.currentTarget).remove();
		});
	}
}

function toolbar(data) {
	const button = (action, label) =>
		`<button type="button" class="btn btn-default btn-xs" data-action="${action}">${esc(label)}</button>`;
	const waiting = data.pending ? ` · ${esc(__("{0} new documents waiting", [data.pending]))}` : "";
	return `<div class="rcrm-toolbar">
		<span class="rcrm-muted">${esc(__("As of {0}", [day(data.as_of)]))}${waiting}</span>
		<span class="rcrm-actions">
			${button("changes", __("Why did it change?"))}
			${data.may_override ? button("override", __("Override")) : ""}
			${button("assess", __("Refresh now"))}
		</span>
	</div>`;
}

function facts_html(data) {
	const facts = data.facts || [];
	const bought = facts.some((f) => f.key === "purchases" && f.value);
	const rows = facts.map((f) => {
		// the column's zero is no rhythm where there was no purchase, and no gap where there was only one
		if ((f.key === "rhythm" && !bought) || (f.key === "median_gap" && !f.value)) f = { ...f, value: null };
		// in words: how many of its own usual gaps the customer has been silent
		const rhythm = f.key === "rhythm";
		const label = rhythm ? __("Silent, in Usual Gaps") : f.label;
		return `<div><dt>${esc(label)}</dt><dd>${fact_value(f, data.currency)}${rhythm && f.value ? " ×" : ""}</dd></div>`;
	});
	return `<dl class="rcrm-facts">${rows.join("")}</dl>`;
}

function footer(data, frm) {
	const parts = [];
	if (data.assessed_on) parts.push(__("Assessed {0}", [frappe.datetime.str_to_user(data.assessed_on)]));
	if (data.scoring_model) parts.push(__("Scoring model {0}", [data.scoring_model]));
	const shown = parts.map(esc);
	if (!frm || frm.doctype !== "Relationship") {
		const href = frappe.utils.get_form_link("Relationship", data.relationship);
		shown.push(`<a href="${esc(href)}">${esc(__("Open the relationship"))}</a>`);
	}
	return `<p class="rcrm-small-print">${shown.join(" · ")}</p>`;
}

function skeleton() {
	const block = (height) => `<div class="rcrm-skeleton" style="height:${height}px"></div>`;
	return `<div aria-busy="true" aria-label="${esc(__("Loading…"))}">${block(26)}${block(54)}<div class="rcrm-columns">${block(220)}${block(220)}</div></div>`;
}
