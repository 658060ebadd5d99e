/**
 * The engine's keys are what is stored; people read labels. Frappe shows every Select's value through __(), in forms,
 * lists, filters and reports, so the keys get words of their own there, in the language of the desk.
 */
const LABELS = {
	satisfaction: () => __("Satisfaction"),
	trust_employee: () => __("Trust in the employee"),
	trust_company: () => __("Trust in the company"),
	engagement_employee_rational: () => __("Rational engagement with the employee"),
	engagement_employee_emotional: () => __("Emotional engagement with the employee"),
	engagement_company_rational: () => __("Rational engagement with the company"),
	engagement_company_emotional: () => __("Emotional engagement with the company"),
};

export const dimension_labels = () =>
	Object.fromEntries(Object.entries(LABELS).map(([key, label]) => [key, label()]));

export function name_dimensions() {
	Object.assign(frappe._messages, dimension_labels());
}
