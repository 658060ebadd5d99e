// The states of a service contract as lists, forms and reports show them.
import { esc } from "./panel/html";

const COLORS = {
	Draft: "gray",
	Waiting: "blue",
	Active: "green",
	"In Notice": "orange",
	Expired: "darkgrey",
	Terminated: "red",
	Renewed: "cyan",
	Cancelled: "red",
};

export const color_of = (state) => COLORS[state] || "gray";

/** A state's name in words. */
export const label_of = (state) => __(state, null, "Service Contract");

export const state_pill = (state) =>
	`<span class="indicator-pill ${color_of(state)}">${esc(label_of(state))}</span>`;
