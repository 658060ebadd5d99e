app_name = "relationship_crm"
app_title = "Relationship CRM"
app_publisher = "The relationship_crm contributors"
app_description = "Relationship marketing for ERPNext: stages, scores and the documents behind them"
app_email = "relationship_crm@users.noreply.github.com"
app_license = "GPL-3.0-or-later"
required_apps = ["erpnext"]
export_python_type_annotations = True

add_to_apps_screen = [
    {
        "name": "relationship_crm",
        "logo": "/assets/relationship_crm/images/relationship_crm.svg",
        "title": "Relationship CRM",
        "route": "/app/relationships",
        "has_permission": "relationship_crm.permissions.has_app_permission",
    }
]

# Install

after_install = "relationship_crm.install.after_install"
after_migrate = ["relationship_crm.install.after_migrate"]
before_uninstall = "relationship_crm.uninstall.before_uninstall"
after_uninstall = "relationship_crm.uninstall.after_uninstall"

fixtures = [
    {
        "dt": "Role",
        "filters": [["name", "in", ["Relationship Manager", "Relationship User", "Relationship Analyst"]]],
    }
]

# Desk

app_include_js = "relationship_crm.bundle.js"
app_include_css = "relationship_crm.bundle.css"
doctype_js = {
    "Customer": "public/js/customer.js",
    "Lead": "public/js/lead.js",
    "Prospect": "public/js/prospect.js",
    "Communication": "public/js/communication.js",
}
webform_include_js = {"Issue": "public/js/issue_web_form.js"}
doctype_list_js = {
    "Customer": "public/js/customer_list.js",
    "Lead": "public/js/lead_list.js",
    "Prospect": "public/js/prospect_list.js",
}
override_doctype_dashboards = {
    "Customer": "relationship_crm.dashboards.customer",
    "Lead": "relationship_crm.dashboards.lead",
    "Prospect": "relationship_crm.dashboards.prospect",
}

# The Relationship Sheet prints what the tab shows, in mails and jobs too.
jinja = {
    "methods": [
        "relationship_crm.api.relationship_panel",
        # links to surveys for print formats
        "relationship_crm.surveys.printing.survey_link",
        "relationship_crm.surveys.printing.survey_qr",
        # a service contract's promises in words
        "relationship_crm.contracts.wording.contract_words",
        # letters of campaigns
        "relationship_crm.campaigns.letters.campaign_letter",
        "relationship_crm.campaigns.letters.campaign_letter_html",
    ]
}

# The public pages of surveys, /s/<token>, and of campaigns, /c/<token>

page_renderer = ["relationship_crm.surveys.web.SurveyPage", "relationship_crm.campaigns.web.CampaignPage"]

standard_portal_menu_items = [
    {"title": "Ideas", "route": "/ideas", "reference_doctype": "Customer Idea", "role": "Customer"},
    {
        "title": "Service Contracts",
        "route": "/contracts",
        "reference_doctype": "Service Contract",
        "role": "Customer",
    },
]
website_route_rules = [{"from_route": "/contracts/<path:name>", "to_route": "contract"}]

# Permissions

