"""Plain facts about parties as of a date: purchases, pipeline, referrals, losses."""
