import { colour, day, esc, known, score } from "./html";

// Own drawing instead of frappe.Chart: a month without evidence must be a gap, and frappe-charts draws it as zero.
const SERIES = [
	{ key: "composite", style: "rcrm-line-composite" },
	{ key: "satisfaction", style: "rcrm-line-satisfaction" },
	{ key: "trust", style: "rcrm-line-trust" },
	{ key: "engagement", style: "rcrm-line-engagement" },
];
const BOX = { top: 10, right: 8, left: 28, plot: 170, gap: 10, strip: 18, dates: 20 };

export class Trend {
	constructor($host, trend, data) {
		const ladder = data.ladder;
		this.$host = $host;
		this.trend = trend;
		this.labels = Object.fromEntries((data.scores || []).map((s) => [s.key, s.label]));
		this.tones = Object.fromEntries((ladder || []).map((s) => [s.name, colour(s.color)]));
		this.hidden = new Set();
		this.observer = new ResizeObserver(() => {
			const width = Math.round(this.$host.width());
			if (width && width !== this.width) this.draw();
		});
		this.observer.observe($host[0]);
		this.draw();
	}

	destroy() {
		this.observer.disconnect();
	}

	draw() {
		const days = this.trend.days || [];
		this.width = Math.round(this.$host.width());
		if (!this.width) return;
		if (days.length < 2) {
			this.$host.html(`<p class="rcrm-muted">${esc(__("The trend shows once there are two month ends."))}</p>`);
			return;
		}
		this.lines = SERIES.filter((s) => (this.trend.scores[s.key] || []).some(known));
		this.x = (i) => BOX.left + (i * (this.width - BOX.left - BOX.right)) / (days.length - 1);
		this.y = (v) => BOX.top + BOX.plot * (1 - v / 100);
		const height = BOX.top + BOX.plot + BOX.gap + BOX.strip + BOX.dates;
		this.$host.html(`<div class="rcrm-trend-legend">${this.lines.map((s) => this.key(s)).join("")}</div>
			<div class="rcrm-trend-plot">
				<svg width="${this.width}" height="${height}" role="img" aria-label="${esc(__("Scores and stages by month"))}">
					${this.grid()}${this.lines.map((s) => this.line(s)).join("")}${this.stages()}${this.dates()}
					<line class="rcrm-cursor" y1="${BOX.top}" y2="${BOX.top + BOX.plot + BOX.gap + BOX.strip}" hidden></line>
				</svg>
				<div class="rcrm-tip" hidden></div>
			</div>`);
		this.bind();
	}

	key(s) {
		const off = this.hidden.has(s.key);
		return `<button type="button" class="${s.style} ${off ? "rcrm-off" : ""}" data-series="${s.key}" aria-pressed="${!off}"><i></i>${esc(this.labels[s.key] || s.key)}</button>`;
	}

	grid() {
		return [0, 25, 50, 75, 100]
			.map((v) => {
				const y = this.y(v);
				return `<line class="rcrm-grid" x1="${BOX.left}" x2="${this.width - BOX.right}" y1="${y}" y2="${y}"></line>
					<text class="rcrm-axis" x="${BOX.left - 6}" y="${y + 3.5}" text-anchor="end">${v}</text>`;
			})
			.join("");
	}

	/** One path per stretch of known values; a single known month is a dot. */
	line(s) {
		if (this.hidden.has(s.key)) return "";
		const values = this.trend.scores[s.key];
		const stretches = [];
		values.forEach((v, i) => {
			if (!known(v)) return;
			if (i > 0 && known(values[i - 1])) stretches[stretches.length - 1].push(i);
			else stretches.push([i]);
		});
		return stretches
			.map((points) =>
				points.length === 1
					? `<circle class="rcrm-dot ${s.style}" cx="${this.x(points[0])}" cy="${this.y(values[points[0]])}" r="3"></circle>`
					: `<polyline class="rcrm-line ${s.style}" points="${points.map((i) => `${this.x(i)},${this.y(values[i])}`).join(" ")}"></polyline>`
			)
			.join("");
	}

