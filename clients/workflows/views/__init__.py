"""Pages of the workflows room: exports and their versions, and the proposals that they make."""

from clients.workflows.views.exports import (
    export_diff,
    export_download,
    export_list,
    export_remove,
    export_show,
)
from clients.workflows.views.proposals import (
    proposal_decide,
    proposal_index,
    proposal_list,
    proposal_reopen,
)
from clients.workflows.views.uploads import export_upload

__all__ = [
    "export_diff",
    "export_download",
    "export_list",
    "export_remove",
    "export_show",
    "export_upload",
    "proposal_decide",
    "proposal_index",
    "proposal_list",
    "proposal_reopen",
]
