import time
from story import *
from relationship_crm.assessment.run import assessment_of
from relationship_crm.engine.dimensions import DIMENSIONS
def show(s, step=None, dd=None):
    as_of=dd or day(step.on)
    a=assessment_of([s.acme],as_of)
    p=a.parties.find(*s.acme)
    det=next(x for x in a.details() if x.start<=p<x.stop); i=p-det.start
    lad=a.configuration.ladder
    print(f"{as_of} {(step.title if step else '')[:38]:38s} {lad.named(int(det.rung[i,-1])):16s} pur={det.measures['purchases'][i,-1]:.0f} rh={det.measures['rhythm'][i,-1]:.2f} sat={det.value[0,i,-1]:.4f}/{det.confidence[0,i,-1]:.2f} tc={det.value[2,i,-1]:.4f}/{det.confidence[2,i,-1]:.2f} te={det.value[1,i,-1]:.4f}/{det.confidence[1,i,-1]:.2f} eer={det.value[3,i,-1]:.3f} tr={det.composites.trust[i,-1]:.3f} eng={det.composites.engagement[i,-1]:.3f} comp={det.composite[i,-1]:.3f} diss={det.fold.dissolution[i,-1]}")
def test_smoke(clean):
    t=time.time()
    s=play(STEPS, after_step=show)
    print(time.time()-t)
    for x in ("05-31","06-30","07-31","09-28","09-29","10-05","10-18","10-31","11-01","11-05","11-30"):
        show(s,dd=day(x))