permission_query_conditions = {
    "Relationship": "relationship_crm.permissions.query_conditions",
    "Relationship Assessment": "relationship_crm.permissions.query_conditions",
    "Relationship Stage Change": "relationship_crm.permissions.query_conditions",
    "Relationship Override": "relationship_crm.permissions.query_conditions",
    "Relationship Event": "relationship_crm.permissions.query_conditions",
    "Survey Invitation": "relationship_crm.permissions.query_conditions",
    "Survey Response": "relationship_crm.permissions.query_conditions",
    "Survey Follow Up": "relationship_crm.permissions.query_conditions",
    "Campaign Member": "relationship_crm.permissions.query_conditions",
    "Campaign Response": "relationship_crm.permissions.query_conditions",
    "Campaign Target Entry": "relationship_crm.permissions.query_conditions",
    "Campaign Touch": "relationship_crm.permissions.touch_query_conditions",
    "Customer Referral": "relationship_crm.permissions.customer_query_conditions",
    "Customer Idea": "relationship_crm.permissions.customer_query_conditions",
    "Service Appointment": "relationship_crm.permissions.appointment_query_conditions",
    "Service Renewal": "relationship_crm.permissions.customer_query_conditions",
    "Service Contract": "relationship_crm.permissions.customer_query_conditions",
    "Service Charge": "relationship_crm.permissions.customer_query_conditions",
    "Service Usage Entry": "relationship_crm.permissions.customer_query_conditions",
    "Service Usage Adjustment": "relationship_crm.permissions.customer_query_conditions",
    "Service Usage Warning": "relationship_crm.permissions.customer_query_conditions",
}
has_permission = {
    "Relationship": "relationship_crm.permissions.has_permission",
    "Relationship Assessment": "relationship_crm.permissions.has_permission",
    "Relationship Stage Change": "relationship_crm.permissions.has_permission",
    "Relationship Override": "relationship_crm.permissions.has_permission",
    "Relationship Event": "relationship_crm.permissions.has_permission",
    "Survey Invitation": "relationship_crm.permissions.has_permission",
    "Survey Response": "relationship_crm.permissions.has_permission",
    "Survey Follow Up": "relationship_crm.permissions.has_permission",
    "Campaign Member": "relationship_crm.permissions.has_permission",
    "Campaign Response": "relationship_crm.permissions.has_permission",
    "Campaign Target Entry": "relationship_crm.permissions.has_permission",
    "Campaign Touch": "relationship_crm.permissions.touch_has_permission",
    "Customer Referral": "relationship_crm.permissions.customer_has_permission",
    "Customer Idea": "relationship_crm.permissions.customer_has_permission",
    "Service Appointment": "relationship_crm.permissions.appointment_has_permission",
    "Service Renewal": "relationship_crm.permissions.customer_has_permission",
    "Service Contract": "relationship_crm.permissions.customer_has_permission",
    "Service Charge": "relationship_crm.permissions.customer_has_permission",
    "Service Usage Entry": "relationship_crm.permissions.customer_has_permission",
    "Service Usage Adjustment": "relationship_crm.permissions.customer_has_permission",
    "Service Usage Warning": "relationship_crm.permissions.customer_has_permission",
}
# A run outlives the party it was about.
ignore_links_on_delete = ["Process Relationship Assessment"]

# Cancelling what a contract links does not propose to cancel the contract.
auto_cancel_exempted_doctypes = ["Service Contract", "Service Usage Adjustment"]

# Runs of the assessment are kept this many days; Log Settings lists them and takes another number.
default_log_clearing_doctypes = {"Process Relationship Assessment": 30, "Service Billing Run": 90}

# ERPNext documents

