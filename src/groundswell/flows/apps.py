from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "groundswell.flows"

    def ready(self) -> None:
        from groundswell.compliance.signals import contact_closed
        from groundswell.flows import leading, receivers
        from groundswell.flows.operations import conversing
        from groundswell.messaging import answering
        from groundswell.messaging import leading as messages
        from groundswell.messaging.enums import InboundRoute

        answering.register(InboundRoute.CONVERSATION, conversing.take_answer, since=conversing.open_since)
        answering.register(InboundRoute.FLOW, conversing.take_keyword)
        messages.register(leading.lead_of)
        contact_closed.connect(receivers.end_runs, dispatch_uid="flows.end_runs")
