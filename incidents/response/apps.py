"""Wiring of the response room."""

from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "incidents.response"
    label = "response"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from clients.engagements.actions import support
        from clients.trust.demonstration.build import register_part
        from incidents.response import agreements, breach_actions, changing, handing_over, kinds
        from incidents.response.demonstration.build import build
        from incidents.response.evidence import subjects
        from incidents.response.figures import documents as yearly
        from incidents.response.figures import pack as figures
        from incidents.response.notices import pack
        from incidents.response.pages import panels
        from incidents.response.plans import registry as plans
        from incidents.response.post_mortems import registry
        from incidents.response.posture import reading
        from portal.audit.coverage import exempt, leave_out

        kinds.register_all(handing_over.BY_KIND)
        changing.followers.append(breach_actions.follow_record)
        support.followers.append(agreements.follow_agreement)
        panels.register_all()
        subjects.register_all()
        pack.register_all()
        registry.register_all()
        plans.register_all()
        figures.register_all()
        yearly.register_all()
        reading.register_all()
        register_part(build)
        exempt(
            "response.IncidentCounter",
            "the last number that was given; the incidents themselves are recorded",
        )
        leave_out("response.AlertSource", {"last_at": "when an alert last came; the receipts say which"})
