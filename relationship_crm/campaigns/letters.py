"""Letters of a wave: one PDF of all of them, sorted for the post, and envelopes where they are wanted.

Printing takes long, so nothing is locked meanwhile. When all are printed, everybody is looked at once more under lock; whoever said
no in between, or was contacted, drops out of the PDF. Only then the file is kept and the letters are noted as sent, in one
transaction. Where printing fails, nothing is.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import formatdate, get_datetime, now_datetime
from markupsafe import Markup, escape

from relationship_crm import timeline
from relationship_crm.campaigns import postal, rest, sending
from relationship_crm.campaigns.messages import MARK, fill_in, one_line, words_of
from relationship_crm.campaigns.sending import Checkpoint, Counts, Row, as_sent
from relationship_crm.campaigns.token import address_of_page, link_of
from relationship_crm.campaigns.touches import ACTIVITY, DOCTYPE, LEFT_OUT, NO_POSTAL_ADDRESS
from relationship_crm.surveys.markup import render
from relationship_crm.surveys.printing import qr_image
from relationship_crm.surveys.words import direction

TEMPLATE = "campaigns/letter.html"
LETTER_FORMAT, ENVELOPE_FORMAT = "Campaign Letter", "Campaign Envelope"
#: A long envelope, 220 x 110 mm.
ENVELOPE = {"page-size": "DLE", "orientation": "Landscape"}
#: Touches looked at between two commits.
HANDFUL = 500
#: Letters printed between two looks at whether somebody stopped it.
STEP = 5


class PrintFailed(frappe.ValidationError):
    """The PDF could not be made."""


@dataclass
class Printed:
    """A letter, and its envelope where there is one, as PDF."""

    letter: bytes
    envelope: bytes | None = None


def check_ready() -> None:
    """Whether PDFs can be made at all."""
    generator = frappe.db.get_value("Print Format", LETTER_FORMAT, "pdf_generator") or "wkhtmltopdf"
    if generator == "wkhtmltopdf" and not shutil.which("wkhtmltopdf"):
        frappe.throw(_("Letters need wkhtmltopdf, which is not installed on this server."))


def write_due(
    activity: Any,
    checkpoint: Checkpoint,
    step: Callable[[Counts], bool] = lambda _counts: True,
    clock: Callable[[], datetime] = now_datetime,
) -> Counts:
    """Print the letters that are due, as one PDF; what became of them."""
    counts = Counts()
    if not sending.in_window(activity, clock()):
        return counts
    rules = sending.Rules.read(activity.campaign)
    names = sending.due(activity.name, clock().date(), 0)
    able: list[Row] = []
    for part in sending.handfuls(names, HANDFUL):
        found, other = sending.examine(activity, part, rules, clock())
        able += found
        counts.add(other)
        checkpoint()
    addresses = postal.addresses_of(able)
    homeless = [row for row in able if row["name"] not in addresses]
    sending.write([row | {"status": LEFT_OUT, "reason": NO_POSTAL_ADDRESS} for row in homeless])
    counts.left_out += len(homeless)
    checkpoint()
    able = [row for row in able if row["name"] in addresses]
    able.sort(
        key=lambda row: (postal.order_of(addresses[row["name"]]), row["recipient_name"] or "", row["name"])
    )
    printed = _print_all(activity, able, counts, step)
    if printed:
        counts.add(_keep(activity, [row["name"] for row in able], printed, rules, clock()))
        checkpoint()
    return counts


def _print_all(
    activity: Any, rows: Sequence[Row], counts: Counts, step: Callable[[Counts], bool]
) -> dict[str, Printed]:
    """Each letter as PDF, by touch; nothing where somebody stopped it."""
    printed: dict[str, Printed] = {}
    for number, row in enumerate(rows, 1):
        printed[row["name"]] = _print(activity, row)
        done = Counts(sent=number)
        done.add(counts)
        if number % STEP == 0 and not step(done):
            return {}
    return printed


def _print(activity: Any, row: Row) -> Printed:
    with print_language(row["language"] or frappe.local.lang or "en"):
        letter = as_pdf(row["name"], activity.print_format or LETTER_FORMAT, activity.letter_head)
        envelope = as_pdf(row["name"], ENVELOPE_FORMAT, None, ENVELOPE) if activity.envelopes else None
    return Printed(letter, envelope)


def as_pdf(
    touch: str, print_format: str, letter_head: str | None, options: Mapping[str, str] | None = None
) -> bytes:
    """A touch by a print format as PDF. Raises PrintFailed, in the user's words."""
    before = frappe.local.flags.ignore_print_permissions
    # the run was started by somebody who may send to all of the list
    frappe.local.flags.ignore_print_permissions = True
    try:
        return frappe.get_print(
            DOCTYPE,
            touch,
            print_format,
            as_pdf=True,
            letterhead=letter_head,
            no_letterhead=int(bool(options)),
            pdf_options=dict(options or {}),
        )
    except (OSError, frappe.ValidationError) as error:
        text = _("The letters could not be printed, and none was marked as sent: {0}")
        raise PrintFailed(text.format(_reason(error))) from error
    finally:
        frappe.local.flags.ignore_print_permissions = before