doc_events = {
    "Quotation": {
        "before_validate": "relationship_crm.overrides.quotation.before_validate",
        "validate": "relationship_crm.overrides.quotation.validate",
        "before_submit": "relationship_crm.overrides.quotation.before_submit",
        "on_submit": "relationship_crm.overrides.quotation.on_submit",
        "on_cancel": "relationship_crm.overrides.quotation.on_cancel",
        "on_trash": "relationship_crm.overrides.quotation.on_trash",
    },
    "Sales Order": {
        "before_validate": "relationship_crm.overrides.sales_order.before_validate",
        "validate": "relationship_crm.overrides.sales_order.validate",
        "before_submit": "relationship_crm.overrides.sales_order.before_submit",
        "on_submit": "relationship_crm.overrides.sales_order.on_submit",
        "on_cancel": "relationship_crm.overrides.sales_order.on_cancel",
        "on_update_after_submit": "relationship_crm.overrides.sales_order.on_update_after_submit",
        "on_change": "relationship_crm.overrides.sales_order.on_change",
    },
    "Delivery Note": {
        "before_validate": "relationship_crm.overrides.delivery_note.before_validate",
        "validate": "relationship_crm.overrides.delivery_note.validate",
        "before_submit": "relationship_crm.overrides.delivery_note.before_submit",
        "on_submit": "relationship_crm.overrides.delivery_note.on_submit",
        "before_update_after_submit": "relationship_crm.overrides.delivery_note.before_update_after_submit",
        "on_update_after_submit": "relationship_crm.overrides.delivery_note.on_update_after_submit",
        "on_cancel": "relationship_crm.overrides.delivery_note.on_cancel",
    },
    "Sales Invoice": {
        "before_validate": "relationship_crm.overrides.sales_invoice.before_validate",
        "validate": "relationship_crm.overrides.sales_invoice.validate",
        "before_submit": "relationship_crm.overrides.sales_invoice.before_submit",
        "on_update": "relationship_crm.overrides.sales_invoice.on_update",
        "on_submit": "relationship_crm.overrides.sales_invoice.on_submit",
        "before_update_after_submit": "relationship_crm.overrides.sales_invoice.before_update_after_submit",
        "on_update_after_submit": "relationship_crm.overrides.sales_invoice.on_update_after_submit",
        "on_cancel": "relationship_crm.overrides.sales_invoice.on_cancel",
        "on_trash": "relationship_crm.overrides.sales_invoice.on_trash",
        "on_discard": "relationship_crm.overrides.sales_invoice.on_discard",
    },
    "POS Invoice": {
        "on_submit": "relationship_crm.overrides.pos_invoice.on_submit",
        "on_cancel": "relationship_crm.overrides.pos_invoice.on_cancel",
    },
    "Payment Ledger Entry": {
        "on_submit": "relationship_crm.overrides.payment_ledger_entry.on_submit",
    },
    "Unreconcile Payment": {
        "on_submit": "relationship_crm.overrides.unreconcile_payment.on_submit",
    },
    "Issue": {
        "validate": "relationship_crm.overrides.issue.validate",
        "before_save": "relationship_crm.overrides.issue.before_save",
        "on_update": "relationship_crm.overrides.issue.on_update",
        "on_trash": "relationship_crm.overrides.issue.on_trash",
    },
    "Warranty Claim": {
        "validate": "relationship_crm.overrides.warranty_claim.validate",
        "on_update": "relationship_crm.overrides.warranty_claim.on_update",
        "on_trash": "relationship_crm.overrides.warranty_claim.on_trash",
    },
    "Opportunity": {
        "on_update": "relationship_crm.overrides.opportunity.on_update",
        "on_trash": "relationship_crm.overrides.opportunity.on_trash",
    },
    "Lead": {
        "validate": "relationship_crm.overrides.lead.validate",
        "on_update": "relationship_crm.overrides.lead.on_update",
        "before_rename": "relationship_crm.overrides.lead.before_rename",
        "after_rename": "relationship_crm.overrides.lead.after_rename",
        "on_trash": "relationship_crm.overrides.lead.on_trash",
    },
    "Prospect": {
        "on_update": "relationship_crm.overrides.prospect.on_update",
        "before_rename": "relationship_crm.overrides.prospect.before_rename",
        "after_rename": "relationship_crm.overrides.prospect.after_rename",
        "on_trash": "relationship_crm.overrides.prospect.on_trash",
    },
    "Customer": {
        "validate": "relationship_crm.overrides.customer.validate",
        "after_insert": "relationship_crm.overrides.customer.after_insert",
        "on_update": "relationship_crm.overrides.customer.on_update",
        "before_rename": "relationship_crm.overrides.customer.before_rename",
        "after_rename": "relationship_crm.overrides.customer.after_rename",
        "on_trash": "relationship_crm.overrides.customer.on_trash",
    },
    # Rates into the reporting currency are kept with the configuration.
    "Currency Exchange": {
        "on_update": "relationship_crm.assessment.site.forget_configuration",
        "on_trash": "relationship_crm.assessment.site.forget_configuration",
    },
    "Company": {"on_update": "relationship_crm.assessment.site.forget_configuration"},
    "Communication": {
        "after_insert": "relationship_crm.overrides.communication.after_insert",
        "on_trash": "relationship_crm.overrides.communication.on_trash",
    },
    "Event": {
        "on_update": "relationship_crm.overrides.event.on_update",
        "on_trash": "relationship_crm.overrides.event.on_trash",
    },
    "Maintenance Visit": {
        "validate": "relationship_crm.overrides.maintenance_visit.validate",
        "after_insert": "relationship_crm.overrides.maintenance_visit.after_insert",
        "on_submit": "relationship_crm.overrides.maintenance_visit.on_submit",
        "before_update_after_submit": "relationship_crm.overrides.maintenance_visit.before_update_after_submit",
        "on_update_after_submit": "relationship_crm.overrides.maintenance_visit.on_update_after_submit",
        "on_cancel": "relationship_crm.overrides.maintenance_visit.on_cancel",
        "on_trash": "relationship_crm.overrides.maintenance_visit.on_trash",
    },
    "Timesheet": {
        "validate": "relationship_crm.overrides.timesheet.validate",
        "after_insert": "relationship_crm.overrides.timesheet.after_insert",
        "on_submit": "relationship_crm.overrides.timesheet.on_submit",
        "before_update_after_submit": "relationship_crm.overrides.timesheet.before_update_after_submit",
        "on_update_after_submit": "relationship_crm.overrides.timesheet.on_update_after_submit",
        "on_cancel": "relationship_crm.overrides.timesheet.on_cancel",
        "on_trash": "relationship_crm.overrides.timesheet.on_trash",
    },
    "Employee": {"on_trash": "relationship_crm.overrides.employee.on_trash"},
    "Contract": {
        "on_cancel": "relationship_crm.overrides.linked.on_cancel",
        "on_trash": "relationship_crm.overrides.linked.on_trash",
    },
    "Blanket Order": {
        "on_cancel": "relationship_crm.overrides.linked.on_cancel",
        "on_trash": "relationship_crm.overrides.linked.on_trash",
    },
    "Project": {"on_trash": "relationship_crm.overrides.linked.on_trash"},
    "Subscription": {"on_trash": "relationship_crm.overrides.linked.on_trash"},
    "Auto Repeat": {"on_trash": "relationship_crm.overrides.linked.on_trash"},
    "Contact": {
        "validate": "relationship_crm.overrides.contact.validate",
        "on_update": "relationship_crm.overrides.contact.on_update",
        "on_trash": "relationship_crm.overrides.contact.on_trash",
    },
    "Personal Data Deletion Request": {
        "on_update": "relationship_crm.overrides.personal_data_deletion_request.on_update",
    },
    "Error Log": {"before_insert": "relationship_crm.overrides.error_log.before_insert"},
}

