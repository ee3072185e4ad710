from datetime import timedelta, datetime, UTC
from pathlib import Path
import pytest
from django.test import override_settings
from django.utils import timezone
from portal.deadlines import kinds
from tests.browser.visitor import Visitor
from tests.browser.world import make_world
from tests.conftest import sign_in, make_assignment
from tests.portal.deadlines.making import make_deadline
from portal.deadlines.models import Deadline
from portal.tenancy.scope import enter
from tests.conftest import everything_of
OUT = Path("/tmp/house/shots"); OUT.mkdir(exist_ok=True)

def test_shots(site, chromium, transactional_db=None):
    world = make_world()
    a, b = world.clients["alder"], world.clients["birch"]
    al, bob, erin, carol = (world.people[n] for n in ("alice","bob","erin","carol"))
    def k(n): return {"kind": n}
    for n,(c, t, d, o, kind, note) in enumerate([
      (a,"Rotate the Xero OAuth token",-2,al,"credential.renewal","invoice sync fails when it lapses on Sun 22 Nov"),
      (b,"Name an owner for the Zendesk API key",-1,None,"record.owner","its owner left on 11 Nov"),
      (a,"Confirm zero retention with Anthropic",1,bob,"sub_processor.review","last evidence is 88 days old"),
      (a,"Renew the HubSpot private app token",2,bob,"credential.renewal","4 scopes, unchanged since March"),
      (b,"Sign the data processing agreement",4,al,"dpa.review","version 2.1 returned by the client"),
      (b,"Review access to the n8n workspace",5,al,"integration.review","9 people, 2 service accounts"),
      (a,"Test the restore of the orders database",7,al,"workflow.export","last restore tested 27 May"),
      (a,"Old thing",-200,bob,"dpa.review",""),
    ]):
        make_deadline(c, t, d, owner=o, title=t, note=note, backup_owner=al if o==bob else None, source="its renewal date", **k(kind))
    now=timezone.now()
    make_deadline(a,"x",at=now+timedelta(hours=6, minutes=3),title="Answer 27 remaining questions",owner=al,note="41 of 68 accepted")
    make_deadline(a,"INC-0042 post-mortem",at=now+timedelta(hours=28,minutes=47,seconds=57),title="Share the post-mortem for INC-0042",owner=al, promise=True)
    make_deadline(b,"INC-0042 notice",at=now+timedelta(hours=37,minutes=32),started_at=now-timedelta(hours=34,minutes=28),title="INC-0042 the client’s ICO notice",owner=al)
    make_deadline(b,"Deepgram",20,title="Add Deepgram as a sub-processor",owner=erin,internal=False,started_at=now-timedelta(days=6))
    make_deadline(a,"Gmail",20,title="Widen Gmail scope to gmail.modify",owner=carol,internal=False,started_at=now-timedelta(days=2))
    sn = make_deadline(a,"snoozed",3,title="Review the old key", snoozed_until=now+timedelta(days=2), owner=al)
    with enter(everything_of(a.practice_id), switch=True):
        first = Deadline.objects.get(title="Renew the HubSpot private app token")
        clock = Deadline.objects.get(title="Share the post-mortem for INC-0042")
    from tests.portal.deadlines.test_deadline_pages import remind, end
    remind(first, al); remind(first, bob, "dead")
    end(make_deadline(a,"done",-40,title="Renew the AWS key",owner=bob), late=True)
    end(make_deadline(a,"done",-60,title="Review Deepgram"))
    from tests.portal.deadlines.test_absence_pages import absence
    from portal.tenancy.models import Practice
    absence(world.practices["a"], bob, -1, 6); absence(world.practices["a"], al, 20, 24); absence(world.practices["a"], al, -20, -14)
    v = Visitor(chromium, site); v.carry(sign_in(al).cookies)
    pages = {"today":"/","snoozed":"/?snoozed=1","mine":"/?whose=mine","list":"/c/alder/deadlines/","all":"/c/alder/deadlines/?state=all",
      "show":f"/c/alder/deadlines/{first.pk}/","clock":f"/c/alder/deadlines/{clock.pk}/","snooze":f"/c/alder/deadlines/{first.pk}/snooze/",
      "reassign":f"/c/alder/deadlines/{first.pk}/reassign/","several":f"/deadlines/reassign/?from={al.pk}","whose":"/deadlines/reassign/",
      "absences":"/account/absences/","absence_add":"/account/absences/add/","policies":"/practice/reminders/","policy":"/practice/reminders/credential.renewal/"}
    for name, address in pages.items():
        for theme in ("light","dark"):
            for width in (1440,390):
                if theme=="dark" and name not in ("today","show","list","policy"): continue
                v.page.set_viewport_size({"width":width,"height":1120 if width==1440 else 900})
                v.open(address)
                v.page.evaluate("t => { document.documentElement.dataset.theme = t }", theme)
                v.page.wait_for_timeout(300)
                v.page.screenshot(path=str(OUT/f"{name}-{width}-{theme}.png"), full_page=True)
    w = Visitor(chromium, site); w.carry(sign_in(erin).cookies)
    w.open("/c/birch/deadlines/"); w.page.screenshot(path=str(OUT/"client-list.png"), full_page=True)
    print(v.complaints, w.complaints)
    assert not v.unexpected()
