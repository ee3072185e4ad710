"""Addresses of signing in, of one's own account and of people.

allauth's views are listed one by one and marked here, so that none of its other pages is reachable.
"""

from allauth.account import views as allauth
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import path, re_path
from django.views.generic import RedirectView

from portal.accounts.step_up import step_up, step_up_if_signed_in
from portal.accounts.views import account, links, passkeys, people, sessions, sign_in
from portal.tenancy.decorators import View, person_view, public_view


def _sensitive(view: View) -> View:
    """A page of allauth for the signed-in, behind our own step-up: its own is open for users of single sign-on."""
    return person_view(step_up(view))


urlpatterns = [
    # Signing in
    path("account/sign-in/", public_view(allauth.login), name="account_login"),
    path("account/sign-out/", public_view(allauth.logout), name="account_logout"),
    path("account/sign-up/", public_view(allauth.signup), name="account_signup"),
    path("account/switched-off/", public_view(allauth.account_inactive), name="account_inactive"),
    path("account/second-factor/", sign_in.second_factor, name="second_factor"),
    path("account/second-factor/enrol/", sign_in.second_factor_enrol, name="second_factor_enrol"),
    path("account/second-factor/cancel/", sign_in.sign_in_cancel, name="sign_in_cancel"),
    path("account/passkey/begin/", passkeys.passkey_begin, name="passkey_begin"),
    path("account/passkey/complete/", passkeys.passkey_complete, name="passkey_complete"),
    path("account/passkey/enrol/begin/", passkeys.passkey_enrol_begin, name="passkey_enrol_begin"),
    path("account/passkey/enrol/complete/", passkeys.passkey_enrol_complete, name="passkey_enrol_complete"),
    # Single sign-on
    path("account/sso/cancelled/", public_view(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("account/sso/error/", public_view(social.login_error), name="socialaccount_login_error"),
    path("account/sso/sign-up/", public_view(social.signup), name="socialaccount_signup"),
    # For the signed-in it connects another way into the account.
    path(
        "account/sso/<str:provider_id>/",
        public_view(step_up_if_signed_in(oidc.login)),
        name="openid_connect_login",
    ),
    path("account/sso/<str:provider_id>/back/", public_view(oidc.callback), name="openid_connect_callback"),
    # The address and the password
    path(
        "account/confirm/",
        public_view(allauth.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("account/confirm/<str:key>/", public_view(allauth.confirm_email), name="account_confirm_email"),
    path("account/password/forgotten/", public_view(allauth.password_reset), name="account_reset_password"),
    path(
        "account/password/forgotten/sent/",
        public_view(allauth.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^account/password/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public_view(allauth.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/new/done/",
        public_view(allauth.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("account/email/", _sensitive(allauth.email), name="account_email"),
    path("account/password/change/", _sensitive(allauth.password_change), name="account_change_password"),
    path("account/password/set/", _sensitive(allauth.password_set), name="account_set_password"),
    path("account/sso/", _sensitive(social.connections), name="socialaccount_connections"),
    # One's own account
    path("account/", account.account, name="account"),
    path("account/confirm-it-is-you/", account.step_up_ask, name="step_up"),
    path(
        "account/reauthenticate/",
        person_view(RedirectView.as_view(pattern_name="step_up", query_string=True)),
        name="account_reauthenticate",
    ),
    path("account/passkey/step-up/begin/", passkeys.passkey_step_up_begin, name="passkey_step_up_begin"),
    path(
        "account/passkey/step-up/complete/",
        passkeys.passkey_step_up_complete,
        name="passkey_step_up_complete",
    ),
    path("account/passkey/add/begin/", passkeys.passkey_add_begin, name="passkey_add_begin"),
    path("account/passkey/add/complete/", passkeys.passkey_add_complete, name="passkey_add_complete"),
    path("account/second-factors/add/", account.app_add, name="app_add"),
    path("account/second-factors/<str:kind>/<int:pk>/rename/", account.device_rename, name="device_rename"),
    path("account/second-factors/<str:kind>/<int:pk>/remove/", account.device_remove, name="device_remove"),
    path("account/recovery-codes/", account.recovery_codes, name="recovery_codes"),
    path("account/recovery-codes/text/", account.recovery_codes_text, name="recovery_codes_text"),
    path("account/recovery-codes/renew/", account.recovery_codes_renew, name="recovery_codes_renew"),
    path("account/sessions/", sessions.session_list, name="session_list"),
    path("account/sessions/<int:pk>/end/", sessions.session_end, name="session_end"),
    path("account/sessions/end-others/", sessions.session_end_others, name="session_end_others"),
    # Links
    path("set-up/<str:token>/", links.set_up, name="set_up"),
    path("sign-in-link/<str:token>/", links.sign_in_link, name="sign_in_link"),
    path("invitation/<uuid:practice_id>/<str:token>/", links.invitation, name="invitation"),
    # People of the practice
    path("practice/people/", people.people_list, name="people_list"),
    path("practice/people/invite/", people.people_invite, name="people_invite"),
    path("practice/people/<int:pk>/role/", people.people_change_role, name="people_change_role"),
    path("practice/people/<int:pk>/end/", people.people_end, name="people_end"),
    path("practice/invitations/<int:pk>/again/", people.invitation_again, name="invitation_again"),
    path("practice/invitations/<int:pk>/revoke/", people.invitation_revoke, name="invitation_revoke"),
    # People of a client
    path("c/<slug:client_slug>/people/", people.client_people_list, name="client_people_list"),
    path("c/<slug:client_slug>/people/invite/", people.client_people_invite, name="client_people_invite"),
    path("c/<slug:client_slug>/people/assign/", people.client_people_assign, name="client_people_assign"),
    path(
        "c/<slug:client_slug>/people/<int:pk>/role/",
        people.client_people_change_role,
        name="client_people_change_role",
    ),
    path("c/<slug:client_slug>/people/<int:pk>/end/", people.client_people_end, name="client_people_end"),
    path(
        "c/<slug:client_slug>/invitations/<int:pk>/again/",
        people.client_invitation_again,
        name="client_invitation_again",
    ),
    path(
        "c/<slug:client_slug>/invitations/<int:pk>/revoke/",
        people.client_invitation_revoke,
        name="client_invitation_revoke",
    ),
]