# Personal data, found by the respondent's e-mail address

user_data_fields = [
    {
        "doctype": "Survey Invitation",
        "filter_by": "email",
        "redact_fields": ["recipient_name", "mobile_no", "email"],
    },
    {"doctype": "Survey Response", "filter_by": "email", "redact_fields": ["testimonial_text", "email"]},
    {"doctype": "Survey Answer", "filter_by": "email", "redact_fields": ["text", "email"]},
    {"doctype": "Survey Recipient", "filter_by": "address", "redact_fields": ["address"]},
    {
        "doctype": "Campaign Member",
        "filter_by": "email",
        "redact_fields": ["recipient_name", "mobile_no", "person_key", "email"],
    },
    {
        "doctype": "Campaign Touch",
        "filter_by": "email",
        "redact_fields": ["recipient_name", "mobile_no", "note", "before_outcome", "email"],
    },
    {
        "doctype": "Campaign Response",
        "filter_by": "email",
        "redact_fields": ["recipient_name", "note", "email"],
    },
    {
        "doctype": "Customer Referral",
        "filter_by": "contact_email",
        "redact_fields": ["contact_name", "contact_email", "contact_phone"],
    },
    {
        "doctype": "Service Usage Warning",
        "filter_by": "told_customer",
        "redact_fields": ["told_customer"],
    },
]

# Scheduler

scheduler_events = {
    "cron": {
        "*/5 * * * *": [
            "relationship_crm.assessment.tasks.drain_relationship_events",
            "relationship_crm.surveys.tasks.send_relationship_surveys",
            "relationship_crm.surveys.tasks.tend_survey_follow_ups",
            "relationship_crm.contracts.tasks.warn_about_service_usage",
            "relationship_crm.campaigns.tasks.send_campaigns",
        ]
    },
    "daily": [
        "relationship_crm.advocacy.tasks.record_referrals",
        "relationship_crm.campaigns.states.follow_dates",
        "relationship_crm.campaigns.tasks.close_late_calls",
    ],
    "hourly_long": [
        "relationship_crm.surveys.tasks.remind_about_relationship_surveys",
        "relationship_crm.campaigns.tasks.note_campaign_delivery",
    ],
    "daily_long": [
        "relationship_crm.assessment.tasks.nightly_relationship_assessment",
        "relationship_crm.surveys.tasks.forget_old_relationship_surveys",
        "relationship_crm.campaigns.tasks.forget_old_campaigns",
        "relationship_crm.contracts.tasks.roll_service_contracts",
        "relationship_crm.contracts.tasks.draft_due_service_invoices",
        "relationship_crm.contracts.tasks.renew_service_contracts",
    ],
}
