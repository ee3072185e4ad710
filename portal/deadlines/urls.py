"""Where the pages of the deadlines room lie."""

from django.urls import path

from portal.deadlines.views import absences, deadlines, feeds, policies, renewals, several, today, verbs

CLIENT = "c/<slug:client_slug>"

urlpatterns = [
    path("", today.today, name="today"),
    path("deadlines/reassign/", several.deadline_reassign_several, name="deadline_reassign_several"),
    path(f"{CLIENT}/deadlines/", deadlines.deadline_list, name="deadline_list"),
    path(f"{CLIENT}/deadlines/export/", deadlines.deadline_export, name="deadline_export"),
    path(f"{CLIENT}/deadlines/<int:pk>/", deadlines.deadline_show, name="deadline_show"),
    path(f"{CLIENT}/deadlines/<int:pk>/snooze/", verbs.deadline_snooze, name="deadline_snooze"),
    path(f"{CLIENT}/deadlines/<int:pk>/wake/", verbs.deadline_wake, name="deadline_wake"),
    path(f"{CLIENT}/deadlines/<int:pk>/reassign/", verbs.deadline_reassign, name="deadline_reassign"),
    path("account/absences/", absences.absence_list, name="absence_list"),
    path("account/absences/add/", absences.absence_add, name="absence_add"),
    path("account/absences/<int:pk>/end/", absences.absence_end, name="absence_end"),
    path("practice/reminders/", policies.reminder_policy_list, name="reminder_policy_list"),
    path("practice/reminders/<str:kind>/", policies.reminder_policy_edit, name="reminder_policy_edit"),
    path(
        "practice/reminders/<str:kind>/reset/", policies.reminder_policy_reset, name="reminder_policy_reset"
    ),
    path(f"{CLIENT}/reminders/", policies.client_reminder_list, name="client_reminder_list"),
    path(f"{CLIENT}/reminders/<str:kind>/", policies.client_reminder_edit, name="client_reminder_edit"),
    path(
        f"{CLIENT}/reminders/<str:kind>/reset/", policies.client_reminder_reset, name="client_reminder_reset"
    ),
    path("renewals/", renewals.renewal_list, name="renewal_list"),
    path("renewals/export/", renewals.renewal_export, name="renewal_export"),
    path("account/calendar/", feeds.calendar_feeds, name="calendar_feeds"),
    path("account/calendar/make/", feeds.calendar_feed_make, name="calendar_feed_make"),
    path("account/calendar/<int:pk>/renew/", feeds.calendar_feed_renew, name="calendar_feed_renew"),
    path("account/calendar/<int:pk>/end/", feeds.calendar_feed_end, name="calendar_feed_end"),
    path("calendar/<str:token>.ics", feeds.calendar_read, name="calendar_read"),
]