	/** The stages as a strip under the lines, each stretch with its name where it fits. */
	stages() {
		const names = this.trend.stages || [];
		const top = BOX.top + BOX.plot + BOX.gap;
		const half = (this.x(1) - this.x(0)) / 2;
		const found = [];
		let from = 0;
		for (let i = 1; i <= names.length; i++) {
			if (i < names.length && names[i] === names[from]) continue;
			if (names[from]) {
				const x1 = Math.max(BOX.left, this.x(from) - half);
				const x2 = Math.min(this.width - BOX.right, this.x(i - 1) + half);
				const name = __(names[from]);
				const fits = x2 - x1 > name.length * 6.2 + 8;
				found.push(`<g><title>${esc(name)}</title>
					<rect class="rcrm-strip" style="fill:${this.tones[names[from]] || "var(--rcrm-accent)"}" x="${x1 + 0.5}" y="${top}" width="${Math.max(x2 - x1 - 1, 1)}" height="${BOX.strip}" rx="3"></rect>
					${fits ? `<text class="rcrm-strip-name" x="${(x1 + x2) / 2}" y="${top + 12.5}" text-anchor="middle">${esc(name)}</text>` : ""}</g>`);
			}
			from = i;
		}
		return found.join("");
	}

	dates() {
		const days = this.trend.days;
		const y = BOX.top + BOX.plot + BOX.gap + BOX.strip + 14;
		const every = Math.max(1, Math.ceil(days.length / Math.max(2, Math.floor(this.width / 90))));
		return days
			.map((d, i) => {
				if ((days.length - 1 - i) % every) return "";
				const anchor = i === days.length - 1 ? "end" : i === 0 ? "start" : "middle";
				return `<text class="rcrm-axis" x="${this.x(i)}" y="${y}" text-anchor="${anchor}">${esc(moment(d).format("MMM YY"))}</text>`;
			})
			.join("");
	}

	bind() {
		this.$host.find("[data-series]").on("click", (e) => {
			const key = e.currentTarget.dataset.series;
			if (!this.hidden.delete(key)) this.hidden.add(key);
			this.draw();
		});
		const $plot = this.$host.find(".rcrm-trend-plot");
		const cursor = $plot.find(".rcrm-cursor")[0];
		const $tip = $plot.find(".rcrm-tip");
		$plot.on("mouseleave", () => {
			cursor.setAttribute("hidden", "");
			$tip.attr("hidden", true);
		});
		$plot.on("mousemove", (e) => {
			const at = e.clientX - $plot[0].getBoundingClientRect().left;
			const step = this.x(1) - this.x(0);
			const i = Math.min(this.trend.days.length - 1, Math.max(0, Math.round((at - BOX.left) / step)));
			cursor.removeAttribute("hidden");
			cursor.setAttribute("x1", this.x(i));
			cursor.setAttribute("x2", this.x(i));
			$tip.html(this.tip(i)).removeAttr("hidden");
			const left = this.x(i) + 12 + $tip.outerWidth() > this.width ? this.x(i) - 12 - $tip.outerWidth() : this.x(i) + 12;
			$tip.css({ left: Math.max(0, left), top: BOX.top });
		});
	}

	tip(i) {
		const rows = this.lines
			.filter((s) => !this.hidden.has(s.key))
			.map((s) => `<div class="${s.style}"><i></i>${esc(this.labels[s.key] || s.key)}<b>${esc(score(this.trend.scores[s.key][i]))}</b></div>`);
		const stage = (this.trend.stages || [])[i];
		return `<div class="rcrm-tip-day">${esc(day(this.trend.days[i]))}</div>${stage ? `<div class="rcrm-tip-stage">${esc(__(stage))}</div>` : ""}${rows.join("")}`;
	}
}
