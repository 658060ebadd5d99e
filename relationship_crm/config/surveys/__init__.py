"""The surveys that ship with the app, as data: inserted by install when missing, never written over.

Wording follows items that were published and validated, shortened to what can be said on a phone and put into the words of a
business customer. An adapted or translated item is a new item as far as its psychometrics go: compare results with
yourself over time, not with published norms. No item is worded the other way round; reversed items lower reliability more
than they catch careless answers (Weijters and Baumgartner 2012, J. Marketing Research 49).

- recommendation 0..10: Reichheld 2003, Harvard Business Review 81(12)
- satisfaction: Oliver 1997, "Satisfaction"; expectations met: Fornell et al. 1996 (ACSI), J. Marketing 60(4)
- effort, agreement 1..7 ("CES 2.0"): Dixon, Toman and DeLisi 2013, "The Effortless Experience"
- trust in the employee: Doney and Cannon 1997, J. Marketing 61(2) (frank); Crosby, Evans and Cowles 1990, J. Marketing 54(3) (relied upon)
- trust in the company: Doney and Cannon 1997 (keeps promises); Morgan and Hunt 1994, J. Marketing 58(3) (does what is right)
- engagement with the employee, rational and emotional: functional and social benefits of Reynolds and Beatty 1999, J. Retailing 75(1)
- engagement with the company, rational and emotional: calculative and affective commitment of Verhoef, Franses and Hoekstra 2002,
  J. Academy of Marketing Science 30(3), after Allen and Meyer 1990, J. Occupational Psychology 63
"""

from __future__ import annotations

from relationship_crm.config.surveys import de, en, ru, uk
from relationship_crm.config.surveys.plan import ITEM_PARTS, PLANS, Item, Plan

#: The language the questions themselves are kept in, and the translations that come along.
LANGUAGE = "en"
WORDING = {"en": en.WORDING, "ru": ru.WORDING, "uk": uk.WORDING, "de": de.WORDING}

__all__ = ("ITEM_PARTS", "LANGUAGE", "PLANS", "WORDING", "Item", "Plan")