def _reason(error: Exception) -> str:
    """The line of an error that says what went wrong; wkhtmltopdf complains about its options before it does."""
    lines = [line for line in frappe.utils.strip_html(str(error)).splitlines() if line.strip()]
    return next((line for line in lines if "Exit with code" in line), lines[0] if lines else "")[:300]


def _keep(
    activity: Any, names: Sequence[str], printed: Mapping[str, Printed], rules: Any, moment: datetime
) -> Counts:
    """Keep the PDF of all who may still be written to, and note their letters as sent."""
    able, counts = sending.examine(activity, names, rules, moment)
    if not able:
        return counts
    words = words_of(able, activity)
    messages = {row.name: row for row in activity.messages}
    notes = {
        row["name"]: _note(row, messages[row["message_row"]], words[row["name"]], moment) for row in able
    }
    timeline.note(list(notes.values()))
    rest.contacted([rest.address_used(row) for row in able], moment)
    sending.write([as_sent(row, moment, communication=notes[row["name"]].name) for row in able])
    stamp = f"{moment:%Y-%m-%d-%H%M%S}"
    letters = _file(activity, f"letters-{stamp}", [printed[row["name"]].letter for row in able])
    if activity.envelopes:
        _file(activity, f"envelopes-{stamp}", [printed[row["name"]].envelope or b"" for row in able])
    frappe.db.set_value(ACTIVITY, activity.name, "letters_file", letters)
    counts.sent += len(able)
    return counts


def _note(row: Row, message: Any, words: Mapping[str, str], moment: datetime) -> timeline.Message:
    return timeline.Message(
        medium="Other",
        party_type=row["party_type"],
        party=row["party"],
        moment=moment,
        subject=one_line(fill_in(message.subject or "", words))[:250] or _("Letter"),
        content=fill_in(message.message or "", words, _escaped),
        contact=row["contact"] or "",
        recipient_name=row["recipient_name"] or "",
    )


def _file(activity: Any, name: str, parts: Sequence[bytes]) -> str:
    """One private PDF of many, attached to the activity; its address."""
    from pypdf import PdfReader, PdfWriter

    writer, content = PdfWriter(), io.BytesIO()
    for part in parts:
        writer.append_pages_from_reader(PdfReader(io.BytesIO(part)))
    writer.write(content)
    doc = frappe.get_doc(
        {
            "doctype": "File",
            "file_name": f"{activity.name}-{name}.pdf",
            "attached_to_doctype": ACTIVITY,
            "attached_to_name": activity.name,
            "is_private": 1,
            "content": content.getvalue(),
        }
    )
    return doc.insert(ignore_permissions=True).file_url  # the run's own result


# what the print formats show

_READ = (
    *("party_type", "party", "customer", "contact", "recipient_name", "language", "stage_name"),
    *("account_manager", "message_row", "touched_on"),
)


def campaign_letter(touch: Any) -> dict[str, Any]:
    """What a letter says, for print formats on Campaign Touch: `campaign_letter(doc)`.

    Keys: address (HTML), recipient, date, subject, message (HTML), company, account_manager, reward, link, code (an image to scan),
    language, direction.
    """
    activity = frappe.get_cached_doc(ACTIVITY, touch.activity)
    message = next((row for row in activity.messages if row.name == touch.message_row), None)
    row = {column: touch.get(column) for column in (*_READ, "name")}
    address = postal.addresses_of([row]).get(touch.name)
    return letter_of(activity, row, message, address, link_of(touch.name))


def letter_of(
    activity: Any, row: Mapping[str, Any], message: Any, address: Mapping[str, Any] | None, link: str
) -> dict[str, Any]:
    """The same for somebody whose touch may not exist yet."""
    words = words_of([row], activity)[row["name"]]
    language = row["language"] or frappe.local.lang or "en"
    body = message.message if message else ""
    reply = bool(message and message.button_label)
    return {
        "address": Markup(postal.in_lines(address)) if address else "",
        "recipient": row["recipient_name"] or "",
        "party": words["customer_name"],
        "date": formatdate(get_datetime(row.get("touched_on") or now_datetime())),
        "subject": one_line(fill_in(message.subject or "", words)) if message else "",
        "message": Markup(fill_in(body or "", words, _escaped)),  # sanitized when it was saved
        "reply": one_line(fill_in(message.button_label, words)) if reply else "",
        "company": activity.company or "",
        # named once: where the message does it, the signature need not
        "account_manager": "" if "account_manager" in MARK.findall(body or "") else words["account_manager"],
        "reward": words["reward"],
        "link": link if reply else "",
        "code": Markup(qr_image(link, 96)) if reply else "",
        "language": language,
        "direction": direction(language),
    }


def campaign_letter_html(touch: Any) -> str:
    """The letter as HTML, for print formats: `campaign_letter_html(doc)`."""
    return render(TEMPLATE, **campaign_letter(touch))


def preview(activity: Any, row: Mapping[str, Any]) -> str:
    """The letter of somebody who has no touch yet, for the form."""
    message = next(one for one in activity.messages if one.name == row["message_row"])
    address = postal.addresses_of([row]).get(row["name"])
    return render(TEMPLATE, **letter_of(activity, row, message, address, address_of_page("preview")))


def _escaped(text: str) -> str:
    return str(escape(text))
