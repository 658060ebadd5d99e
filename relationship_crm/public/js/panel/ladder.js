import { colour, day, esc } from "./html";

/** The stage in words and the ladder as a row of steps (a column where it is narrow). */
export function ladder_html(data) {
	return `<section class="rcrm-stage" aria-label="${esc(__("Stage"))}">
		${headline(data)}
		<ol class="rcrm-ladder">${data.ladder.map((step) => step_html(data, step)).join("")}</ol>
		${notices(data)}
	</section>`;
}

function headline(data) {
	const facts = [];
	if (data.stage_since) facts.push(__("since {0}", [esc(day(data.stage_since))]));
	if (data.previous_stage && data.direction) {
		const text = data.direction === "Up" ? __("up from {0}", [esc(__(data.previous_stage))]) : __("down from {0}", [esc(__(data.previous_stage))]);
		const arrow = data.direction === "Up" ? "↑" : "↓";
		const style = data.direction === "Up" ? "rcrm-up" : "rcrm-down";
		facts.push(`<span class="${style}">${arrow} ${text}</span>`);
	}
	const badge = data.dissolution
		? `<span class="indicator-pill red no-indicator-dot rcrm-badge" title="${esc(data.dissolution_reason)}">${esc(__("Dissolving"))}</span>`
		: "";
	return `<div class="rcrm-headline">
		<span class="rcrm-stage-name">${esc(__(data.stage) || __("No stage yet"))}</span>
		${badge}
		<span class="rcrm-muted">${facts.join(" · ")}</span>
	</div>`;
}

function step_html(data, step) {
	const current = step.name === data.stage;
	const computed = !current && data.computed_stage && data.computed_stage !== data.stage && step.name === data.computed_stage;
	const classes = ["rcrm-step"];
	if (step.rung < data.rung) classes.push("rcrm-passed");
	if (current) classes.push("rcrm-current");
	if (computed) classes.push("rcrm-computed");
	const tone = colour(step.color);
	return `<li class="${classes.join(" ")}" style="--rcrm-tone: ${tone}" title="${esc(__(step.description))}" ${current ? 'aria-current="step"' : ""}>
		<span class="rcrm-step-bar"></span>
		<span class="rcrm-step-name">${esc(__(step.name))}</span>
		${computed ? `<span class="rcrm-step-note">${esc(__("computed"))}</span>` : ""}
	</li>`;
}

function notices(data) {
	const lines = [];
	if (data.override) {
		const o = data.override;
		const text = __("Set to {0} by {1} until {2}: {3}", [
			`<b>${esc(__(o.stage))}</b>`,
			esc(frappe.user.full_name(o.responsible)),
			esc(day(o.until_date)),
			esc(o.reason),
		]);
		const more = data.disagreement ? " · " + esc(__("The ledger says {0}.", [__(data.computed_stage)])) : "";
		const link = `<a href="${esc(frappe.utils.get_form_link("Relationship Override", o.name))}">${esc(__("Open the override"))}</a>`;
		lines.push(`<div class="rcrm-notice rcrm-notice-override">${text}${more} · ${link}</div>`);
	}
	if (data.dissolution && data.dissolution_reason) {
		lines.push(`<div class="rcrm-notice rcrm-notice-loss"><b>${esc(__("Dissolving"))}:</b> ${esc(data.dissolution_reason)}</div>`);
	}
	return lines.join("");
}

/** What keeps the party where it is, and what the next stage wants. */
export function next_html(data) {
	const held = (data.held_by || []).map((line) => `<li>${esc(line)}</li>`).join("");
	const next = data.next || {};
	const missing = (next.missing || []).map((line) => `<li>${esc(line)}</li>`).join("");
	const blocks = [];
	// the criteria are those of the computed stage: an override has its own reason
	const overridden = data.computed_stage && data.computed_stage !== data.stage;
	const why = overridden ? __("Why the ledger says {0}", [__(data.computed_stage)]) : __("Why {0}", [__(data.stage)]);
	if (held) blocks.push(`<h6>${esc(why)}</h6><ul class="rcrm-lines rcrm-held">${held}</ul>`);
	if (next.stage && missing) {
		blocks.push(`<h6>${esc(__("What {0} wants", [__(next.stage)]))}</h6><ul class="rcrm-lines rcrm-missing">${missing}</ul>`);
	} else if (!next.stage) {
		blocks.push(`<p class="rcrm-muted">${esc(__("This is the top of the ladder."))}</p>`);
	}
	return blocks.join("");
}
